import { expect, test } from 'bun:test';
import { databases } from '../../processes/databases.ts';
import { goOn } from './payFlows.ts';
import { withShop } from './shopGround.ts';
import {
  chargesOf,
  expectOneCharge,
  keptKeys,
  methods,
  openCart,
  pay,
  seesTitle,
  waitForStatus,
} from './steps.ts';

for (const [database, createDatabase] of databases)
  withShop(`A bank that asks its customer (3-D Secure), on ${database}`, { createDatabase }, ({ visit }) => {
    test('A confirmed payment is paid', async () => {
      await visit(async (customer) => {
        const { page, words } = customer;
        const [order = ''] = await customer.placeOrders(1);
        await openCart(customer, 1);
        await pay(customer, methods.confirms);
        await seesTitle(page, words.pay.action.title);
        await page.getByRole('button', { name: words.pay.action.confirm }).click();
        await page.getByRole('button', { name: words.pay.action.demoSucceed, exact: true }).click();
        await seesTitle(page, words.pay.paid.title);
        await expectOneCharge(customer);
        await waitForStatus(customer, order, 'completed');
      });
    });

    test('A refused one is declined, and its order can be paid with another method', async () => {
      await visit(async (customer) => {
        const { page, words } = customer;
        const [order = ''] = await customer.placeOrders(1);
        await openCart(customer, 1);
        await pay(customer, methods.confirms);
        await seesTitle(page, words.pay.action.title);
        await page.getByRole('button', { name: words.pay.action.confirm }).click();
        await page.getByRole('button', { name: words.pay.action.demoFail }).click();
        await seesTitle(page, words.pay.declined.title);
        expect(await keptKeys(page)).toEqual([]);
        await waitForStatus(customer, order, 'pending');
        await openCart(customer, 1);
        await pay(customer, methods.pays);
        await seesTitle(page, words.pay.paid.title);
        expect(new Set(customer.keys).size).toBe(2);
      });
    });

    test('A dialog that was closed by mistake leaves the payment as it was, and it goes on', async () => {
      await visit(async (customer) => {
        const { page, words } = customer;
        await customer.placeOrders(1);
        await openCart(customer, 1);
        await pay(customer, methods.confirms);
        await seesTitle(page, words.pay.action.title);
        await page.getByRole('button', { name: words.pay.action.confirm }).click();
        await page.locator('dialog[open]').waitFor();
        await page.keyboard.press('Escape');
        await page.getByText(words.pay.action.closed).waitFor();
        await page.getByRole('button', { name: words.pay.action.confirm }).click();
        await page.getByRole('button', { name: words.pay.action.demoSucceed, exact: true }).click();
        await seesTitle(page, words.pay.paid.title);
        await expectOneCharge(customer);
      });
    });

    test('A customer who leaves the bank, and returns twice, is charged once', async () => {
      await visit(async (customer) => {
        const { page, words } = customer;
        await customer.placeOrders(1);
        await openCart(customer, 1);
        await pay(customer, methods.confirms);
        await seesTitle(page, words.pay.action.title);
        await page.waitForURL('**/shop/checkouts/**');
        const address = page.url();
        // A return never means success by itself.
        await page.goto(address);
        await seesTitle(page, words.pay.action.title);
        await page.getByRole('button', { name: words.pay.action.confirm }).click();
        await page.getByRole('button', { name: words.pay.action.demoSucceed, exact: true }).click();
        await seesTitle(page, words.pay.paid.title);
        const second = await customer.openWindow();
        for (const each of [page, second]) {
          await each.goto(address);
          await seesTitle(each, words.pay.paid.title);
        }
        expect(customer.keys).toHaveLength(1);
        await expectOneCharge(customer);
      });
    });

    test('A payment that is given up charges nothing, and frees its order', async () => {
      await visit(async (customer) => {
        const { page, words } = customer;
        const [order = ''] = await customer.placeOrders(1);
        await openCart(customer, 1);
        await pay(customer, methods.confirms);
        await seesTitle(page, words.pay.action.title);
        await page.close();
        const next = await customer.openWindow();
        await goOn(customer, next);
        await seesTitle(next, words.pay.action.title);
        await next.getByRole('button', { name: words.pay.action.giveUp }).click();
        await seesTitle(next, words.pay.cancelled.title);
        await waitForStatus(customer, order, 'pending');
        expect(await chargesOf(customer)).not.toContain('succeeded');
      });
    });
  });
