import { expect, test } from 'bun:test';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { valueAt } from '../../processes/client.ts';
import { createTestFile } from '../../processes/sqlite.ts';
import { secret, tokenFor } from '../../processes/tokens.ts';
import { chromiumPath, complaintsOf, launchChromium, stepHangMs } from './chromium.ts';
import { holdAnswers, signIn, signOut } from './customer.ts';
import { openShop, until } from './shop.ts';
import { withShop } from './shopGround.ts';
import { chargesOf, methods, openCart, pay, seesTitle } from './steps.ts';

withShop('A page that is not as usual', { createDatabase: createTestFile }, ({ shop, visit }) => {
  test('A list that did not come says so, and comes when asked for again', async () => {
    await visit(async (customer) => {
      const { page, words } = customer;
      const held = await holdAnswers(page, `${shop().url}/products?*`);
      await page.goto('/shop');
      await held.arrived;
      await seesTitle(page, words.catalogue.title);
      await held.lose();
      await page.getByRole('alert').getByText(words.state.lost).waitFor();
      await page.getByRole('button', { name: words.state.tryAgain }).click();
      await page.locator('.product').first().waitFor();
      expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe('BODY');
    });
  });

  test('After an update of the shop an old page loads again, and is where it was going', async () => {
    await visit(async (customer) => {
      const { page } = customer;
      await customer.placeOrders(1);
      await customer.goto('/shop');
      // The files of the old version are gone, until the document is loaded anew.
      await page.route('**/assets/part-*.js', (route) => route.fulfill({ status: 404, body: '' }));
      await page.route('**/shop/orders', async (route) => {
        await page.unroute('**/assets/part-*.js');
        await route.continue();
      });
      await page.locator('nav a[href="/shop/orders"]').click();
      await page.locator('.cart-row').waitFor();
      expect(new URL(page.url()).pathname).toBe('/shop/orders');
    });
  });

  test('A session that ends in the cart is said over it, and nothing is lost', async () => {
    await visit(
      async (customer) => {
        const { client, context, email, page, words } = customer;
        const orders = await customer.placeOrders(2);
        await openCart(customer, 2);
        await signOut(context);
        await page
          .locator('.cart-row')
          .first()
          .getByRole('button', { name: /One more/ })
          .click();
        const dialog = page.locator('dialog[open]');
        await dialog.getByRole('textbox', { name: words.signIn.email }).fill(email);
        await dialog.getByRole('button', { name: words.frame.signIn }).click();
        await dialog.waitFor({ state: 'detached' });
        expect(await page.locator('.cart-row').count()).toBe(2);
        await page
          .locator('.cart-row')
          .first()
          .getByRole('button', { name: /One more/ })
          .click();
        const quantities = async () =>
          Promise.all(
            orders.map(async (id) => Number(valueAt((await client.get(`/orders/${id}`)).body, 'quantity'))),
          );
        await until(quantities, (found) => found.includes(2) && found.includes(1));
      },
      { losesSession: true },
    );
  });

  test('Who signs in after another customer sees nothing of theirs', async () => {
    await visit(async (customer) => {
      const { client, context, page, words } = customer;
      const [paid = '', waiting = ''] = await customer.placeOrders(2);
      await client.checkOut(crypto.randomUUID(), [paid], methods.pays);
      await customer.goto(`/shop/orders/${waiting}`);
      await page.getByRole('button', { name: words.orderPage.cancel }).waitFor();
      await page.locator('nav a[href="/shop/orders"]').click();
      await page.locator('.lines .line').waitFor();
      await page.goBack();
      await page.getByRole('button', { name: words.orderPage.cancel }).waitFor();
      // Another window signs out, and somebody else in.
      const other = await customer.openWindow();
      await other.goto('/shop');
      await signIn(context, shop(), (await shop().customer('minh@example.com')).token);
      await other.evaluate(() => localStorage.setItem('cw.session', 'another'));
      await page.getByText(words.orderPage.missing).waitFor();
      expect(await page.getByText('Áo thử').count()).toBe(0);
      const held = await holdAnswers(page, `${shop().url}/orders?*`);
      await page.locator('nav a[href="/shop/orders"]').click();
      await held.arrived;
      expect(await page.locator('.lines .line').count()).toBe(0);
      await held.release();
    });
  });

  test('An answer from before a command is not shown after it', async () => {
    await visit(async (customer) => {
      const { client, page, words } = customer;
      const [order = ''] = await customer.placeOrders(1);
      await customer.goto(`/shop/orders/${order}`);
      const cancel = page.getByRole('button', { name: words.orderPage.cancel });
      await cancel.waitFor();
      const [asked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      await page.route(
        `**/orders/${order}`,
        async (route) => {
          const { body } = await client.get(`/orders/${order}`);
          asked.resolve();
          await answered.promise;
          await route.fulfill({ json: body });
        },
        { times: 1 },
      );
      await asked.promise;
      await cancel.click();
      await page.locator('dialog[open]').getByRole('button', { name: words.orderPage.cancel }).click();
      await page.getByText(words.orderPage.cancelled).waitFor();
      await cancel.waitFor({ state: 'detached' });
      const old = page.waitForResponse(`**/orders/${order}`);
      answered.resolve();
      await (await old).finished();
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 100)));
      expect(await cancel.count()).toBe(0);
    });
  });

  test('After too many declines the page says when one can pay again', async () => {
    await visit(async (customer) => {
      const { client, page, words } = customer;
      const [order = ''] = await customer.placeOrders(1);
      for (let declines = 0; declines < 5; declines++)
        await client.checkOut(crypto.randomUUID(), [order], methods.declined);
      await openCart(customer, 1);
      await pay(customer, methods.pays);
      await seesTitle(page, words.problems.rate_limited.title);
      expect(await chargesOf(customer)).not.toContain('succeeded');
    });
  });

  test('Orders that did not come are not said to be none, and come when asked for again', async () => {
    await visit(async (customer) => {
      const { page, words } = customer;
      const [order = ''] = await customer.placeOrders(1);
      await openCart(customer, 1);
      await pay(customer, methods.declined);
      await seesTitle(page, words.pay.declined.title);
      const addresses = ['**/orders?*', `**/orders/${order}`];
      for (const address of addresses) await page.route(address, (route) => route.abort());
      await page.getByRole('button', { name: words.pay.anotherMethod }).click();
      await page.getByRole('alert').getByText(words.state.lost).waitFor();
      for (const address of addresses) await page.unroute(address);
      await page.getByRole('button', { name: words.state.tryAgain }).click();
      await page.locator('.receipt-line').waitFor();
      await page.getByRole('button', { name: /^Pay\b.*\d/ }).waitFor();
    });
  });

  test('Another method after a decline is asked for on the page, and two presses pay once', async () => {
    await visit(async (customer) => {
      const { page, words } = customer;
      await customer.placeOrders(1);
      await openCart(customer, 1);
      await pay(customer, methods.declined);
      await seesTitle(page, words.pay.declined.title);
      await page.getByRole('button', { name: words.pay.anotherMethod }).click();
      await page.locator(`input[type=radio][value=${methods.slow}]`).check();
      await page.getByRole('button', { name: /^Pay\b/ }).evaluate((element) => {
        if (!(element instanceof HTMLElement)) return;
        element.click();
        element.click();
      });
      await seesTitle(page, words.pay.paid.title);
      expect(customer.keys).toHaveLength(2);
      expect((await chargesOf(customer)).filter((status) => status === 'succeeded')).toHaveLength(1);
    });
  });
});

