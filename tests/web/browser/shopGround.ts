import { afterAll, beforeAll, describe, setDefaultTimeout } from 'bun:test';
import type { Browser } from 'playwright-core';
import type { TestDatabase } from '../../processes/postgres.ts';
import type { Runtime } from '../../processes/processes.ts';
import { chromiumPath, hangMs, launchChromium } from './chromium.ts';
import { type Customer, withCustomer } from './customer.ts';
import { openShop, type Shop } from './shop.ts';

/** A shop and a browser for the tests of a file. Without Chromium they are left out, or fail where it is required. */
export const withShop = (
  name: string,
  options: {
    readonly createDatabase: () => Promise<TestDatabase>;
    readonly runtime?: Runtime;
    readonly env?: Readonly<Record<string, string>>;
    readonly launch?: (path: string) => Promise<Browser>;
  },
  tests: (ground: ShopGround) => void,
): void => {
  if (chromiumPath === null) {
    if (process.env.REQUIRE_CHROMIUM === '1') throw new Error('Chromium is required and was not found.');
    console.warn(`There is no Chromium here, so the tests of “${name}” are left out.`);
  }
  const path = chromiumPath ?? '';
  setDefaultTimeout(hangMs);
  describe.skipIf(chromiumPath === null)(name, () => {
    let browser: Browser;
    let shop: Shop;
    beforeAll(async () => {
      const { createDatabase, launch = launchChromium, ...others } = options;
      [browser, shop] = await Promise.all([
        launch(path),
        createDatabase().then((database) => openShop({ database, ...others })),
      ]);
    });
    afterAll(async () => {
      await browser?.close();
      await shop?.close();
    });
    tests({
      browser: () => browser,
      shop: () => shop,
      visit: (work, customerOptions) => withCustomer(browser, shop, work, customerOptions),
    });
  });
};

type Visit = (
  work: (customer: Customer) => Promise<void>,
  options?: Parameters<typeof withCustomer>[3],
) => Promise<void>;
export type ShopGround = {
  readonly browser: () => Browser;
  readonly shop: () => Shop;
  readonly visit: Visit;
};
