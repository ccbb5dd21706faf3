import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Locator, Page } from 'playwright-core';
import { consoleEnPeople as words } from '../../../web/words/consoleEnPeople.ts';
import { expectStatus, placeOrder, textAt, valueAt } from '../../processes/client.ts';
import { createTestFile } from '../../processes/sqlite.ts';
import { violationsOf } from './chromium.ts';
import { withConsole } from './consoleGround.ts';
import { isFocused, overflowOf } from './look.ts';
import type { Operator } from './operator.ts';
import { createScriptBytes } from './scriptBytes.ts';
import { statusOf, until } from './shop.ts';

const dialogOf = (page: Page): Locator => page.locator('dialog[open]');
const button = (within: Page | Locator, name: string): Locator =>
  within.getByRole('button', { name, exact: true });
const personPath = (customer: string): string => `/console/people?customer=${encodeURIComponent(customer)}`;

const looks = [
  ['light', 320],
  ['dark', 390],
  ['light', 1280],
] as const;

withConsole('People on the console', { createDatabase: createTestFile }, ({ shop, visit }) => {
  /** Somebody who has bought, with the id of the shop for them, and the number of the checkout. */
  const buy = async (method = 'pm_card_visa') => {
    const email = `lan-${randomUUID().slice(0, 8)}@example.com`;
    const { client } = await shop().customer(email);
    const orderId = await placeOrder(client, await shop().addProduct());
    const body = { orderIds: [orderId], payment: { method } };
    const paid = await client.post('/checkouts', body, { 'idempotency-key': randomUUID() });
    expectStatus(paid, 202);
    const order = await client.get(`/orders/${orderId}`);
    return { client, customer: textAt(order, 'customerId'), email, number: textAt(paid, 'number'), orderId };
  };
  const openPerson = async ({ goto, page }: Operator, customer: string): Promise<void> => {
    await goto(personPath(customer));
    await page.locator('.facts').waitFor();
  };
  const ask = async (operator: Operator, customer: string): Promise<void> => {
    await openPerson(operator, customer);
    await button(operator.page, words.erase.act).click();
    await dialogOf(operator.page).waitFor();
  };
  const fact = (page: Page, label: string): Locator =>
    page.locator('.facts > div', { has: page.getByText(label, { exact: true }) }).locator('dd');

  test('A person is found by the number of an order, and what is held can be downloaded', async () => {
    const { client, customer, email, number, orderId } = await buy();
    await until(
      () => statusOf(client, orderId),
      (status) => status === 'completed',
    );
    await visit(async (operator) => {
      const { goto, page } = operator;
      await goto('/console/people');
      await page.getByLabel(words.search).fill(` ${number} `);
      await page.getByLabel(words.search).press('Enter');
      await page.getByRole('heading', { name: customer }).waitFor();
      await page.getByText(email, { exact: true }).waitFor();
      expect(await fact(page, words.counts.orders).textContent()).toBe('1');
      expect(await fact(page, words.counts.invoices).textContent()).toBe('1');
      expect(page.url()).toEndWith(personPath(customer));
      const downloading = page.waitForEvent('download');
      await page.getByRole('link', { name: words.download }).click();
      const download = await downloading;
      const exported: unknown = JSON.parse(readFileSync(await download.path(), 'utf8'));
      expect(valueAt(exported, 'customerId')).toBe(customer);
      expect(JSON.stringify(exported)).toContain(email);
      await page.goto(`${shop().url}/console/orders/${orderId}`);
      await page.getByRole('link', { name: 'What is held' }).click();
      await page.getByText(email, { exact: true }).waitFor();
    });
  });

  test('A customer is erased once the id is typed, and the activity says who did it', async () => {
    const { customer, email } = await buy();
    await visit(async (operator) => {
      const { client, commands, page } = operator;
      await ask(operator, customer);
      const dialog = dialogOf(page);
      await dialog.getByLabel(words.erase.confirm).fill(customer.slice(1));
      await button(dialog, words.erase.act).click();
      await dialog.getByText(words.erase.wrong).waitFor();
      expect(commands).toEqual([]);
      await dialog.getByLabel(words.erase.confirm).fill(customer);
      await button(dialog, words.erase.act).dblclick();
      await dialog.waitFor({ state: 'detached' });
      await page.locator('.facts', { hasText: words.noAddress }).waitFor();
      expect(commands).toEqual([`DELETE /customers/${encodeURIComponent(customer)}`]);
      await page.getByRole('link', { name: words.erase.activity }).click();
      await page.locator('tbody tr', { hasText: operator.email }).waitFor();
      const exported = await client.get(`/customers/${encodeURIComponent(customer)}/export`);
      // The tokens of these tests have the address in the id.
      expect(JSON.stringify(exported.body).replaceAll(customer, '')).not.toContain(email);
    });
  });

  test('An erasure waits for an open checkout, names its order, and can be given up', async () => {
    const { customer, orderId } = await buy('pm_card_authenticationRequired');
    await visit(async (operator) => {
      const { page } = operator;
      await ask(operator, customer);
      await dialogOf(page).getByLabel(words.erase.confirm).fill(customer);
      await button(dialogOf(page), words.erase.act).click();
      const link = dialogOf(page).getByRole('link', { name: words.erase.order(orderId.slice(-6)) });
      await link.waitFor();
      expect(await link.getAttribute('href')).toBe(`/console/orders/${orderId}`);
      await button(dialogOf(page), words.erase.keep).click();
      await dialogOf(page).waitFor({ state: 'detached' });
      expect(await button(page, words.erase.act).evaluate((one) => one === document.activeElement)).toBe(
        true,
      );
    });
  });

  test('Without the permission the page is not drawn, and without orders nothing is counted', async () => {
    const { customer } = await buy();
    await visit(
      async ({ goto, page, words: around }) => {
        await goto(personPath(customer));
        await page.getByText(around.access.pageText('customers:write')).waitFor();
      },
      { permissions: ['orders:read'] },
    );
    await visit(
      async ({ goto, page, words: around }) => {
        await goto('/console/people');
        await page.getByLabel(words.search).fill(customer);
        await button(page, words.show).click();
        await page.getByText(around.access.needs('orders:read')).waitFor();
        await page.getByRole('link', { name: words.download }).waitFor();
        expect(await page.locator('.facts').count()).toBe(0);
        expect(await isFocused(page, 'body')).toBe(false);
      },
      { permissions: ['customers:write'] },
    );
  });

  const states: readonly { readonly name: string; readonly open: (operator: Operator) => Promise<void> }[] = [
    {
      name: 'nobody yet',
      open: async ({ goto, page }) => {
        await goto('/console/people');
        await page.locator('form').waitFor();
      },
    },
    { name: 'somebody', open: async (operator) => openPerson(operator, (await buy()).customer) },
    {
      name: 'nothing held',
      open: async ({ goto, page }) => {
        await goto(personPath(`auth0|${'nobody'.repeat(20)}`));
        await page.locator('.empty').waitFor();
      },
    },
    {
      name: 'the question with a wrong id',
      open: async (operator) => {
        const { customer } = await buy();
        await openPerson(operator, customer);
        await operator.page.locator('button.danger').click();
        await dialogOf(operator.page).locator('button.danger').click();
        await dialogOf(operator.page).locator('[aria-invalid=true]').waitFor();
      },
    },
    {
      name: 'erased',
      open: async (operator) => {
        const { customer } = await buy();
        await openPerson(operator, customer);
        await operator.page.locator('button.danger').click();
        await dialogOf(operator.page).locator('input').fill(customer);
        await dialogOf(operator.page).locator('button.danger').click();
        await operator.page.locator('.note.good').waitFor();
        await operator.page.locator('.facts').waitFor();
      },
    },
  ];

  test.each(['vi', 'en'] as const)(
    'In the language “%s” axe finds no fault in either scheme, and nothing scrolls sideways',
    async (language) => {
      const faults: string[] = [];
      for (const { name, open } of states)
        await visit(
          async (operator) => {
            const { page } = operator;
            await open(operator);
            for (const [colorScheme, width] of looks) {
              await page.emulateMedia({ colorScheme });
              await page.setViewportSize({ width, height: 844 });
              const where = `${name}, ${colorScheme}, ${width} px`;
              const overflow = await overflowOf(page);
              if (overflow > 0) faults.push(`${where}: ${overflow} px too wide`);
              faults.push(...(await violationsOf(page)).map((fault) => `${where}: ${fault}`));
            }
            if ((await page.locator('[style]').count()) > 0) faults.push(`${name}: a style attribute`);
          },
          { language },
        );
      expect(faults).toEqual([]);
    },
  );

  test('The page loads at most 10 kB of script beside the frame', async () => {
    const { customer } = await buy();
    const scriptOf = createScriptBytes(visit);
    const frame = await scriptOf('/console/nowhere', '#main h1');
    expect((await scriptOf(personPath(customer), '.facts')) - frame).toBeLessThanOrEqual(10_000);
  });
});
