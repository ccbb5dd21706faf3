import { expect, test } from 'bun:test';
import { chromiumPath, launchChromium, violationsOf } from './chromium.ts';
import { gallery, look, overflowOf, viewUrl, withGallery } from './look.ts';

withGallery('The gallery', () => {
  test('Every view is free of faults for axe, in both schemes and languages, and never scrolls sideways', async () => {
    const views: string[] = [];
    await look('', async (page) => {
      views.push(...(await page.locator('#views li a:first-child').allTextContents()));
    });
    expect(views.length).toBeGreaterThan(15);
    const faults: string[] = [];
    const ways = [
      ['light', 'vi', 320],
      ['dark', 'en', 1280],
    ] as const;
    for (const [colorScheme, language, width] of ways)
      await look(
        '',
        async (page) => {
          for (const view of views) {
            await page.goto(viewUrl(view, language));
            await page.waitForSelector('#main');
            const where = `${view} ${colorScheme} ${language} ${width}`;
            if ((await overflowOf(page)) > 0) faults.push(`${where}: scrolls sideways`);
            faults.push(...(await violationsOf(page)).map((fault) => `${where}: ${fault}`));
          }
        },
        { colorScheme, viewport: { width, height: 844 } },
      );
    expect(faults).toEqual([]);
  });

  test('Text of twice the size still fits', async () => {
    // As in the browser's settings: the widths at which the layout changes grow with it.
    const large = await launchChromium(chromiumPath ?? '', ['--blink-settings=defaultFontSize=32']);
    try {
      for (const view of ['parts', 'catalogue', 'cart', 'order', 'payment-declined', 'sign-in'])
        await look(
          view,
          async (page) => {
            expect(await page.evaluate(() => getComputedStyle(document.body).fontSize)).toBe('32px');
            expect(`${view}: ${await overflowOf(page)}`).toBe(`${view}: 0`);
          },
          { viewport: { width: 640, height: 900 } },
          'vi',
          large,
        );
    } finally {
      await large.close();
    }
  });

  test('No element has a style attribute, because the policy of the pages forbids it', async () => {
    for (const view of ['parts', 'catalogue', 'cart', 'pay-sheet'])
      await look(view, async (page) => {
        expect(await page.locator('[style]').count()).toBe(0);
      });
  });

  test('The styles of all pages together stay within their budget of 6 kB', () => {
    expect(gallery.styleBytes).toBeLessThan(6_000);
  });

  test('A name that is HTML is shown as text', async () => {
    await look('catalogue', async (page) => {
      expect(await page.getByRole('heading', { name: '<img src=x onerror=alert(1)>' }).count()).toBe(1);
      expect(await page.locator('img:not(.picture)').count()).toBe(0);
    });
  });

  test('Nothing moves for those who asked for less motion', async () => {
    await look('payment-asking', async (page) => {
      const animation = await page
        .locator('.spinner')
        .evaluate((element) => getComputedStyle(element).animationName);
      expect(animation).toBe('none');
    });
  });

  test('A blocked button looks blocked where the browser forces its colours', async () => {
    await look(
      'parts',
      async (page) => {
        const colors = await page
          .locator('.button.main')
          .evaluateAll((buttons) => buttons.map((button) => getComputedStyle(button).color));
        const [usual, busy, blocked] = colors;
        expect(colors).toHaveLength(3);
        expect(usual).not.toBe(blocked ?? '');
        expect(busy).toBe(blocked ?? '');
      },
      { forcedColors: 'active' },
    );
  });
});
