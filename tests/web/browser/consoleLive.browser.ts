import { expect, test } from 'bun:test';
import type { BrowserContext, Page } from 'playwright-core';
import { consoleEn } from '../../../web/words/consoleEn.ts';
import { createTestFile } from '../../processes/sqlite.ts';
import { withConsole } from './consoleGround.ts';
import { until } from './shop.ts';

/** The windows that hold a stream now, and how many streams were opened in all. */
const streamsOf = (context: BrowserContext) => {
  const open = new Map<object, Page>();
  let opened = 0;
  context.on('request', (request) => {
    if (new URL(request.url()).pathname !== '/live') return;
    opened++;
    open.set(request, request.frame().page());
  });
  const end = (request: object) => void open.delete(request);
  context.on('requestfinished', end);
  context.on('requestfailed', end);
  return { holders: () => [...open.values()].filter((page) => !page.isClosed()), opened: () => opened };
};

const asOf = new RegExp(`^${consoleEn.live.asOf('')}\\d`);

withConsole('The live numbers of the console', { createDatabase: createTestFile }, ({ shop, visit }) => {
  test('Nine windows have one stream, and when its window is closed another one takes over', async () => {
    await visit(async ({ context, goto, openWindow, page, words }) => {
      const { holders, opened } = streamsOf(context);
      await goto('/console');
      const windows = [page];
      while (windows.length < 9) {
        const window = await openWindow();
        windows.push(window);
        await goto('/console', window);
      }
      for (const window of windows) await window.getByRole('link', { name: words.money.healthy }).waitFor();
      expect([holders().length, opened()]).toEqual([1, 1]);

      await holders()[0]?.close();
      await until(
        async () => holders().length,
        (count) => count === 1,
      );
      expect(opened()).toBe(2);
    });
  });

  test('After the server was restarted the numbers are live again', async () => {
    await visit(async ({ context, goto, page, words }) => {
      const { holders } = streamsOf(context);
      await goto('/console');
      await page.getByRole('link', { name: words.money.healthy }).waitFor();
      await until(
        async () => holders().length,
        (count) => count === 1,
      );
      await shop().kill();
      await page.getByRole('link', { name: words.money.unknown }).waitFor();
      await shop().startAgain();
      await until(
        async () => holders().length,
        (count) => count === 1,
      );
      await page.getByRole('link', { name: words.money.healthy }).waitFor();
    });
  });

  test('Paused numbers stay paused, hold no stream, and go on when asked', async () => {
    await visit(async ({ context, goto, page, words }) => {
      const { holders, opened } = streamsOf(context);
      await goto('/console');
      await page.getByRole('link', { name: words.money.healthy }).waitFor();
      await page.getByRole('button', { name: words.live.pauseLabel }).click();
      await page.getByText(words.live.paused).waitFor();
      // What was right when it was paused is not said to be right now.
      await page.locator('.money-line.calm').getByText(asOf).waitFor();
      await until(
        async () => holders().length,
        (count) => count === 0,
      );
      await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow')));
      await page.getByRole('button', { name: words.live.resumeLabel }).click();
      await page.getByText(words.live.resumed).waitFor();
      await page.locator('.money-line.good').waitFor();
      expect(await page.getByText(asOf).count()).toBe(0);
      await until(
        async () => holders().length,
        (count) => count === 1,
      );
      expect(opened()).toBe(2);
    });
  });
});
