import { afterAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { consoleEnMoney } from '../../../web/words/consoleEnMoney.ts';
import { consoleEnProducts } from '../../../web/words/consoleEnProducts.ts';
import { expectStatus, textAt } from '../../processes/client.ts';
import { createTestFile } from '../../processes/sqlite.ts';
import { withConsole } from './consoleGround.ts';
import { holdAnswers } from './customer.ts';
import { isFocused } from './look.ts';
import { openBank, strangeCharge } from './moneyGround.ts';
import { placeOrder } from './shop.ts';

const bank = await openBank();
afterAll(() => bank.close());

/** The page asks again for what it shows, as after a visit to another site. */
const comeBack = (page: Page): Promise<unknown> =>
  page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));

const name = 'A row that leaves its list does not take the focus along';
withConsole(name, { createDatabase: createTestFile, env: bank.env }, ({ shop, visit }) => {
  test('A product whose list comes after its dialog has closed', async () => {
    const id = await shop().addProduct({ name: 'Quạt hỏng' });
    await visit(async ({ goto, page }) => {
      await goto(`/console/products?q=quat+hong&open=${id}`);
      await page.locator(`[data-open="${id}"]`).waitFor();
      const list = await holdAnswers(page, '*/products?*');
      await page.getByRole('button', { name: consoleEnProducts.open.archive }).click();
      await list.arrived;
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect(await isFocused(page, `[data-open="${id}"]`)).toBe(true);
      await list.release();
      await page.getByText(consoleEnProducts.nothingFound).waitFor();
      expect(await isFocused(page, '#main h1')).toBe(true);
    });
  });

  test('An order that is pending no more', async () => {
    const { client } = await shop().customer('waiting@example.com');
    const id = await placeOrder(client, await shop().addProduct({ name: 'Nồi đất' }));
    await visit(async ({ goto, page }) => {
      await goto('/console/orders?q=noi+dat&status=pending');
      const link = page.locator(`a[href="/console/orders/${id}"]`).first();
      await link.focus();
      expectStatus(await client.remove(`/orders/${id}`), 204);
      await comeBack(page);
      await link.waitFor({ state: 'detached' });
      expect(await isFocused(page, '#main [data-list]')).toBe(true);
    });
  });

  test('A key that somebody else has ended', async () => {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const key = { name: 'warehouse', permissions: ['orders:read'], expiresAt };
    const id = textAt(expectStatus(await shop().operator.post('/keys', key), 201), 'id');
    await visit(async ({ goto, page }) => {
      await goto('/console/keys');
      const button = page.locator(`[data-open="${id}"] button`);
      await button.focus();
      expectStatus(await shop().operator.remove(`/keys/${id}`), 204);
      await comeBack(page);
      await button.waitFor({ state: 'detached' });
      expect(await isFocused(page, '#main h1')).toBe(true);
    });
  });

  test('A case that somebody else has acknowledged', async () => {
    const { caseId } = await strangeCharge(shop(), bank, 4_000_900);
    await visit(async ({ goto, page }) => {
      await goto('/console/money/ledger_differences');
      const button = page.getByRole('button', { name: consoleEnMoney.cases.acknowledge });
      await button.focus();
      const path = '/money/ledger_differences/acknowledgements';
      const headers = { 'idempotency-key': randomUUID() };
      expectStatus(await shop().operator.post(path, { caseId, note: 'asked the bank' }, headers), 201);
      await comeBack(page);
      await button.waitFor({ state: 'detached' });
      expect(await isFocused(page, '#main [data-list]')).toBe(true);
    });
  });
});
