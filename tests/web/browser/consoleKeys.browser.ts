import { expect, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { consoleEnTasks as words } from '../../../web/words/consoleEnTasks.ts';
import {
  dialogCloses,
  dialogOf,
  failedPath,
  focusReaches,
  rowsOf,
  seeRows,
  tasksPath,
  toastOf,
  withTasks,
} from './taskGround.ts';

const rowOfFocus = (page: Page): Promise<string | null> =>
  page.evaluate(() => document.activeElement?.closest<HTMLElement>('[data-row]')?.dataset.row ?? null);

const seesPage = (page: Page, name: string): Promise<void> =>
  page.getByRole('heading', { level: 1, name, exact: true }).waitFor();

/** The second key is on its way when the first one arrives: the page forgets a first one after a moment. */
const goBy = (page: Page, second: string): Promise<unknown> =>
  Promise.all(['g', second].map((key) => page.keyboard.press(key)));

await withTasks('The keys of the console', ({ visit, failMails }) => {
  test('By the keyboard alone one goes to the tasks, chooses rows and retries them', async () => {
    await failMails(3);
    await visit(async ({ page, goto, commands, words: frame }) => {
      await goto('/console');
      const { keyboard } = page;
      await goBy(page, 't');
      await seesPage(page, frame.areas.tasks);
      await seeRows(page, 3);
      const ids = await rowsOf(page).evaluateAll((rows) =>
        rows.map((row) => (row instanceof HTMLElement ? row.dataset.row : undefined)),
      );
      await keyboard.press('j');
      expect(await rowOfFocus(page)).toBe(ids[0] ?? '');
      await keyboard.press('x');
      await keyboard.press('j');
      await keyboard.press('j');
      await keyboard.press('j');
      expect(await rowOfFocus(page)).toBe(ids[2] ?? '');
      await keyboard.press('x');
      await keyboard.press('k');
      expect(await rowOfFocus(page)).toBe(ids[1] ?? '');
      await keyboard.press('r');
      await dialogOf(page)
        .getByRole('heading', { name: words.retryAsk(2) })
        .waitFor();
      // Under the dialog no key does anything.
      await keyboard.press('p');
      await keyboard.press('x');
      await dialogOf(page).getByRole('button', { name: words.retry }).focus();
      await keyboard.press('Enter');
      await toastOf(page).getByText(words.retried(2)).waitFor();
      await seeRows(page, 1);
      await focusReaches(page, '[data-list]');
      await keyboard.press('j');
      await keyboard.press('r');
      await dialogOf(page)
        .getByRole('heading', { name: words.retryAsk(1) })
        .waitFor();
      await keyboard.press('Escape');
      await dialogCloses(page);
      expect(await rowOfFocus(page)).toBe(ids[1] ?? '');
      expect(commands).toEqual(['POST /queue/retries']);
    });
  });

  test('A pause takes up the row that one is at, and the search field takes letters as text', async () => {
    await failMails(1);
    await visit(async ({ page, goto }) => {
      await goto(failedPath);
      await seeRows(page, 1);
      await page.keyboard.press('j');
      await page.keyboard.press('p');
      const { pausePipeline, pauseStep, pauseTitle } = words;
      await dialogOf(page).getByRole('heading', { name: pauseTitle }).waitFor();
      const chosen = (name: string) => dialogOf(page).getByRole('combobox', { name }).inputValue();
      expect([await chosen(pausePipeline), await chosen(pauseStep)]).toEqual(['digital', 'notify_customer']);
      await page.keyboard.press('Escape');
      await dialogCloses(page);
      await page.keyboard.press('/');
      expect(await focusReaches(page, 'input[name=orderId]')).toBe(true);
      await page.keyboard.type('rp?');
      expect(await page.getByRole('searchbox', { name: words.order }).inputValue()).toBe('rp?');
      expect(await dialogOf(page).count()).toBe(0);
    });
  });

  test('The sheet of help lists what the page has, and turns the keys off for good', async () => {
    await visit(async ({ page, goto, openWindow, words: frame }) => {
      const { everywhere, go, single, title } = frame.shortcuts;
      await goto(tasksPath);
      await page.keyboard.press('?');
      await dialogOf(page).getByRole('heading', { level: 2, name: title }).waitFor();
      await dialogOf(page).getByText(words.keys.retry).waitFor();
      await dialogOf(page).getByText(go(frame.areas.money)).waitFor();
      await page.keyboard.press('Escape');
      await dialogCloses(page);
      await goBy(page, 'o');
      await seesPage(page, frame.areas.overview);
      await page.keyboard.press('?');
      await dialogOf(page).getByRole('heading', { level: 3, name: everywhere }).waitFor();
      expect(await dialogOf(page).getByText(words.keys.retry).count()).toBe(0);
      await dialogOf(page).getByRole('checkbox', { name: single }).uncheck();
      await page.keyboard.press('Escape');
      await dialogCloses(page);

      const other = await openWindow();
      await goto(tasksPath, other);
      await other.keyboard.press('?');
      await goBy(other, 'o');
      expect(await dialogOf(other).count()).toBe(0);
      await seesPage(other, words.title);
      // Without keys the sheet is in the menu, and turns them on again.
      await other.locator('.top button[popovertarget]').click();
      await other.getByRole('button', { name: title }).click();
      await dialogOf(other).getByRole('checkbox', { name: single }).check();
      await other.keyboard.press('Escape');
      await dialogCloses(other);
      await goBy(other, 'o');
      await seesPage(other, frame.areas.overview);
    });
  });
});
