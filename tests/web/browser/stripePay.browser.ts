import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { createEngine } from '../../../adapters/sandbox/engine.ts';
import { createStripeApi } from '../../../adapters/sandbox/http/api.ts';
import { serveStripe } from '../../../adapters/sandbox/http/serve.ts';
import { authenticationFailed, confirm } from '../../../adapters/sandbox/intents.ts';
import { createMemoryRecords } from '../../../adapters/sandbox/memoryRecords.ts';
import { createSystemWorld } from '../../../adapters/system/system.ts';
import { buildPages } from '../../../web/build.ts';
import { type App, killAllApps, startApp } from '../../processes/processes.ts';
import { freePort } from '../../processes/server.ts';
import { tokenFor } from '../../processes/tokens.ts';
import { chromiumPath, hangMs, launchChromium, stepHangMs } from './chromium.ts';

/**
 * Paying by card where Stripe charges. The server asks the simulated Stripe; in the browser a stand-in for Stripe's script
 * comes from Stripe's own address, so the policy is the real one. Stripe's script itself was not run.
 */
const standIn = `globalThis.Stripe = (key, options) => ({
  elements: (request) => ({
    create: () => {
      const listeners = {};
      return {
        on: (name, listener) => { listeners[name] = listener; },
        mount: (place) => {
          globalThis.cardRequest = { key, options, request };
          const frame = document.createElement('iframe');
          frame.src = 'https://js.stripe.com/card.html';
          frame.title = 'Card';
          frame.onload = () => listeners.ready?.();
          place.append(frame);
        },
        focus: () => undefined,
        destroy: () => document.querySelector('iframe')?.remove(),
      };
    },
    submit: async () => globalThis.isCardEmpty ? { error: { message: 'Your card number is incomplete.' } } : {},
  }),
  createPaymentMethod: async () => {
    await fetch('https://api.stripe.com/v1/payment_methods', { method: 'POST' });
    globalThis.methodsMade = (globalThis.methodsMade ?? 0) + 1;
    return { paymentMethod: { id: globalThis.card ?? 'pm_card_visa' } };
  },
  handleNextAction: async ({ clientSecret }) => globalThis.askBank(clientSecret),
});`;

if (chromiumPath === null) {
  if (process.env.REQUIRE_CHROMIUM === '1') throw new Error('Chromium is required and was not found.');
  console.warn('There is no Chromium here, so the tests of paying by card in a browser are left out.');
}
setDefaultTimeout(hangMs);

