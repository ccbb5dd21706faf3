import { expect, test } from 'bun:test';
import { expectStatus } from '../../processes/client.ts';
import { databases } from '../../processes/databases.ts';
import { holdAnswers } from './customer.ts';
import { placeOrder } from './shop.ts';
import { withShop } from './shopGround.ts';
import {
  chargesOf,
  choosePayment,
  expectOneCharge,
  keptKeys,
  methods,
  openCart,
  pay,
  seesTitle,
} from './steps.ts';

for (const [database, createDatabase] of databases)
  withShop(`A payment that does not work, on ${database}`, { createDatabase }, ({ shop, visit }) => {
    test('A declined card charges nothing, and another one pays with a new key', async () => {
      await visit(async (customer) => {
        const { page, words } = customer;
        await customer.placeOrders(1);
        await openCart(customer, 1);
        await pay(customer, methods.declined);
        await seesTitle(page, words.pay.declined.title);
        expect(await keptKeys(page)).toEqual([]);
        expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe('BODY');
        await openCart(customer, 1);
        await pay(customer, methods.pays);
        await seesTitle(page, words.pay.paid.title);
        expect(new Set(customer.keys).size).toBe(2);
        const charges = await chargesOf(customer);
        expect(charges.filter((status) => status === 'succeeded')).toHaveLength(1);
      });
    });

    test('What is sold out is named, and nobody is charged', async () => {
      await visit(async (customer) => {
        const { client, page, words } = customer;
        const name = 'Đèn lồng cuối cùng';
        const product = await shop().addProduct({ name, stock: 2, price: 777_000 });
        await placeOrder(client, product, 2);
        const other = await shop().customer('other-buyer@example.com');
        const taken = await placeOrder(other.client, product, 1);
        expectStatus(await other.client.checkOut(crypto.randomUUID(), [taken], 'pm_card_visa'), 202);
        await openCart(customer, 1);
        await pay(customer, methods.pays);
        await page.getByText(words.pay.stock.left(name, 1)).waitFor();
        expect((await shop().charges()).map(({ amount }) => amount)).not.toContain(2 * 777_000);
        expect(await keptKeys(page)).toEqual([]);
      });
    });

    test('A total that was changed in another window is shown before it is paid', async () => {
      await visit(async (customer) => {
        const { client, page, words } = customer;
        const price = 654_000;
        const productId = await shop().addProduct({ price, stock: 9 });
        const orderId = await placeOrder(client, productId, 1);
        await openCart(customer, 1);
        const button = await choosePayment(customer, methods.pays);
        expectStatus(await client.patch(`/orders/${orderId}`, { quantity: 3 }), 200);
        await button.click();
        await page.locator('dialog[open]').getByText(words.pay.otherTotal).waitFor();
        expect(await button.textContent()).toContain('1,962,000');
        expect(customer.keys).toEqual([]);
        await button.click();
        await seesTitle(page, words.pay.paid.title);
        const amounts = (await shop().charges()).map(({ amount }) => amount);
        expect(amounts.filter((amount) => amount === price || amount === 3 * price)).toEqual([3 * price]);
      });
    });

    test('The payment form too shows a total that was changed before it is paid', async () => {
      await visit(async (customer) => {
        const { client, page, words } = customer;
        const price = 543_000;
        const productId = await shop().addProduct({ price, stock: 9 });
        const orderId = await placeOrder(client, productId, 1);
        await openCart(customer, 1);
        await pay(customer, methods.declined);
        await page.getByRole('button', { name: words.pay.anotherMethod }).click();
        await page.locator('.pay-form').getByText('543,000').waitFor();
        await page.locator(`.pay-form input[value=${methods.pays}]`).check();
        expectStatus(await client.patch(`/orders/${orderId}`, { quantity: 2 }), 200);
        const button = page.locator('.pay-form button[type=submit]');
        await button.click();
        await page.getByText(words.pay.otherTotal).waitFor();
        await button.getByText('1,086,000').waitFor();
        expect(customer.keys).toHaveLength(1);
        await button.click();
        await seesTitle(page, words.pay.paid.title);
      });
    });

    test('A bank that cannot be reached is said, and the customer may stop without a charge', async () => {
      await visit(async (customer) => {
        const { page, words } = customer;
        await customer.placeOrders(1);
        await openCart(customer, 1);
        await pay(customer, methods.down);
        await page.getByText(words.pay.retrying.nothingCharged).waitFor();
        await page.getByRole('button', { name: words.pay.retrying.stop }).click();
        await seesTitle(page, words.pay.stopped.title);
        expect(await keptKeys(page)).toEqual([]);
        await openCart(customer, 1);
      });
    });

    test('Two windows that pay the same order at once charge once, and say that it is paid', async () => {
      await visit(async (customer) => {
        const { page, words } = customer;
        await customer.placeOrders(1);
        const second = await customer.openWindow();
        await openCart(customer, 1, page);
        await openCart(customer, 1, second);
        const buttons = [
          await choosePayment(customer, methods.pays, page),
          await choosePayment(customer, methods.pays, second),
        ];
        // A window that hears of the other's attempt takes its button away. Then only one of them has pressed.
        const pressed = buttons.map((button) =>
          Promise.race([button.click(), button.waitFor({ state: 'detached' })]).catch(() => {}),
        );
        await Promise.all(pressed);
        // Whether it found the other window's attempt, its end, or only the paid order: all of them are true.
        const { conflict, elsewhere, paid } = words.pay;
        const isPaid = new RegExp(`^(?:${elsewhere.title}|${paid.title}|${conflict.paidTitle})$`);
        await Promise.any([seesTitle(page, isPaid), seesTitle(second, isPaid)]);
        expect(await chargesOf(customer)).toEqual(['succeeded']);
      });
    });

    test('A cart in a second window follows what the first one pays', async () => {
      await visit(async (customer) => {
        const { page, words } = customer;
        await customer.placeOrders(1);
        await openCart(customer, 1);
        const other = await customer.openWindow();
        await openCart(customer, 1, other);
        const held = await holdAnswers(page, `${shop().url}/checkouts`);
        await pay(customer, methods.pays);
        await other.getByText(words.pay.openPayments(1)).waitFor();
        await held.arrived;
        await held.release();
        await seesTitle(page, words.pay.paid.title);
        await other.getByText(words.pay.openPayments(1)).waitFor({ state: 'detached' });
        await other.getByText(words.cartPage.empty).waitFor();
      });
    });

    test('A sign-out takes the cart of a second window too', async () => {
      await visit(
        async (customer) => {
          const { page, words } = customer;
          await customer.placeOrders(1);
          await openCart(customer, 1);
          const other = await customer.openWindow();
          await openCart(customer, 1, other);
          await page.getByRole('button', { name: words.frame.account }).click();
          await page.getByRole('button', { name: words.frame.signOut }).click();
          await other.getByText(words.cartPage.signInFirst).waitFor();
          expect(await other.locator('dialog[open], .cart-row').count()).toBe(0);
        },
        { losesSession: true },
      );
    });

    test('Another language leaves the focus on its button, also where a payment was declined', async () => {
      await visit(async (customer) => {
        const { page, words } = customer;
        await customer.placeOrders(1);
        await openCart(customer, 1);
        await pay(customer, methods.declined);
        await seesTitle(page, words.pay.declined.title);
        const button = page.locator('header button[lang]');
        await button.focus();
        await page.keyboard.press('Enter');
        await page.locator('html[lang=vi]').waitFor({ state: 'attached' });
        expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
      });
    });

    test('A second device hears that the order is being paid, and then that it is paid', async () => {
      await visit(async (customer) => {
        const { email, page, words } = customer;
        await customer.placeOrders(1, { name: 'Khăn rằn hai máy' });
        await openCart(customer, 1);
        await visit(
          async (device) => {
            await openCart(device, 1);
            const held = await holdAnswers(page, `${shop().url}/checkouts`);
            await pay(customer, methods.confirms);
            await held.arrived;
            await pay(device, methods.pays);
            await device.page.getByText(words.pay.conflict.inProgress('Khăn rằn hai máy')).waitFor();
            await held.release();
            await seesTitle(page, words.pay.action.title);
            await page.getByRole('button', { name: words.pay.action.confirm }).click();
            await page.getByRole('button', { name: words.pay.action.demoSucceed, exact: true }).click();
            await seesTitle(page, words.pay.paid.title);
            expect(await keptKeys(device.page)).toEqual([]);
          },
          { email },
        );
        await expectOneCharge(customer);
      });
    });
  });
