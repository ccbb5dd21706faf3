import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createTestFile } from '../processes/sqlite.ts';
import { chromiumPath, launchChromium } from './browser/chromium.ts';
import { withCustomer } from './browser/customer.ts';
import { openShop } from './browser/shop.ts';
import { shopStates } from './browser/shopStates.ts';

/**
 * Pictures of every page and state, to be looked at: `bun tests/web/screenshots.ts <folder> [part of a name]`. In three
 * widths, both colour schemes and both languages.
 */
const [folder = 'screenshots', part = ''] = process.argv.slice(2);
if (chromiumPath === null) throw new Error('There is no Chromium here.');
mkdirSync(folder, { recursive: true });

const browser = await launchChromium(chromiumPath);
const shop = await openShop({ database: await createTestFile() });
const ways = [320, 390, 1280].flatMap((width) =>
  (['light', 'dark'] as const).flatMap((colorScheme) =>
    (['vi', 'en'] as const).map((language) => ({ width, colorScheme, language })),
  ),
);
for (const { name, open } of shopStates.filter((state) => state.name.includes(part)))
  for (const { width, colorScheme, language } of ways) {
    const file = `${name.replaceAll(/[^a-z]+/g, '-')}-${width}-${colorScheme}-${language}.png`;
    const take = withCustomer(
      browser,
      shop,
      async (customer) => {
        await open(customer);
        await customer.page.screenshot({ path: join(folder, file) });
      },
      { language, colorScheme, viewport: { width, height: width < 600 ? 844 : 900 } },
    );
    // One that cannot be taken holds up no other.
    await take.catch((cause: unknown) => console.error(`${file}: ${cause}`));
  }
await browser.close();
await shop.close();
process.exit();
