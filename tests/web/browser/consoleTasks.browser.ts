import { expect, test } from 'bun:test';
import { consoleEnTasks as words } from '../../../web/words/consoleEnTasks.ts';
import { expectStatus } from '../../processes/client.ts';
import { waitForTasks } from './failedTasks.ts';
import {
  dialogCloses,
  dialogOf,
  failedMails,
  failedPath,
  focusReaches,
  rowsOf,
  seeRows,
  tasksPath,
  tick,
  toastOf,
  withTasks,
} from './taskGround.ts';

await withTasks('The list of tasks', ({ shop, visit, failMails }) => {
  test('A group of failures is a link to its tasks, and the address shows the same again', async () => {
    await failMails(2);
    await visit(async ({ page, goto }) => {
      await goto(tasksPath);
      await page.locator('.group', { hasText: 'no such user' }).click();
      await page.waitForURL(/error=/);
      await seeRows(page, 2);
      const address = new URL(page.url());
      expect(address.searchParams.get('error')).toContain('550 no such user');
      expect(Object.fromEntries(address.searchParams)).toMatchObject({ ...failedMails, pipeline: 'digital' });
      await page.reload();
      await seeRows(page, 2);
      const remove = words.removeFilter(`${words.filterNames.step}: ${words.steps.notify_customer}`);
      await page.getByRole('link', { name: remove }).click();
      await page.waitForURL(({ searchParams }) => !searchParams.has('step'));
      await page.goBack();
      await page.getByRole('link', { name: remove }).waitFor();
      await page.getByRole('link', { name: words.states.running }).first().click();
      await page.getByRole('heading', { name: words.nothingFound }).waitFor();
    });
  });

  test('One finds the tasks of an order by its id, and a text that is none is said so', async () => {
    const [order = ''] = await failMails(2);
    await visit(async ({ page, goto }) => {
      await goto(tasksPath);
      const field = page.getByRole('searchbox', { name: words.order });
      await field.fill('no id');
      await field.press('Enter');
      await page.getByText(words.orderProblem).waitFor();
      expect(new URL(page.url()).search).toBe('');
      await field.fill(order.toUpperCase());
      await field.press('Enter');
      await seeRows(page, 1);
      expect(new URL(page.url()).searchParams.get('orderId')).toBe(order);
    });
  });

  test('Those that are chosen are retried by one request, and the focus stays in the list', async () => {
    await failMails(3);
    await visit(async ({ page, goto, commands }) => {
      await goto(failedPath);
      await seeRows(page, 3);
      await tick(page, 0);
      await tick(page, 2);
      await page.getByRole('button', { name: words.retryChosen(2) }).click();
      await dialogOf(page)
        .getByRole('heading', { name: words.retryAsk(2) })
        .waitFor();
      await dialogOf(page).getByRole('button', { name: words.retry }).dblclick();
      await toastOf(page).getByText(words.retried(2)).waitFor();
      await seeRows(page, 1);
      expect(commands).toEqual(['POST /queue/retries']);
      expect(await focusReaches(page, '[data-list]')).toBe(true);
      await waitForTasks(shop(), 'failed', 1);
    });
  });

  test('Where another operator was quicker, that is said calmly', async () => {
    await failMails(2);
    await visit(async ({ page, goto }) => {
      await goto(failedPath);
      await seeRows(page, 2);
      const first = (await rowsOf(page).first().getAttribute('data-row')) ?? '';
      await page.getByRole('checkbox', { name: words.all }).check();
      await page.getByRole('button', { name: words.retryChosen(2) }).click();
      await dialogOf(page).waitFor();
      expectStatus(await shop().operator.post('/queue/retries', { taskIds: [first] }), 202);
      await waitForTasks(shop(), 'failed', 1);
      await dialogOf(page).getByRole('button', { name: words.retry }).click();
      await toastOf(page)
        .getByText(`${words.retried(1)} ${words.othersMoved(1)}`)
        .waitFor();
      expect(await page.locator('.note.bad').count()).toBe(0);
      await page.getByRole('heading', { name: words.nothingFound }).waitFor();
    });
  });

  test('One task is open in the address, with its whole error, and gives the focus back', async () => {
    await failMails(1, 'no such user, says the server of this domain at some length');
    await visit(async ({ page, goto, commands }) => {
      await goto(failedPath);
      await seeRows(page, 1);
      await rowsOf(page).getByRole('link', { name: words.steps.notify_customer }).click();
      await dialogOf(page).getByText('at some length').first().waitFor();
      await page.reload();
      await dialogOf(page).getByText('at some length').first().waitFor();
      await page.keyboard.press('Escape');
      await dialogCloses(page);
      expect(new URL(page.url()).searchParams.has('task')).toBe(false);
      const link = rowsOf(page).getByRole('link', { name: words.steps.notify_customer });
      await link.click();
      await dialogOf(page).waitFor();
      await page.keyboard.press('Escape');
      expect(await focusReaches(page, 'tr[data-row] a')).toBe(true);
      await link.click();
      await dialogOf(page).getByRole('button', { name: words.retry }).click();
      await dialogOf(page)
        .getByRole('heading', { name: words.retryAsk(1) })
        .waitFor();
      await dialogOf(page).getByRole('button', { name: words.retry }).click();
      await toastOf(page).getByText(words.retried(1)).waitFor();
      expect(commands).toEqual(['POST /queue/retries']);
      await goto(`${failedPath}&task=01980a4f-02aa-7e44-b1d2-6c8e0f1a2b34`);
      await dialogOf(page).getByText(words.taskGone).waitFor();
    });
  });
});
