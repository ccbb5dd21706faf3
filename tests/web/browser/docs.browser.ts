import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { Browser } from 'playwright-core';
import { createTestApi } from '../../api/testApi.ts';
import { chromiumPath, complaintsOf, hangMs, launchChromium, stepHangMs, violationsOf } from './chromium.ts';
import { overflowOf, phone } from './look.ts';

if (chromiumPath === null && process.env.REQUIRE_CHROMIUM === '1')
  throw new Error('Chromium is required and was not found.');
setDefaultTimeout(hangMs);

describe.skipIf(chromiumPath === null)('The pages of the docs, in a browser', () => {
  let browser: Browser;
  let server: ReturnType<typeof Bun.serve>;
  beforeAll(async () => {
    const { api } = createTestApi();
    server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: (request) => api.fetch(request) });
    browser = await launchChromium(chromiumPath ?? '');
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop(true);
  });

  for (const path of ['/docs/asyncapi', '/docs/problems', '/docs/problems/order_not_payable'])
    for (const colorScheme of ['light', 'dark'] as const)
      test(`The page ${path} in ${colorScheme} colours fits a phone, and everyone can read it`, async () => {
        const context = await browser.newContext({ ...phone, colorScheme });
        context.setDefaultTimeout(stepHangMs);
        const page = await context.newPage();
        const complaints = complaintsOf(page);
        await page.goto(`${server.url.origin}${path}`);
        for (const summary of await page.locator('summary').all()) await summary.click();
        expect(await overflowOf(page)).toBe(0);
        expect(await violationsOf(page)).toEqual([]);
        expect(complaints).toEqual([]);
        await context.close();
      });
});
