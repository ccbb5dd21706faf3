import { expect, test } from 'bun:test';
import { consoleEnTasks as words } from '../../../web/words/consoleEnTasks.ts';
import { expectStatus, valueAt } from '../../processes/client.ts';
import { createTestFile } from '../../processes/sqlite.ts';
import { failureKinds, writeFailedTasks } from './badDay.ts';
import { withConsole } from './consoleGround.ts';
import { holdAnswers } from './customer.ts';
import { waitForTasks } from './failedTasks.ts';
import { until } from './shop.ts';
import { dialogCloses, dialogOf, focusReaches, rowsOf, seeRows, tasksPath, tick } from './taskGround.ts';

/** Five thousand tasks have failed, of three kinds. Their pipelines are paused, so what is retried waits. */

let databaseUrl = '';
const createDatabase = async () => {
  const database = await createTestFile();
  databaseUrl = database.url;
  return database;
};

withConsole('A bad day', { createDatabase }, ({ shop, visit }) => {
  const totals = async (): Promise<unknown> =>
    valueAt(expectStatus(await shop().operator.get('/queue'), 200).body, 'totals');

  test('Five thousand failed tasks are three groups and one short page, by few requests', async () => {
    for (const pipeline of ['provider_event', 'reconciliation'])
      expectStatus(await shop().operator.post('/queue/pauses', { pipeline, reason: 'A bad day' }), 201);
    writeFailedTasks(databaseUrl, 5_000);
    await visit(async ({ page, goto }) => {
      const asked: string[] = [];
      page.on('request', (request) => asked.push(new URL(request.url()).pathname));
      await goto(`${tasksPath}?state=failed`);
      await seeRows(page, 50);
      for (const { error, share } of failureKinds)
        await page
          .locator('.group', { hasText: error })
          .getByText(words.group(5 * share))
          .waitFor();
      expect(asked.filter((path) => path === '/queue/tasks')).toHaveLength(1);
      await page.getByRole('link', { name: words.next }).click();
      await focusReaches(page, '[data-list]');
      await seeRows(page, 50);
      expect(new URL(page.url()).searchParams.has('cursor')).toBe(true);
    });
  });

  test('A step that no task can go on without is not left out, and that is said where it was asked', async () => {
    await visit(async ({ page, goto }) => {
      await goto(`${tasksPath}?state=failed&pipeline=provider_event`);
      await seeRows(page, 50);
      await tick(page, 0);
      await page.getByRole('button', { name: words.skip }).click();
      await page.getByRole('textbox', { name: words.reason }).fill('It will never come');
      await dialogOf(page).getByRole('button', { name: words.skip }).click();
      await dialogOf(page).getByText(words.notSkippable(words.steps.act_on_event)).waitFor();
    });
    expect(valueAt(await totals(), 'failed')).toBe(5_000);
  });

  test('What was counted is what is retried: one kind, and none that fails later', async () => {
    const [kind] = failureKinds;
    await visit(async ({ page, goto, commands }) => {
      await goto(`${tasksPath}?state=failed`);
      await page.locator('.group', { hasText: kind.error }).click();
      await page.getByRole('button', { name: words.retryAll }).click();
      await dialogOf(page).getByText(words.retryAllAsk(3_000)).waitFor();
      writeFailedTasks(databaseUrl, 10);
      await dialogOf(page)
        .getByRole('button', { name: words.retryChosen(3_000) })
        .dblclick();
      await dialogCloses(page);
      await page.getByText(words.ended(3_000)).waitFor();
      expect(commands).toEqual(['POST /queue/retries']);
      await seeRows(page, 6);
      await page.getByRole('button', { name: words.closeRun }).click();
      await focusReaches(page, '[data-list]');
    });
    expect(await totals()).toMatchObject({ failed: 2_010, paused: 3_000 });
  });

  test('A retry is found again after one has left the page, and the page anew after a reload', async () => {
    await visit(async ({ page, goto, commands, words: frame }) => {
      await goto(`${tasksPath}?state=failed`);
      await page.getByRole('button', { name: words.retryAll }).click();
      await dialogOf(page).getByText(words.retryAllAsk(2_010)).waitFor();
      // The answer is held back, as one of a long retry comes late.
      const held = await holdAnswers(page, '*/queue/retries');
      await dialogOf(page)
        .getByRole('button', { name: words.retryChosen(2_010) })
        .click();
      await page.getByText(words.running(2_010)).waitFor();
      await page.getByText(words.progress(2_010, 2_010)).waitFor();
      await page.getByRole('link', { name: frame.areas.overview }).click();
      await page.getByRole('heading', { level: 1, name: frame.areas.overview }).waitFor();
      await page.goBack();
      await page.getByText(words.running(2_010)).waitFor();
      await page.reload();
      // It sends nothing again: it looks, and finds that nothing is left.
      await page.getByText(words.ended(2_010)).waitFor();
      expect(commands).toEqual(['POST /queue/retries']);
      await held.release();
    });
    expect(await totals()).toMatchObject({ failed: 0, paused: 5_010 });
  });

  test('Where others were quicker with all of them, that is said, and nothing is sent', async () => {
    writeFailedTasks(databaseUrl, 10);
    await visit(async ({ page, goto, commands, client }) => {
      await goto(`${tasksPath}?state=failed`);
      await seeRows(page, 10);
      const newest = await rowsOf(page).last().getAttribute('data-row');
      expectStatus(await client.post('/queue/retries', { filter: { state: 'failed' }, upTo: newest }), 202);
      await waitForTasks(shop(), 'failed', 0);
      // The page may have heard of it: then there is nothing to press.
      const button = page.getByRole('button', { name: words.retryAll });
      await until(
        async () =>
          (await button.count()) === 0 ||
          (await button.click({ timeout: 500 }).then(
            () => true,
            () => false,
          )),
        (isOver) => isOver,
      );
      await page.getByText(words.nothingFound).or(page.getByText(words.retryAllNone)).first().waitFor();
      expect(commands).toEqual([]);
    });
  });
});
