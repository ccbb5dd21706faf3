import { expect, test } from 'bun:test';
import { gzipSync } from 'node:zlib';
import type { Response } from 'playwright-core';
import { createTestFile } from '../../processes/sqlite.ts';
import { chromiumPath, launchChromium, violationsOf } from './chromium.ts';
import { goodsStates } from './consoleGoodsStates.ts';
import { withConsole } from './consoleGround.ts';
import { holdAnswers } from './customer.ts';
import { countFigures, figuresOf } from './figures.ts';
import { overflowOf, overflowsOnTablets } from './look.ts';
import { withOperator } from './operator.ts';

const looks = [
  ['light', 320],
  ['dark', 390],
  ['light', 1280],
] as const;

/** What stands on a page once it is there. The live stream keeps the network busy for ever. */
const shown = '#main tbody tr, #main .empty, #main .drop';

const hostile = '<img src=x onerror=alert(1)>';

withConsole('Each page and state of the goods', { createDatabase: createTestFile }, ({ shop, visit }) => {
  test.each(['vi', 'en'] as const)(
    'In the language “%s” axe finds no fault in either scheme, and nothing scrolls sideways',
    async (language) => {
      const faults: string[] = [];
      const productId = await shop().addProduct({ name: `${hostile} ${'dài'.repeat(50)}`, stock: 5 });
      for (const { name, open } of goodsStates)
        await visit(
          async (operator) => {
            const { page } = operator;
            await open(operator, productId);
            for (const [colorScheme, width] of looks) {
              await page.emulateMedia({ colorScheme });
              await page.setViewportSize({ width, height: 844 });
              const where = `${name}, ${colorScheme}, ${width} px`;
              const overflow = await overflowOf(page);
              if (overflow > 0) faults.push(`${where}: ${overflow} px too wide`);
              faults.push(...(await violationsOf(page)).map((fault) => `${where}: ${fault}`));
            }
            faults.push(...(await overflowsOnTablets(page, name)));
            if ((await page.locator('[style]').count()) > 0) faults.push(`${name}: a style attribute`);
            if ((await page.locator('img[src="x"]').count()) > 0) faults.push(`${name}: a name that is HTML`);
          },
          { language },
        );
      expect(faults).toEqual([]);
    },
  );

  test('Text of twice the size fits on each of them', async () => {
    const large = await launchChromium(chromiumPath ?? '', ['--blink-settings=defaultFontSize=32']);
    const faults: string[] = [];
    const productId = await shop().addProduct({ stock: 5 });
    try {
      for (const { name, open } of goodsStates)
        await withOperator(
          large,
          shop(),
          async (operator) => {
            await open(operator, productId);
            const overflow = await overflowOf(operator.page);
            if (overflow > 0) faults.push(`${name}: ${overflow} px too wide`);
          },
          { language: 'vi', viewport: { width: 640, height: 900 } },
        );
    } finally {
      await large.close();
    }
    expect(faults).toEqual([]);
  });

  test.each([390, 1280])('Nothing moves while a page loads in a window of %d px', async (width) => {
    await visit(
      async ({ context, goto, page }) => {
        await countFigures(context);
        for (const path of [
          '/console/products',
          '/console/products/import',
          '/console/keys',
          '/console/activity',
        ]) {
          await goto(path);
          await page.locator(shown).first().waitFor();
          const { cls, moved } = await figuresOf(page);
          expect({ path, moved: cls <= 0.02 ? [] : moved }).toEqual({ path, moved: [] });
        }
      },
      { viewport: { width, height: 844 }, language: 'vi' },
    );
  });

  test.each([390, 1280])('Who asks is known late, and moves nothing in a window of %d px', async (width) => {
    await visit(
      async ({ context, page }) => {
        await countFigures(context);
        const session = await holdAnswers(page, '*/session');
        await page.goto('/console/products/import');
        await session.arrived;
        await page.locator('#main [aria-busy]').waitFor();
        await session.release();
        await page.locator('#main h1').waitFor();
        const { cls, moved } = await figuresOf(page);
        expect(cls <= 0.02 ? [] : moved).toEqual([]);
      },
      { viewport: { width, height: 844 } },
    );
  });

  test('A page takes at most 10 kB of script and words beyond what is around it', async () => {
    await visit(
      async ({ goto, page }) => {
        const around = new Set<string>();
        const takeAround = (response: Response) => around.add(response.url());
        page.on('response', takeAround);
        await goto('/console/nowhere');
        await page.locator('#main h1').waitFor();
        page.off('response', takeAround);
        for (const path of [
          '/console/products',
          '/console/products/import',
          '/console/keys',
          '/console/activity',
        ]) {
          const scripts: Response[] = [];
          const take = (response: Response) => {
            if (response.request().resourceType() === 'script' && !around.has(response.url()))
              scripts.push(response);
          };
          page.on('response', take);
          await goto(path);
          await page.locator(shown).first().waitFor();
          page.off('response', take);
          const bodies = await Promise.all(scripts.map((script) => script.body()));
          const bytes = bodies.reduce((sum, body) => sum + gzipSync(body, { level: 9 }).byteLength, 0);
          expect(bytes <= 10_000 ? 'small' : `${path}: ${bytes} bytes`).toBe('small');
        }
      },
      { language: 'vi' },
    );
  });
});
