import { expect, test } from 'bun:test';
import { createTestFile } from '../../processes/sqlite.ts';
import { chromiumPath, launchChromium, violationsOf } from './chromium.ts';
import { withCustomer } from './customer.ts';
import { overflowOf, overflowsOnTablets } from './look.ts';
import { withShop } from './shopGround.ts';
import { shopStates } from './shopStates.ts';

const looks = [
  ['light', 320],
  ['dark', 390],
  ['light', 1280],
] as const;

const hostile = '<img src=x onerror=alert(1)>';

withShop('Each page and state of the shop', { createDatabase: createTestFile }, ({ shop, visit }) => {
  test.each(['vi', 'en'] as const)(
    'In the language “%s” axe finds no fault in either scheme, and nothing scrolls sideways',
    async (language) => {
      const faults: string[] = [];
      for (const { name, open } of shopStates)
        await visit(
          async (customer) => {
            const { page } = customer;
            await open(customer);
            for (const [colorScheme, width] of looks) {
              await page.emulateMedia({ colorScheme });
              await page.setViewportSize({ width, height: 844 });
              const where = `${name}, ${colorScheme}, ${width} px`;
              const overflow = await overflowOf(page);
              if (overflow > 0) faults.push(`${where}: ${overflow} px too wide`);
              faults.push(...(await violationsOf(page)).map((fault) => `${where}: ${fault}`));
            }
            faults.push(...(await overflowsOnTablets(page, name)));
            const lang = await page.evaluate(() => document.documentElement.lang);
            if (lang !== language) faults.push(`${name}: its language is “${lang}”`);
            if ((await page.locator('[style]').count()) > 0) faults.push(`${name}: a style attribute`);
          },
          { language },
        );
      expect(faults).toEqual([]);
    },
  );

  test('Text of twice the size fits on each of them', async () => {
    const large = await launchChromium(chromiumPath ?? '', ['--blink-settings=defaultFontSize=32']);
    const faults: string[] = [];
    try {
      for (const { name, open } of shopStates)
        await withCustomer(
          large,
          shop(),
          async (customer) => {
            await open(customer);
            const overflow = await overflowOf(customer.page);
            if (overflow > 0) faults.push(`${name}: ${overflow} px too wide`);
          },
          { language: 'vi', viewport: { width: 640, height: 900 } },
        );
    } finally {
      await large.close();
    }
    expect(faults).toEqual([]);
  });

  test('A name that is HTML is text on each of them', async () => {
    await visit(async (customer) => {
      await shop().addProduct({ name: `${hostile} ở Tìm` });
      await customer.goto('/shop');
      await customer.page.getByRole('heading', { level: 2, name: `${hostile} ở Tìm` }).waitFor();
      const seen: string[] = [];
      for (const { name, open, showsProduct } of shopStates) {
        if (!showsProduct) continue;
        await visit(async (other) => {
          await open(other, hostile);
          await other.page.getByText(hostile).first().waitFor();
          expect(await other.page.locator('img[src="x"]').count()).toBe(0);
          seen.push(name);
        });
      }
      expect(seen.length).toBeGreaterThan(3);
    });
  });
});
