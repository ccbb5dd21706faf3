import { expect, test } from 'bun:test';
import { consoleEnTasks as words } from '../../../web/words/consoleEnTasks.ts';
import { expectStatus, valueAt } from '../../processes/client.ts';
import { payOrders, waitForTasks } from './failedTasks.ts';
import {
  dialogOf,
  failedPath,
  focusReaches,
  rowsOf,
  seeRows,
  tasksPath,
  tick,
  toastOf,
  withTasks,
} from './taskGround.ts';

await withTasks(
  'What operators do with tasks',
  ({ shop, visit, failMails, startMailServer, stopMailServer }) => {
    test('A step is left out with a reason, which the activity keeps', async () => {
      const [order = ''] = await failMails(1);
      await visit(async ({ page, goto, client }) => {
        await goto(failedPath);
        await seeRows(page, 1);
        await tick(page, 0);
        await page.getByRole('button', { name: words.skip }).click();
        await dialogOf(page).getByRole('button', { name: words.skip }).click();
        await dialogOf(page).getByText(words.reasonProblem).waitFor();
        expect(await focusReaches(page, 'input[name=reason]')).toBe(true);
        await page.getByRole('textbox', { name: words.reason }).fill('The customer has no mailbox');
        await dialogOf(page).getByRole('button', { name: words.skip }).click();
        await toastOf(page).getByText(words.skipped(1)).waitFor();
        expect(await focusReaches(page, '[data-list]')).toBe(true);
        const activity = expectStatus(await client.get('/activity?limit=1'), 200);
        expect(JSON.stringify(activity.body)).toContain('The customer has no mailbox');
        const { body } = expectStatus(await client.get(`/orders/${order}`), 200);
        expect(JSON.stringify(valueAt(body, 'history'))).toContain('"skipped"');
      });
    });

    test('A pipeline is paused with a reason and resumed, and one that another operator has ended is ended', async () => {
      await visit(async ({ page, goto, commands, client }) => {
        await goto(tasksPath);
        const pauseOnce = async (reason: string) => {
          await page.getByRole('button', { name: words.pauseTasks }).click();
          await page.getByRole('combobox', { name: words.pausePipeline }).last().selectOption('physical');
          await dialogOf(page)
            .getByRole('combobox', { name: words.pauseStep })
            .selectOption('request_shipment');
          await page.getByRole('textbox', { name: words.reason }).fill(reason);
          await dialogOf(page).getByRole('button', { name: words.pause }).dblclick();
          await page.locator('.pause').getByText(reason).waitFor();
        };
        const name = `${words.pipelines.physical} · ${words.steps.request_shipment}`;
        await pauseOnce('The carrier is on strike');
        expect(commands).toEqual(['POST /queue/pauses']);
        await page.getByRole('button', { name: words.resumeNamed(name) }).click();
        // First what is shown for some seconds only.
        await toastOf(page).getByText(words.resumed(name)).waitFor();
        await page.getByText(words.noPauses).waitFor();
        expect(await focusReaches(page, '#main [tabindex="-1"], #main')).toBe(true);

        await pauseOnce('The carrier is on strike again');
        // The page does not hear of it before the press.
        await page.route('**/queue', (route) => route.abort());
        const [pause] = Reflect.get(Object((await client.get('/queue')).body), 'pauses');
        expectStatus(await client.remove(`/queue/pauses/${pause.id}`), 204);
        await page.getByRole('button', { name: words.resumeNamed(name) }).click();
        await toastOf(page).getByText(words.resumed(name)).waitFor();
        expect(await page.locator('.pause .note.bad').count()).toBe(0);
        await page.unroute('**/queue');
        await page.getByText(words.noPauses).waitFor();
      });
    });

    test('The pause of a fault says why, and is probed at once', async () => {
      await stopMailServer();
      await payOrders(shop(), 2);
      await waitForTasks(shop(), 'paused', 2);
      await visit(async ({ page, goto }) => {
        await goto(tasksPath);
        const pause = page.locator('.pause');
        await pause.getByText(words.origins.fault).waitFor();
        await pause.getByText(words.faultText).waitFor();
        await startMailServer();
        await pause.getByRole('button', { name: words.probe }).click();
        await page.getByText(words.noPauses).waitFor();
        await page.getByRole('heading', { name: words.empty }).waitFor();
      });
      await waitForTasks(shop(), 'paused', 0);
    });

    test('Who may only look hears why nothing can be done, and nothing is sent', async () => {
      await failMails(1);
      await visit(
        async ({ page, goto, commands, words: frame }) => {
          await goto(failedPath);
          await seeRows(page, 1);
          await tick(page, 0);
          const reason = frame.access.needs('queue:write');
          for (const name of [words.retryChosen(1), words.skip, words.pauseTasks]) {
            const button = page.getByRole('button', { name, exact: true });
            expect(await button.getAttribute('aria-disabled')).toBe('true');
            await button.click({ force: true });
          }
          expect(await page.locator('.small:not(.sr)', { hasText: reason }).count()).toBe(3);
          await rowsOf(page).getByRole('checkbox').focus();
          await page.keyboard.press('r');
          await toastOf(page).getByText(reason).waitFor();
          expect(await dialogOf(page).count()).toBe(0);
          expect(commands).toEqual([]);
        },
        { permissions: ['queue:read', 'money:read'] },
      );
    });

    test('What did not work is said where it was asked for, and the same press goes on', async () => {
      await failMails(1);
      await visit(async ({ page, goto, words: frame }) => {
        await goto(failedPath);
        await seeRows(page, 1);
        await tick(page, 0);
        await page.getByRole('button', { name: words.retryChosen(1) }).click();
        await page.route('**/queue/retries', (route) => route.abort());
        const retry = dialogOf(page).getByRole('button', { name: words.retry });
        await retry.click();
        await dialogOf(page).getByRole('alert').getByText(frame.state.lost).waitFor();
        await dialogOf(page).getByText(frame.state.requestId).waitFor();
        await page.unroute('**/queue/retries');
        await retry.click();
        await toastOf(page).getByText(words.retried(1)).waitFor();
      });
      await waitForTasks(shop(), 'failed', 0);
    });

    test('A session that has ended loses nothing of what was being asked', async () => {
      await failMails(1);
      await visit(
        async ({ page, goto, context, words: frame }) => {
          await goto(failedPath);
          await seeRows(page, 1);
          await tick(page, 0);
          await page.getByRole('button', { name: words.skip }).click();
          await page.getByRole('textbox', { name: words.reason }).fill('Asked before the end');
          await context.clearCookies();
          await dialogOf(page).getByRole('button', { name: words.skip }).click();
          await page.getByRole('heading', { name: frame.sessionEnd.title }).waitFor();
          await page.keyboard.press('Escape');
          expect(await page.getByRole('textbox', { name: words.reason }).inputValue()).toBe(
            'Asked before the end',
          );
        },
        { expected: /401/ },
      );
    });
  },
);