test.skipIf(chromiumPath === null)(
  'A customer signs in at the shop’s provider, and a token of another window signs nobody in',
  async () => {
    // The stand-in signs everybody in at once.
    const token = await tokenFor('lan@shop.test');
    const provider = createServer((request, response) => {
      const asked = new URL(request.url ?? '/', 'http://localhost').searchParams;
      const state = encodeURIComponent(asked.get('state') ?? '');
      response.writeHead(302, { location: `${asked.get('return_to')}#token=${token}&state=${state}` }).end();
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => provider.once('listening', resolve));
    const port = (provider.address() as AddressInfo).port;
    const shop = await openShop({
      database: await createTestFile(),
      env: { AUTH_SECRET: secret, SIGN_IN_URL: `http://localhost:${port}/login` },
    });
    const browser = await launchChromium(chromiumPath ?? '');
    try {
      const context = await browser.newContext({ baseURL: shop.url, locale: 'en-GB' });
      context.setDefaultTimeout(stepHangMs);
      const page = await context.newPage();
      const complaints = complaintsOf(page);
      const who = () => page.evaluate(async () => (await (await fetch('/session')).json())?.email ?? null);
      await page.goto(`/shop/sign-in#token=${token}&state=another`);
      await page.getByText('This sign-in link was not asked for').waitFor();
      expect(await who()).toBeNull();
      await page.goto('/shop/orders');
      await page.getByRole('link', { name: 'Sign in' }).first().click();
      await page.getByRole('link', { name: 'Continue to sign-in' }).click();
      await page.waitForURL('**/shop/orders');
      expect(await who()).toBe('lan@shop.test');
      expect(page.url()).not.toContain('token');
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
      await shop.close();
      provider.close();
    }
  },
);
