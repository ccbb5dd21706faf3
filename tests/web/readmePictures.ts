import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { expectStatus, itemsOf, textAt } from '../processes/client.ts';
import { createTestFile } from '../processes/sqlite.ts';
import { chromiumPath, launchChromium } from './browser/chromium.ts';
import { withCustomer } from './browser/customer.ts';
import { openShop, placeOrder } from './browser/shop.ts';
import { methods, openCart, pay, seesTitle } from './browser/steps.ts';

/** Takes the two pictures of the README from the shop as it is: `bun tests/web/readmePictures.ts`. */
if (chromiumPath === null) throw new Error('There is no Chromium here.');
const folder = join(import.meta.dirname, '../../docs/images');

/** Chromium itself makes WebP of it, a third of the bytes. */
const saveWebp = async (browser: Browser, png: Buffer, name: string): Promise<void> => {
  const page = await browser.newPage();
  const url = await page.evaluate(
    async (source) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const canvas = new OffscreenCanvas(image.width, image.height);
      canvas.getContext('2d')?.drawImage(image, 0, 0);
      const blob = await canvas.convertToBlob({ type: 'image/webp', quality: 0.9 });
      return Array.from(new Uint8Array(await blob.arrayBuffer()));
    },
    `data:image/png;base64,${png.toString('base64')}`,
  );
  await page.close();
  await Bun.write(join(folder, name), new Uint8Array(url));
};

const browser = await launchChromium(chromiumPath);
const shop = await openShop({ database: await createTestFile() });

await withCustomer(
  browser,
  shop,
  async (customer) => {
    await customer.goto('/shop');
    await customer.page.locator('.product').nth(7).waitFor();
    await customer.page.waitForLoadState('networkidle');
    await saveWebp(browser, await customer.page.screenshot(), 'shop-products.webp');
  },
  { viewport: { width: 1080, height: 760 }, colorScheme: 'light' },
);

await withCustomer(
  browser,
  shop,
  async (customer) => {
    for (const query of ['dong ho', 'ao thun', 'ca phe']) {
      const found = itemsOf(expectStatus(await customer.client.get(`/products?q=${query}`), 200));
      await placeOrder(customer.client, textAt({ body: found[0] }, 'id'), 1);
    }
    await openCart(customer, 3);
    await pay(customer, methods.pays);
    await seesTitle(customer.page, customer.words.pay.paid.title);
    await customer.page.getByText(customer.words.orderStatuses.completed).nth(2).waitFor();
    await customer.page.locator('a[download]').waitFor();
    await saveWebp(browser, await customer.page.screenshot(), 'shop-paid.webp');
  },
  { viewport: { width: 390, height: 760 }, colorScheme: 'dark', deviceScaleFactor: 1.5 },
);
await browser.close();
await shop.close();
process.exit();
