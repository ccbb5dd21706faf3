import { expect, test } from 'bun:test';
import { type Customer, holdAnswers } from './customer.ts';
import { statusOf, until } from './shop.ts';
import type { ShopGround } from './shopGround.ts';
import {
  choosePayment,
  expectOneCharge,
  keptKeys,
  methods,
  openCart,
  pay,
  seesTitle,
  waitForStatus,
} from './steps.ts';

/** What a shopper goes through on the way to a paid order. The same on every runtime and database. */
export const describeFirstSix = ({ shop, visit }: ShopGround): void => {
  test('A product is found with marks and without, by the keyboard alone', async () => {
    await shop().addProduct({ name: 'Nón lá Huế thử nghiệm' });
    await visit(async (customer) => {
      const { page, words } = customer;
      await customer.goto('/shop');
      const field = page.getByRole('combobox', { name: words.catalogue.search });
      for (const typed of ['non la hue thu', 'NÓN LÁ huế thử']) {
        await field.fill('');
        await field.pressSequentially(typed);
        await page.getByRole('option', { name: /Nón lá Huế thử nghiệm/ }).waitFor();
        await field.press('ArrowDown');
        await field.press('Enter');
        await page.getByRole('heading', { level: 2, name: 'Nón lá Huế thử nghiệm' }).waitFor();
        expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);
      }
    });
  });

  test('A paid order is paid on the page, and its timeline goes on until it is completed', async () => {
    await visit(async (customer) => {
      const { page, words } = customer;
      const [order = ''] = await customer.placeOrders(1);
      await openCart(customer, 1);
      await pay(customer, methods.pays);
      await seesTitle(page, words.pay.paid.title);
      await expectOneCharge(customer);
      expect(await keptKeys(page)).toEqual([]);
      await page.getByRole('link', { name: words.pay.seeOrders }).click();
      await page.locator(`a[href="/shop/orders/${order}"]`).click();
      await page.locator('.timeline').getByText(words.historyStates.completed, { exact: true }).waitFor();
    });
  });

  test('A double click and a press of Enter send one request', async () => {
    await visit(async (customer) => {
      const { page, words } = customer;
      await customer.placeOrders(2);
      await openCart(customer, 2);
      const button = await choosePayment(customer, methods.slow);
      await button.focus();
      // All three come before the page is drawn again.
      await button.evaluate((element) => {
        if (!(element instanceof HTMLElement)) return;
        element.click();
        element.click();
        element.click();
      });
      await seesTitle(page, words.pay.paid.title);
      expect(customer.keys).toHaveLength(1);
      await expectOneCharge(customer);
    });
    await visit(async (customer) => {
      const { page, words } = customer;
      await customer.placeOrders(1);
      await openCart(customer, 1);
      const button = await choosePayment(customer, methods.slow);
      await button.dblclick({ noWaitAfter: true });
      await page.keyboard.press('Enter');
      await seesTitle(page, words.pay.paid.title);
      expect(customer.keys).toHaveLength(1);
      await expectOneCharge(customer);
    });
  });

  test('A reload while the bank is asked goes on with the same key', async () => {
    await visit(async (customer) => {
      const { page, words, shop: here } = customer;
      const [order = ''] = await customer.placeOrders(1);
      await openCart(customer, 1);
      const held = await holdAnswers(page, `${here.url}/checkouts`);
      await pay(customer, methods.pays);
      await held.arrived;
      expect(await keptKeys(page)).toHaveLength(1);
      await page.reload();
      await held.release();
      await seesTitle(page, words.pay.paid.title);
      expect(await keptKeys(page)).toEqual([]);
      await expectOneCharge(customer);
      await waitForStatus(customer, order, 'completed');
    });
  });

  test('A window that crashes while the bank is asked leaves its key to the next one', async () => {
    await visit(async (customer) => {
      const { page, words, shop: here } = customer;
      await customer.placeOrders(1);
      await openCart(customer, 1);
      const held = await holdAnswers(page, `${here.url}/checkouts`);
      await pay(customer, methods.pays);
      await held.arrived;
      await page.close();
      const next = await customer.openWindow();
      await goOn(customer, next);
      await seesTitle(next, words.pay.paid.title);
      await expectOneCharge(customer);
      expect(await keptKeys(next)).toEqual([]);
    });
  });

  test('An answer that the bank lost is unknown on the page, and becomes paid by itself', async () => {
    await visit(async (customer) => {
      const { page, words, shop: here } = customer;
      await customer.placeOrders(1);
      await openCart(customer, 1);
      const held = await holdAnswers(page, `${here.url}/checkouts/0*`);
      await pay(customer, methods.lostPaid);
      await seesTitle(page, words.pay.confirming.title);
      // While it is not known there is no second way to pay.
      expect(await page.getByRole('button', { name: words.pay.anotherMethod }).count()).toBe(0);
      await held.release();
      await seesTitle(page, words.pay.paid.title);
      expect(customer.keys).toHaveLength(1);
      await expectOneCharge(customer);
    });
  });

  test('An answer that the network lost is asked for again, with the same key', async () => {
    await visit(async (customer) => {
      const { page, words, shop: here } = customer;
      await customer.placeOrders(1);
      await openCart(customer, 1);
      const held = await holdAnswers(page, `${here.url}/checkouts`);
      await pay(customer, methods.pays);
      await held.arrived;
      await held.lose();
      await seesTitle(page, words.pay.paid.title);
      expect(customer.keys.length).toBeGreaterThan(1);
      await expectOneCharge(customer);
    });
  });

  test('A server that is killed while the bank is asked, and started again, charges once', async () => {
    await visit(async (customer) => {
      const { client, page, words } = customer;
      const [order = ''] = await customer.placeOrders(1);
      await openCart(customer, 1);
      const held = await holdAnswers(page, `${shop().url}/checkouts`);
      await pay(customer, methods.slow);
      await until(
        () => statusOf(client, order),
        (status) => status !== 'pending',
      );
      await shop().kill();
      // On a slow machine the answer may have been on its way already.
      await held.arrived;
      await held.lose();
      await seesTitle(page, words.pay.retrying.title);
      await shop().startAgain();
      await seesTitle(page, words.pay.paid.title);
      await expectOneCharge(customer);
      await waitForStatus(customer, order, 'completed');
    });
  });
};

/** A new window of a customer who was paying: the cart says so, and leads to the payment. */
export const goOn = async (customer: Customer, page: Customer['page']): Promise<void> => {
  await customer.goto('/shop/orders', page);
  await page.getByRole('link', { name: customer.words.pay.openPayment }).click();
};
