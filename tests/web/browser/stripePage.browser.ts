import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { buildPages } from '../../../web/build.ts';
import { type App, killAllApps, startApp } from '../../processes/processes.ts';
import { hangMs, stepHangMs } from './chromium.ts';

/**
 * The payment page where Stripe charges. Stripe's own script is not here: a stand-in does what the policy has to allow.
 * It opens a frame, sends a request to Stripe, and makes the global function.
 */
const standIn = `globalThis.Stripe = () => ({});
const frame = document.createElement('iframe');
frame.src = 'https://js.stripe.com/frame.html';
addEventListener('load', () => document.body.append(frame));
fetch('https://api.stripe.com/v1/ping').then(() => { globalThis.stripeAnswered = true; });`;

const path = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
if (path === undefined) {
  if (process.env.REQUIRE_CHROMIUM === '1') throw new Error('Chromium is required and was not found.');
  console.warn('There is no Chromium here, so the tests of the payment page in a browser are left out.');
}
setDefaultTimeout(hangMs);

describe.skipIf(path === undefined)('The payment page with Stripe, in a browser', () => {
  let browser: Browser;
  let app: App;
  beforeAll(async () => {
    await buildPages(join(import.meta.dir, '../../../web/dist'), { onlyIfStale: true });
    const env = {
      PAYMENT_PROVIDER: 'stripe',
      STRIPE_API_KEY: 'sk_test_1',
      STRIPE_WEBHOOK_SECRET: 'whsec_1',
      STRIPE_PUBLISHABLE_KEY: 'pk_test_1',
      STRIPE_API_URL: 'http://127.0.0.1:9',
    };
    [browser, app] = await Promise.all([
      chromium.launch({ executablePath: path ?? '', args: ['--no-sandbox'] }),
      startApp({ databaseUrl: 'sqlite::memory:', env }),
    ]);
  });
  afterAll(async () => {
    await browser.close();
    await killAllApps();
  });

  const open = async (address: string, work: (page: Page) => Promise<void>) => {
    const context = await browser.newContext();
    context.setDefaultTimeout(stepHangMs);
    try {
      const page = await context.newPage();
      const asked: string[] = [];
      const refused: string[] = [];
      await page.route(/^https:/, (route) => {
        const url = route.request().url();
        asked.push(new URL(url).host);
        const headers = { 'access-control-allow-origin': '*' };
        if (url === 'https://js.stripe.com/v3/')
          return route.fulfill({ contentType: 'text/javascript', body: standIn });
        return route.fulfill({ contentType: 'text/html', headers, body: '<p>frame' });
      });
      page.on('console', (message) => {
        if (/Content Security Policy/.test(message.text())) refused.push(message.text());
      });
      await page.goto(`http://localhost:${app.port}${address}`);
      await work(page);
      return { asked: [...new Set(asked)].sort(), refused };
    } finally {
      await context.close();
    }
  };

  test('Its script, its frame and its requests work on the payment page', async () => {
    for (const address of ['/shop/pay', '/shop/checkouts/1'])
      expect(
        await open(address, async (page) => {
          await page.waitForFunction(() => 'Stripe' in globalThis && 'stripeAnswered' in globalThis);
          await page.frameLocator('iframe').locator('p').waitFor();
        }),
      ).toEqual({ asked: ['api.stripe.com', 'js.stripe.com'], refused: [] });
  });

  test('On every other page nothing of Stripe is loaded, and its script is refused', async () => {
    const { asked } = await open('/shop/orders', async (page) => {
      expect(await page.evaluate(() => 'Stripe' in globalThis)).toBe(false);
      const directive = await page.evaluate(async () => {
        const refusal = new Promise<string>((resolve) => {
          document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) =>
            resolve(effectiveDirective),
          );
        });
        const script = document.createElement('script');
        try {
          script.src = 'https://js.stripe.com/v3/';
        } catch {
          // The violation says it.
        }
        document.body.append(script);
        return refusal;
      });
      expect(directive).toBe('require-trusted-types-for');
    });
    expect(asked).toEqual([]);
  });
});
