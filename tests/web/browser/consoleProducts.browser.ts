import { describe, expect, test } from 'bun:test';
import type { Locator, Page } from 'playwright-core';
import { consoleEnProducts as words } from '../../../web/words/consoleEnProducts.ts';
import { expectStatus, textAt, valueAt } from '../../processes/client.ts';
import { createTestFile } from '../../processes/sqlite.ts';
import { withConsole } from './consoleGround.ts';
import { holdAnswers } from './customer.ts';
import { isFocused } from './look.ts';

const dialogOf = (page: Page): Locator => page.locator('dialog[open]');
const button = (within: Page | Locator, name: string): Locator =>
  within.getByRole('button', { name, exact: true });
const field = (page: Page, name: string): Locator => dialogOf(page).locator(`input[name=${name}]`);
const says = (page: Page, text: string): Promise<void> =>
  page.locator('.toast.floating', { hasText: text }).waitFor();

withConsole('The products of the console', { createDatabase: createTestFile }, ({ shop, visit }) => {
  const find = async (id: string) => expectStatus(await shop().operator.get(`/products/${id}`), 200).body;

  test('A search, a kind and a place in the list stand in the address, and Back comes back to them', async () => {
    const id = await shop().addProduct({ name: 'Đèn bàn thử nghiệm', type: 'service' });
    await visit(async ({ goto, page }) => {
      await goto('/console/products');
      await page.getByLabel(words.search).fill('den ban thu nghiem');
      await page.waitForURL(/q=den\+ban\+thu\+nghiem/);
      await page.locator(`[data-open="${id}"]`).waitFor();
      await page.getByLabel(words.type).selectOption('digital');
      await page.waitForURL(/type=digital/);
      await page.getByText(words.nothingFound).waitFor();
      await page.goBack();
      await page.locator(`[data-open="${id}"]`).waitFor();
      expect(await page.getByLabel(words.type).inputValue()).toBe('');
      await page.goto('/console/products');
      await page.getByRole('link', { name: 'Next page' }).click();
      await page.waitForURL(/cursor=/);
      await page.getByRole('link', { name: 'First page' }).waitFor();
      expect(await isFocused(page, '#main h1')).toBe(true);
    });
  });

  describe('The stock', () => {
    test('Units are added once, however often one presses, and the new stock is said', async () => {
      const id = await shop().addProduct({ name: 'Hộp', stock: 12 });
      await visit(async ({ commands, goto, page }) => {
        await goto(`/console/products?open=${id}`);
        await field(page, 'stock').fill('-3');
        await button(page, words.changeStock.submit).dblclick();
        await says(page, words.changeStock.changed('Hộp', words.changeStock.units('9')));
        expect(await isFocused(page, 'dialog[open] input[name=stock]')).toBe(true);
        expect(commands).toEqual([`PATCH /products/${id}`]);
        expect(valueAt(await find(id), 'stock')).toBe(9);
        await field(page, 'stock').fill('-10');
        await field(page, 'stock').press('Enter');
        await page.getByText(words.changeStock.below(words.changeStock.units('9'))).waitFor();
        expect(commands).toHaveLength(1);
      });
    });

    test('Where somebody was quicker, the stock that is is shown, and one can go on from it', async () => {
      const id = await shop().addProduct({ stock: 12 });
      await visit(async ({ commands, goto, page }) => {
        await goto(`/console/products?open=${id}`);
        await page.getByLabel(words.changeStock.set).check();
        await field(page, 'stock').fill('50');
        await shop().operator.patch(`/products/${id}`, { stock: { add: -5 } });
        await button(page, words.changeStock.submit).click();
        const { conflictText, goOn, now, units } = words.changeStock;
        await page.getByText(conflictText(units('12'), units('7'))).waitFor();
        await page.getByText(now(units('7'))).waitFor();
        expect(valueAt(await find(id), 'stock')).toBe(7);
        await page.waitForFunction(() => document.activeElement?.textContent?.includes('50'));
        await button(page, goOn('50')).press('Enter');
        await page.getByText(now(units('50'))).waitFor();
        expect(valueAt(await find(id), 'stock')).toBe(50);
        expect(commands).toHaveLength(2);
      });
    });

    test('Units that were sold meanwhile are not taken twice', async () => {
      const id = await shop().addProduct({ stock: 5 });
      await visit(async ({ goto, page }) => {
        await goto(`/console/products?open=${id}`);
        await field(page, 'stock').fill('-5');
        await shop().operator.patch(`/products/${id}`, { stock: { add: -4 } });
        await button(page, words.changeStock.submit).click();
        await page.getByText(words.changeStock.conflictLow(words.changeStock.units('1'))).waitFor();
        await button(page, words.changeStock.keep).press('Enter');
        expect(await isFocused(page, 'dialog[open] input[name=stock]')).toBe(true);
        await page.getByLabel(words.changeStock.endless).check();
        await button(page, words.changeStock.submit).click();
        await page.getByText(words.changeStock.now(words.changeStock.endless)).waitFor();
        expect(valueAt(await find(id), 'stock')).toBeNull();
      });
    });
  });

  test('What was changed is shown, also where its answer was lost', async () => {
    const id = await shop().addProduct({ stock: 12 });
    await visit(
      async ({ commands, goto, page }) => {
        await goto(`/console/products?open=${id}`);
        await field(page, 'stock').fill('5');
        const held = await holdAnswers(page, `*/products/${id}`);
        await button(page, words.changeStock.submit).click();
        await held.arrived;
        await held.lose();
        await page.getByText(words.changeStock.now(words.changeStock.units('17'))).waitFor();
        expect(commands).toHaveLength(1);
      },
      { expected: /ERR_CONNECTION_RESET/ },
    );
  });

  test('A command that ends after Back loads the list that is shown by then', async () => {
    const stays = await shop().addProduct({ name: 'Rèm lụa dài', type: 'service' });
    const goes = await shop().addProduct({ name: 'Rèm lụa ngắn', type: 'digital' });
    await visit(async ({ goto, page }) => {
      await goto('/console/products?q=rem+lua');
      await page.locator(`[data-open="${stays}"]`).waitFor();
      await page.getByLabel(words.type).selectOption('digital');
      await page.locator(`[data-open="${stays}"]`).waitFor({ state: 'detached' });
      await page.locator(`[data-open="${goes}"]`).click();
      await button(page, words.open.archive).waitFor();
      const archived = await holdAnswers(page, `*/products/${goes}`);
      await button(page, words.open.archive).click();
      await archived.arrived;
      await page.goBack();
      await page.goBack();
      await page.locator(`[data-open="${stays}"]`).waitFor();
      await archived.release();
      await page.locator(`[data-open="${goes}"]`).waitFor({ state: 'detached' });
      expect(await page.locator(`[data-open="${stays}"]`).count()).toBe(1);
    });
  });

  test('What another operator has changed meanwhile is not changed back', async () => {
    const id = await shop().addProduct({ name: 'Ghế', price: 100_000, stock: 1 });
    await visit(async ({ goto, page }) => {
      await goto(`/console/products?open=${id}`);
      await field(page, 'name').fill('Ghế gỗ');
      const price = { amount: 130_000, currency: 'VND' };
      expectStatus(await shop().operator.patch(`/products/${id}`, { price }), 200);
      await field(page, 'stock').fill('4');
      await button(page, words.changeStock.submit).click();
      await says(page, words.changeStock.changed('Ghế', words.changeStock.units('5')));
      expect(await field(page, 'price').inputValue()).toBe('130000');
      await button(page, words.open.save).click();
      await says(page, words.open.saved('Ghế gỗ'));
      expect(valueAt(await find(id), 'price')).toEqual(price);
    });
  });

  test('Only what is another one is sent, and a price has the decimals of its currency', async () => {
    const id = await shop().addProduct({ name: 'Sổ tay', stock: 3 });
    await visit(async ({ commands, context, goto, page }) => {
      const bodies: unknown[] = [];
      context.on('request', (request) => {
        if (request.method() === 'PATCH') bodies.push(request.postDataJSON());
      });
      await goto(`/console/products?open=${id}`);
      await button(page, words.open.save).click({ force: true });
      await page.getByText(words.open.unchanged).waitFor();
      await field(page, 'price').fill('1.299');
      await field(page, 'currency').fill('usd');
      await button(page, words.open.save).click();
      await page.getByText(words.invalid.price).waitFor();
      expect(await isFocused(page, 'dialog[open] input[name=price]')).toBe(true);
      expect(commands).toEqual([]);
      await field(page, 'price').fill('9.90');
      await page.getByText(words.open.reads('$9.90')).waitFor();
      await button(page, words.open.save).click();
      await says(page, words.open.saved('Sổ tay'));
      expect(bodies).toEqual([{ price: { amount: 990, currency: 'USD' } }]);
      await field(page, 'imageUrl').fill('/images/tea.svg');
      await field(page, 'imageUrl').press('Enter');
      await page.waitForFunction(() => document.querySelector('dialog button[aria-busy]') === null);
      await says(page, words.open.saved('Sổ tay'));
      expect(bodies[1]).toEqual({ imageUrl: '/images/tea.svg' });
    });
  });

  test('A product goes off sale and back, and stands among the archived ones meanwhile', async () => {
    const id = await shop().addProduct({ name: 'Quạt cũ' });
    await visit(async ({ goto, page }) => {
      await goto(`/console/products?q=quat+cu&open=${id}`);
      await button(page, words.open.archive).click();
      await says(page, words.open.wasArchived('Quạt cũ'));
      await page.keyboard.press('Escape');
      await dialogOf(page).waitFor({ state: 'detached' });
      await page.getByText(words.nothingFound).waitFor();
      expect(await isFocused(page, '#main h1')).toBe(true);
      await page.getByLabel(words.shown).selectOption('archived');
      await page.waitForURL(/archived=true/);
      await page.locator(`[data-open="${id}"]`).press('Enter');
      await button(page, words.open.unarchive).click();
      await says(page, words.open.wasUnarchived('Quạt cũ'));
      expect(valueAt(await find(id), 'archived')).toBe(false);
    });
  });

  test('The focus comes back to the product that was open', async () => {
    const id = await shop().addProduct({ name: 'Kính lúp' });
    await visit(async ({ goto, page }) => {
      await goto('/console/products?q=kinh+lup');
      await page.locator(`[data-open="${id}"]`).press('Enter');
      await dialogOf(page).getByRole('heading', { name: 'Kính lúp' }).waitFor();
      await page.keyboard.press('Escape');
      await dialogOf(page).waitFor({ state: 'detached' });
      expect(await isFocused(page, `[data-open="${id}"]`)).toBe(true);
    });
  });

  test('A new product is made, and a code that another one has is not written over', async () => {
    const archivedId = await shop().addProduct({ name: 'Bút chì' });
    const { code } = Object(await find(archivedId));
    await shop().operator.patch(`/products/${archivedId}`, { archived: true });
    await visit(async ({ commands, goto, page }) => {
      await goto('/console/products');
      await button(page, words.create).click();
      await page.waitForURL(/open=new/);
      await button(page, words.make.submit).click();
      await page.getByText(words.invalid.code).waitFor();
      expect(await isFocused(page, 'dialog[open] input[name=code]')).toBe(true);
      await field(page, 'code').fill(` ${code}`);
      await field(page, 'name').fill('Bút mực');
      await dialogOf(page).getByLabel(words.type).selectOption('physical');
      await field(page, 'price').fill('15.000');
      await field(page, 'stock').fill('7');
      await button(page, words.make.submit).click();
      await page.getByText(words.make.taken('Bút chì')).waitFor();
      expect(commands).toEqual([]);
      await field(page, 'code').fill('BUT-MUC-1');
      await button(page, words.make.submit).dblclick();
      await says(page, words.make.made('Bút mực'));
      await dialogOf(page).getByRole('heading', { name: 'Bút mực' }).waitFor();
      expect(commands).toEqual(['POST /products']);
      const id = new URL(page.url()).searchParams.get('open') ?? '';
      expect(await find(id)).toMatchObject({ code: 'BUT-MUC-1', stock: 7, price: { amount: 15_000 } });
      expect(textAt({ body: await find(archivedId) }, 'name')).toBe('Bút chì');
    });
  });

  test('Who may not change products sees them, hears why, and sends nothing', async () => {
    const id = await shop().addProduct();
    await visit(
      async ({ commands, context, goto, page, words: around }) => {
        const asked: string[] = [];
        context.on('request', (request) => asked.push(request.url()));
        const reason = around.access.needs('products:write');
        await goto('/console/products?archived=true');
        await page.getByText(reason).last().waitFor();
        await button(page, words.create).click({ force: true });
        expect(page.url()).not.toContain('open=new');
        await goto(`/console/products?open=${id}`);
        await field(page, 'stock').fill('1');
        await field(page, 'stock').press('Enter');
        await dialogOf(page).getByText(reason).first().waitFor();
        await button(page, words.open.archive).click({ force: true });
        expect(commands).toEqual([]);
        expect(
          asked.filter((url) => new URL(url).pathname === '/products' && url.includes('archived')),
        ).toEqual([]);
        await goto('/console/products/import');
        await page.getByText(around.access.pageText('products:write')).waitFor();
      },
      { permissions: ['orders:read'] },
    );
  });

  test('A lost answer is said by the button that was pressed, with the id of the request', async () => {
    const id = await shop().addProduct({ stock: 1 });
    await visit(async ({ goto, page, words: around }) => {
      await goto(`/console/products?open=${id}`);
      await field(page, 'stock').fill('4');
      await page.route(`**/products/${id}`, (route) =>
        route.request().method() === 'PATCH' ? route.abort() : route.continue(),
      );
      await button(page, words.changeStock.submit).click();
      await dialogOf(page).getByText(around.state.lost).waitFor();
      await dialogOf(page).getByText(around.state.requestId).waitFor();
      expect(await field(page, 'stock').inputValue()).toBe('4');
      await page.unroute(`**/products/${id}`);
      await button(page, words.changeStock.submit).click();
      await page.getByText(words.changeStock.now(words.changeStock.units('5'))).waitFor();
    });
  });

  test('An address of no product says so', async () => {
    await visit(async ({ goto, page }) => {
      await goto('/console/products?open=01980a4f-02aa-7e44-b1d2-6c8e0f1a2b34');
      await page.getByText(words.open.missingText).waitFor();
      await goto('/console/products?open=%27nothing');
      await dialogOf(page).waitFor();
    });
  });
});
