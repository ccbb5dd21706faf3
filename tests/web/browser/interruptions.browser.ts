import { expect, test } from 'bun:test';
import { cartPath } from '../../../web/shop/addresses.ts';
import { databases } from '../../processes/databases.ts';
import { chromiumWithHistory } from './chromium.ts';
import { type Customer, holdAnswers, signIn, signOut } from './customer.ts';
import { withShop } from './shopGround.ts';
import { expectOneCharge, methods, openCart, pay, seesTitle } from './steps.ts';

for (const [database, createDatabase] of databases)
  withShop(
    `A shop that is interrupted, on ${database}`,
    { createDatabase, launch: chromiumWithHistory },
    ({ shop, visit }) => {
      /** The same customer, in the dialog over the page. */
      const signInAgain = async ({ page, words, email }: Customer) => {
        const dialog = page.locator('dialog[open]');
        await dialog.getByRole('textbox', { name: words.signIn.email }).fill(email);
        await dialog.getByRole('button', { name: words.frame.signIn }).click();
      };

      test('A session that ends before the request keeps what was being paid, under the same key', async () => {
        await visit(
          async (customer) => {
            const { context, page, words } = customer;
            await customer.placeOrders(1);
            await openCart(customer, 1);
            await signOut(context);
            await pay(customer, methods.pays);
            await page.locator('dialog[open]').getByText(words.pay.signedOut.text).waitFor();
            await signInAgain(customer);
            await seesTitle(page, words.pay.paid.title);
            await expectOneCharge(customer);
          },
          { losesSession: true },
        );
      });

      test('A session that ends while the bank is asked keeps the payment', async () => {
        await visit(
          async (customer) => {
            const { context, page, words } = customer;
            await customer.placeOrders(1);
            await openCart(customer, 1);
            const held = await holdAnswers(page, `${shop().url}/checkouts`);
            await pay(customer, methods.lostPaid);
            await held.arrived;
            await signOut(context);
            await held.release();
            await page.locator('dialog[open]').getByText(words.pay.signedOut.text).waitFor();
            await signInAgain(customer);
            await seesTitle(page, words.pay.paid.title);
            await expectOneCharge(customer);
          },
          { losesSession: true },
        );
      });

      test('A session that ends while the customer has to confirm keeps the payment', async () => {
        await visit(async (customer) => {
          const { context, page, words } = customer;
          await customer.placeOrders(1);
          await openCart(customer, 1);
          await pay(customer, methods.confirms);
          await seesTitle(page, words.pay.action.title);
          await signOut(context);
          await page.reload();
          await page.locator('dialog[open]').getByText(words.pay.signedOut.text).waitFor();
          const { token } = await shop().customer(customer.email);
          await signIn(context, shop(), token);
          await page.reload();
          await seesTitle(page, words.pay.action.title);
          await page.getByRole('button', { name: words.pay.action.confirm }).click();
          await page.getByRole('button', { name: words.pay.action.demoSucceed, exact: true }).click();
          await seesTitle(page, words.pay.paid.title);
          await expectOneCharge(customer);
        });
      });

      test('Offline one cannot pay, and the page says why; back online it goes on by itself', async () => {
        await visit(async (customer) => {
          const { context, page, words } = customer;
          await customer.placeOrders(1);
          await openCart(customer, 1);
          // An answer that is still on its way would say that there is a connection.
          await page.waitForLoadState('networkidle');
          await context.setOffline(true);
          const button = page.locator('.pay-bar').getByRole('button', { name: words.cartPage.pay });
          await page.locator('.pay-bar').getByText(words.state.offlinePay).waitFor();
          expect(await button.getAttribute('aria-disabled')).toBe('true');
          await context.setOffline(false);
          await page.locator('.pay-bar').getByText(words.state.offlinePay).waitFor({ state: 'detached' });
          await pay(customer, methods.pays);
          await seesTitle(page, words.pay.paid.title);
          await context.setOffline(true);
          expect(await page.getByRole('heading', { level: 1, name: words.pay.paid.title }).count()).toBe(1);
          await context.setOffline(false);
          await expectOneCharge(customer);
        });
      });

      test('A page whose first requests after an outage fail is online again by itself', async () => {
        await visit(async (customer) => {
          const { context, page, words } = customer;
          await customer.placeOrders(1);
          await openCart(customer, 1);
          await page.waitForLoadState('networkidle');
          await context.setOffline(true);
          await page.locator('.pay-bar').getByText(words.state.offlinePay).waitFor();
          await context.route('**/session', (route) => route.abort('connectionfailed'), { times: 1 });
          await context.route(/\/orders\?/, (route) => route.abort('connectionfailed'), { times: 1 });
          await context.setOffline(false);
          await page.locator('.pay-bar').getByText(words.state.offlinePay).waitFor({ state: 'detached' });
        });
      });

      test('A page asks again where the shop cannot say who is signed in', async () => {
        await visit(async (customer) => {
          const { context, goto, page, words } = customer;
          await customer.placeOrders(1);
          const isSeen = Promise.withResolvers<void>();
          await context.route('**/session', (route) => isSeen.promise.then(() => route.fallback()));
          await context.route(
            '**/session',
            (route) => route.fulfill({ headers: { 'retry-after': '1' }, json: null }),
            { times: 1 },
          );
          await goto(cartPath);
          await page.getByRole('button', { name: words.state.tryAgain }).waitFor();
          // Until then the page does not hear what it asks a second later.
          isSeen.resolve();
          await page.locator('.pay-bar').waitFor();
        });
      });

      test('A connection that breaks while the bank is asked charges once', async () => {
        await visit(async (customer) => {
          const { context, page, words } = customer;
          await customer.placeOrders(1);
          await openCart(customer, 1);
          const held = await holdAnswers(page, `${shop().url}/checkouts`);
          await pay(customer, methods.pays);
          await held.arrived;
          await context.setOffline(true);
          await held.lose();
          await seesTitle(page, words.pay.retrying.title);
          await context.setOffline(false);
          await seesTitle(page, words.pay.paid.title);
          await expectOneCharge(customer);
        });
      });

      test('Back from a paid order never leads to a form that pays it again', async () => {
        await visit(async (customer) => {
          const { page, words } = customer;
          await customer.placeOrders(1);
          await openCart(customer, 1);
          await pay(customer, methods.pays);
          await seesTitle(page, words.pay.paid.title);
          await page.evaluate(() => history.back());
          await page.waitForURL('**/shop/orders', { waitUntil: 'commit' });
          await page.locator('.cart-row').waitFor({ state: 'detached' });
          await page.evaluate(() => history.forward());
          await seesTitle(page, words.pay.paid.title);
          expect(customer.keys).toHaveLength(1);
          await expectOneCharge(customer);
        });
      });

      test('A page that the browser kept shows the cart as it is now', async () => {
        await visit(async (customer) => {
          const { client, page } = customer;
          const [first = ''] = await customer.placeOrders(2);
          await openCart(customer, 2);
          await page.evaluate(() => {
            addEventListener('pageshow', (event) => {
              Reflect.set(globalThis, 'wasKept', Reflect.get(event, 'persisted'));
            });
          });
          await page.goto(`${shop().url}/docs/problems/not_found`);
          await client.remove(`/orders/${first}`);
          await page.evaluate(() => history.back());
          await page.waitForURL('**/shop/orders', { waitUntil: 'commit' });
          expect(await page.evaluate(() => Reflect.get(globalThis, 'wasKept'))).toBe(true);
          await page.locator('.cart-row').nth(1).waitFor({ state: 'detached' });
          expect(await page.locator('.cart-row').count()).toBe(1);
        });
      });
    },
  );
