import type { Page } from 'playwright-core';
import { createImportFile } from './consoleImportFile.ts';
import type { Operator } from './operator.ts';

type State = {
  readonly name: string;
  readonly open: (operator: Operator, productId: string) => Promise<void>;
};

const dialog = (page: Page) => page.locator('dialog[open]');
const submit = (page: Page, form = 0) =>
  dialog(page).locator('form').nth(form).locator('button[type=submit]');

const openFile = async ({ goto, page }: Operator, content: string): Promise<void> => {
  await goto('/console/products/import');
  const buffer = Buffer.from(content);
  await page.setInputFiles('#main input[type=file]', { name: 'a.csv', mimeType: 'text/csv', buffer });
};

const small = 'code,name,price,type,stock\nS-1,Áo,1000,digital,5\nS-2,Áo,-1,weapon,x\n';

/** Each page of products, keys and activity in each of its states. */
export const goodsStates: readonly State[] = [
  {
    name: 'the products',
    open: async ({ goto, page }) => {
      await goto('/console/products');
      await page.locator('tbody tr').first().waitFor();
    },
  },
  {
    name: 'no product found',
    open: async ({ goto, page }) => {
      await goto('/console/products?q=nothing+like+it');
      await page.locator('.empty').waitFor();
    },
  },
  {
    name: 'a product',
    open: async ({ goto, page }, id) => {
      await goto(`/console/products?open=${id}`);
      await dialog(page).locator('form').first().waitFor();
    },
  },
  {
    name: 'a stock that somebody else has changed',
    open: async ({ client, goto, page }, id) => {
      await goto(`/console/products?open=${id}`);
      await dialog(page).locator('input[type=radio]').nth(1).check();
      await dialog(page).locator('input[name=stock]').fill('77');
      await client.patch(`/products/${id}`, { stock: { add: 1 } });
      await submit(page).click();
      await dialog(page).locator('.note.warn').waitFor();
    },
  },
  {
    name: 'a product whose fields are not possible',
    open: async ({ goto, page }, id) => {
      await goto(`/console/products?open=${id}`);
      await dialog(page).locator('input[name=price]').fill('x');
      await submit(page, 1).click();
      await dialog(page).locator('.problem').waitFor();
    },
  },
  {
    name: 'no such product',
    open: async ({ goto, page }) => {
      await goto('/console/products?open=01980a4f-02aa-7e44-b1d2-6c8e0f1a2b34');
      await dialog(page).locator('p').first().waitFor();
    },
  },
  {
    name: 'a new product with problems',
    open: async ({ goto, page }) => {
      await goto('/console/products?open=new');
      await submit(page).click();
      await dialog(page).locator('.problem').first().waitFor();
    },
  },
  {
    name: 'the choice of a file',
    open: async ({ goto, page }) => {
      await goto('/console/products/import');
      await page.locator('.drop').waitFor();
    },
  },
  {
    name: 'a file that cannot be read',
    open: async (operator) => {
      await openFile(operator, 'a;b\n1;2');
      await operator.page.locator('.note.bad').waitFor();
    },
  },
  {
    name: 'a preview of 5,000 rows',
    open: async (operator) => {
      await openFile(operator, createImportFile());
      await operator.page.locator('tbody tr').first().waitFor();
    },
  },
  {
    name: 'an import that is done',
    open: async (operator) => {
      await openFile(operator, small);
      await operator.page.locator('#main .button.main').click();
      await operator.page.locator('a.button[href="/console/products"]').waitFor();
    },
  },
  {
    name: 'an import that has stopped',
    open: async (operator) => {
      const { page } = operator;
      await openFile(operator, small);
      await page.route('**/products', (route) =>
        route.request().method() === 'POST' ? route.abort() : route.continue(),
      );
      await page.locator('#main .button.main').click();
      await page.locator('#main .note.bad').waitFor();
    },
  },
  {
    name: 'the keys',
    open: async ({ client, goto, page }) => {
      const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
      await client.post('/keys', {
        name: 'Đồng bộ kho',
        permissions: ['orders:read', 'queue:read'],
        expiresAt,
      });
      await goto('/console/keys');
      await page.locator('tbody tr').first().waitFor();
    },
  },
  {
    name: 'a new key with problems',
    open: async ({ goto, page }) => {
      await goto('/console/keys?open=new');
      await submit(page).click();
      await dialog(page).locator('.problem').first().waitFor();
    },
  },
  {
    name: 'a key that is shown once',
    open: async ({ goto, page }) => {
      await goto('/console/keys?open=new');
      await dialog(page).locator('input[name=name]').fill('Đồng bộ');
      await dialog(page).locator('input[type=checkbox]').first().check();
      await submit(page).click();
      await dialog(page).locator('.copy').waitFor();
    },
  },
  {
    name: 'a key that is to be ended',
    open: async ({ goto, page }) => {
      await goto('/console/keys');
      await page.locator('tbody .button.danger').first().click();
      await dialog(page).waitFor();
    },
  },
  {
    name: 'the activity',
    open: async ({ goto, page }) => {
      await goto('/console/activity');
      await page.locator('tbody tr').first().waitFor();
    },
  },
  {
    name: 'no activity that fits',
    open: async ({ goto, page }) => {
      await goto('/console/activity?to=2020-01-01');
      await page.locator('.empty').waitFor();
    },
  },
];