describe.skipIf(chromiumPath === null)('Paying by card with Stripe, in a browser', () => {
  const engine = createEngine(createMemoryRecords(), createSystemWorld(), { events: 'none' });
  let stripe: Awaited<ReturnType<typeof serveStripe>>;
  let browser: Browser;
  let app: App;
  const env = () => ({
    PAYMENT_PROVIDER: 'stripe',
    STRIPE_API_KEY: 'sk_test_1',
    STRIPE_WEBHOOK_SECRET: 'whsec_1',
    STRIPE_PUBLISHABLE_KEY: 'pk_test_1',
    STRIPE_API_URL: `http://127.0.0.1:${stripe.port}`,
    // No events are sent, so the shop asks by itself.
    RECONCILE_AFTER_MS: '1000',
  });
  let customers = 0;

  beforeAll(async () => {
    await buildPages(join(import.meta.dir, '../../../web/dist'), { onlyIfStale: true });
    stripe = await serveStripe(createStripeApi(engine), 0);
    [browser, app] = await Promise.all([
      launchChromium(chromiumPath ?? ''),
      startApp({ databaseUrl: 'sqlite::memory:', env: env() }),
    ]);
  });
  const createProduct = async ({ url }: App): Promise<string> => {
    const answer = await fetch(`${url}/products`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await tokenFor('op@shop.test', 'operator')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify([
        { code: 'A1', name: 'Áo', type: 'physical', price: { amount: 129_000, currency: 'VND' }, stock: 100 },
      ]),
    });
    const found = await (await fetch(`${url}/products`)).json();
    if (!answer.ok || found.items.length !== 1) throw new Error(`no product: ${answer.status}`);
    return found.items[0].id;
  };
  afterAll(async () => {
    await browser.close();
    await killAllApps();
    await stripe.stop();
  });

  /** A customer with one order, at the form for the card. */
  const openForm = async (work: (page: Page) => Promise<void>, shop: App = app) => {
    const productId = await createProduct(shop);
    const context = await browser.newContext({ locale: 'en-US' });
    context.setDefaultTimeout(stepHangMs);
    const refused: string[] = [];
    const keys: (string | undefined)[] = [];
    try {
      const page = await context.newPage();
      await page.route(/^https:/, (route) => {
        const url = route.request().url();
        if (url.startsWith('https://js.stripe.com/v3'))
          return route.fulfill({ contentType: 'text/javascript', body: standIn });
        const headers = { 'access-control-allow-origin': '*' };
        return route.fulfill({ contentType: 'text/html', headers, body: '<p>card' });
      });
      page.on('console', (message) => {
        if (/Content Security Policy/.test(message.text())) refused.push(message.text());
      });
      page.on('request', (request) => {
        if (request.method() === 'POST' && request.url().endsWith('/checkouts'))
          keys.push(request.headers()['idempotency-key']);
      });
      await page.goto(`http://localhost:${shop.port}/shop/sign-in`);
      customers++;
      await signInAndOrder(page, await tokenFor(`customer${customers}@shop.test`), productId);
      await page.goto(`http://localhost:${shop.port}/shop/orders`);
      await page.locator('.pay-bar button.main:not([aria-disabled])').click();
      await page.waitForURL('**/shop/pay');
      await page.locator('.card-field iframe').waitFor();
      await page.locator('.pay-form button.main:not([aria-disabled])').waitFor();
      await work(page);
    } finally {
      await context.close();
    }
    return { refused, keys };
  };
  /** Two presses in one moment: nothing is drawn between them. */
  const pay = (page: Page) =>
    page.locator('.pay-form button.main:not([aria-disabled])').evaluate((button) => {
      if (!(button instanceof HTMLElement)) return;
      button.click();
      button.click();
    });
  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor();

  test('The card is read in a frame of Stripe, and two presses make one payment', async () => {
    const seen = await openForm(async (page) => {
      expect(await page.evaluate('globalThis.cardRequest')).toMatchObject({
        key: 'pk_test_1',
        options: { locale: 'en' },
        request: { mode: 'payment', amount: 129_000, currency: 'vnd', paymentMethodCreation: 'manual' },
      });
      await pay(page);
      await heading(page, 'Paid');
      expect(await page.evaluate('globalThis.methodsMade')).toBe(1);
      expect(new URL(page.url()).pathname).toMatch(/^\/shop\/checkouts\/[\w-]{36}$/);
    });
    expect(seen.refused).toEqual([]);
    expect(seen.keys).toHaveLength(1);
  });

  test('A card that is not filled in is said at the form, and nothing is sent', async () => {
    const { keys } = await openForm(async (page) => {
      await page.evaluate('globalThis.isCardEmpty = true');
      await pay(page);
      await page.getByRole('status').filter({ hasText: 'incomplete' }).waitFor();
    });
    expect(keys).toEqual([]);
  });

  test('After a decline another card has another key', async () => {
    const { keys } = await openForm(async (page) => {
      await page.evaluate("globalThis.card = 'pm_card_chargeDeclined'");
      await pay(page);
      await heading(page, 'Your bank declined the payment');
      await page.getByRole('button', { name: 'Choose another way to pay' }).click();
      await page.locator('.card-field iframe').waitFor();
      await page.evaluate("globalThis.card = 'pm_card_visa'");
      await page.locator('.pay-form button.main:not([aria-disabled])').click();
      await heading(page, 'Paid');
    });
    expect(keys).toHaveLength(2);
    expect(keys[0]).not.toBe(keys[1]);
  });

  test.each(['succeed', 'fail'] as const)(
    "The bank's question is asked by Stripe's script, and the shop says what came of it: %s",
    async (outcome) => {
      const { keys, refused } = await openForm(async (page) => {
        await page.exposeFunction('askBank', async (secret: string) => {
          await confirm(engine, secret, outcome === 'fail' ? authenticationFailed : outcome);
        });
        await page.evaluate("globalThis.card = 'pm_card_authenticationRequired'");
        await pay(page);
        await heading(page, 'Your bank asks you to confirm');
        await page.getByRole('button', { name: 'Confirm with your bank' }).click();
        await heading(page, outcome === 'fail' ? 'Your bank declined the payment' : 'Paid');
      });
      expect(keys).toHaveLength(1);
      expect(refused).toEqual([]);
    },
  );

  test('A bank with a page of its own sends the customer back, and the same payment goes on', async () => {
    const port = await freePort();
    const returning = await startApp({
      databaseUrl: 'sqlite::memory:',
      port,
      env: { ...env(), STRIPE_RETURN_URL: `http://localhost:${port}/shop/pay` },
    });
    const { keys } = await openForm(async (page) => {
      await page.evaluate("globalThis.card = 'pm_card_authenticationRequired'");
      await pay(page);
      await page.getByRole('button', { name: 'Confirm with your bank' }).click();
      await page.getByRole('link', { name: 'It is me' }).click();
      await heading(page, 'Paid');
      // What the bank has added to the address is gone, and with it the secret of the payment.
      expect(page.url()).toMatch(/\/shop\/checkouts\/[\w-]{36}$/);
    }, returning);
    expect(keys).toHaveLength(1);
  });

  test('Where the script is blocked, the form says so and nothing is sent', async () => {
    const context = await browser.newContext({ locale: 'en-US' });
    context.setDefaultTimeout(stepHangMs);
    const page = await context.newPage();
    await page.route(/^https:/, (route) => route.abort());
    await page.goto(`http://localhost:${app.port}/shop/sign-in`);
    await signInAndOrder(page, await tokenFor('blocked@shop.test'), await createProduct(app));
    await page.goto(`http://localhost:${app.port}/shop/pay`);
    await page.getByRole('status').filter({ hasText: 'did not load' }).waitFor();
    // Nothing is awaited any more, and the button says the same.
    expect(await page.locator('.pay-form .skeleton').count()).toBe(0);
    await page.locator('.pay-form button + span', { hasText: 'did not load' }).waitFor();
    await context.close();
  });
});

const signInAndOrder = (page: Page, token: string, productId: string) =>
  page.evaluate(
    async ([token, productId]) => {
      const post = (path: string, body: unknown) =>
        fetch(path, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
          body: JSON.stringify(body),
        });
      await post('/session', { token });
      await post('/orders', { productId, quantity: 1 });
    },
    [token, productId],
  );
