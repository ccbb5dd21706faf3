import { expect, test } from 'bun:test';
import { gzipSync } from 'node:zlib';
import type { Response } from 'playwright-core';
import { createTestFile } from '../../processes/sqlite.ts';
import { withConsole } from './consoleGround.ts';
import { countFigures, figuresOf } from './figures.ts';

const isChart = (body: Buffer): boolean => body.includes('u-wrap');

withConsole('The cost of the console', { createDatabase: createTestFile }, ({ visit }) => {
  test('A first visit takes at most 30 kB of script, and its chart 30 kB more', async () => {
    await visit(
      async ({ goto, page }) => {
        const responses: Response[] = [];
        page.on('response', (response) => void responses.push(response));
        await goto('/console');
        await page.locator('.chart canvas').waitFor();
        const bodiesOf = (type: string) =>
          Promise.all(
            responses.filter((each) => each.request().resourceType() === type).map((each) => each.body()),
          );
        const sizeOf = (bodies: readonly Buffer[]) =>
          bodies.reduce((sum, body) => sum + gzipSync(body, { level: 9 }).byteLength, 0);
        const scripts = await bodiesOf('script');
        expect(sizeOf(scripts.filter((body) => !isChart(body)))).toBeLessThanOrEqual(30_000);
        expect(sizeOf(scripts.filter(isChart))).toBeLessThanOrEqual(30_000);
        expect(sizeOf(await bodiesOf('stylesheet'))).toBeLessThanOrEqual(6_000);
        expect(sizeOf(await bodiesOf('document'))).toBeLessThanOrEqual(1_000);
      },
      { language: 'vi' },
    );
  });

  test.each([390, 1280])('In a window of %d px nothing moves while the overview loads', async (width) => {
    await visit(
      async ({ context, goto, page }) => {
        await countFigures(context);
        await goto('/console');
        await page.locator('.chart canvas').waitFor();
        await page.locator('.numbers strong').first().waitFor();
        await page.locator('.money-line.good').waitFor();
        const { cls, moved } = await figuresOf(page);
        expect(cls <= 0.02 ? [] : [cls, moved]).toEqual([]);
      },
      { viewport: { width, height: 844 } },
    );
  });
});
