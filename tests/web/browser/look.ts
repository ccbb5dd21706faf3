import { afterAll, beforeAll, describe, expect, setDefaultTimeout } from 'bun:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { chromiumPath, complaintsOf, hangMs, launchChromium, stepHangMs } from './chromium.ts';
import { serveGallery } from './gallery.ts';

/**
 * The parts in a real browser: `bun test ./tests/web/browser/inputs.browser.ts`. The gallery shows them, so no server
 * of the product is needed.
 */

let browser: Browser;
export let gallery: Awaited<ReturnType<typeof serveGallery>>;

/** Tests in one browser. Where there is none they are left out, which is said, or fail if they are required. */
export const withGallery = (name: string, tests: () => void): void => {
  if (chromiumPath === null) {
    if (process.env.REQUIRE_CHROMIUM === '1') throw new Error('Chromium is required and was not found.');
    console.warn(`There is no Chromium here, so the tests of “${name}” are left out.`);
  }
  setDefaultTimeout(hangMs);
  describe.skipIf(chromiumPath === null)(name, () => {
    beforeAll(async () => {
      [browser, gallery] = await Promise.all([launchChromium(chromiumPath ?? ''), serveGallery()]);
    });
    afterAll(async () => {
      await browser.close();
      await gallery.stop();
    });
    tests();
  });
};

export const phone: BrowserContextOptions = { viewport: { width: 390, height: 844 } };

export const viewUrl = (view: string, language: string): string =>
  `${gallery.url}?view=${view}&lang=${language}`;

/** Opens a view in a window of its own, and closes it afterwards. The browser must not complain about anything. */
export const look = async (
  view: string,
  work: (page: Page) => Promise<void>,
  options: BrowserContextOptions = {},
  language = 'en',
  within: Browser = browser,
): Promise<void> => {
  const context = await within.newContext({ reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(stepHangMs);
  try {
    const page = await context.newPage();
    const complaints = complaintsOf(page);
    await page.goto(viewUrl(view, language));
    await page.waitForSelector('main');
    await work(page);
    expect(complaints).toEqual([]);
  } finally {
    await context.close();
  }
};

export const isFocused = (page: Page, selector: string): Promise<boolean> =>
  page
    .locator(selector)
    .first()
    .evaluate((element) => element === document.activeElement);

export const overflowOf = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

/** Each side of the widths at which tables become cards, and the menu moves to the side. */
const tabletWidths = [640, 831, 832, 960, 1024];

/** What is wider than the window of a tablet, which is no phone and no desktop. */
export const overflowsOnTablets = async (page: Page, name: string): Promise<readonly string[]> => {
  const faults: string[] = [];
  for (const width of tabletWidths) {
    await page.setViewportSize({ width, height: 844 });
    const overflow = await overflowOf(page);
    if (overflow > 0) faults.push(`${name}, ${width} px: ${overflow} px too wide`);
  }
  return faults;
};
