import { afterAll, beforeAll } from 'bun:test';
import type { Locator, Page } from 'playwright-core';
import { expectStatus, itemsOf, textAt } from '../../processes/client.ts';
import { freePort } from '../../processes/server.ts';
import { createTestFile } from '../../processes/sqlite.ts';
import { type SmtpSink, startSmtpSink } from '../../smtp/sink.ts';
import { type ConsoleGround, withConsole } from './consoleGround.ts';
import { payOrders, waitForTasks } from './failedTasks.ts';
import { until } from './shop.ts';

/** What people do on the page of tasks, and a mail server that refuses mails for good, or is not there. */

export const tasksPath = '/console/tasks';
export const failedMails = { state: 'failed', step: 'notify_customer' };
export const failedPath = `${tasksPath}?${new URLSearchParams(failedMails)}`;

export const rowsOf = (page: Page): Locator => page.locator('#main tr[data-row]');
export const dialogOf = (page: Page): Locator => page.locator('dialog[open]');
export const toastOf = (page: Page): Locator => page.locator('.toast.floating');

/** Waits until the list has this many rows. */
export const seeRows = (page: Page, count: number): Promise<number> =>
  until(
    () => rowsOf(page).count(),
    (found) => found === count,
  );

export const tick = (page: Page, row: number): Promise<void> =>
  rowsOf(page).nth(row).getByRole('checkbox').check();

/** Waits until what has the focus is one of these. */
export const focusReaches = (page: Page, selector: string): Promise<boolean> =>
  until(
    () => page.evaluate((wanted) => document.activeElement?.matches(wanted) === true, selector),
    (found) => found,
  );

export const dialogCloses = (page: Page): Promise<number> =>
  until(
    () => dialogOf(page).count(),
    (open) => open === 0,
  );

type TaskGround = ConsoleGround & {
  /** Paid orders whose mails the server refuses for good, beside no other failed task. */
  readonly failMails: (count: number, text?: string) => Promise<readonly string[]>;
  readonly stopMailServer: () => Promise<void>;
  readonly startMailServer: () => Promise<void>;
};

export const withTasks = async (name: string, tests: (ground: TaskGround) => void): Promise<void> => {
  const port = await freePort();
  const options = { createDatabase: createTestFile, env: { SMTP_URL: `smtp://127.0.0.1:${port}` } };
  withConsole(name, options, (ground) => {
    const { shop } = ground;
    let sink: SmtpSink;
    const start = async (): Promise<void> => {
      sink = await startSmtpSink({ port });
    };
    beforeAll(start);
    afterAll(() => sink?.close());
    const finishAll = async (): Promise<void> => {
      const failed = expectStatus(await shop().operator.get('/queue/tasks?state=failed&limit=100'), 200);
      const taskIds = itemsOf(failed).map((item) => textAt({ body: item }, 'id'));
      if (taskIds.length > 0) expectStatus(await shop().operator.post('/queue/retries', { taskIds }), 202);
      // Their mails must not meet what is refused next.
      for (const state of ['failed', 'ready', 'running', 'waiting']) await waitForTasks(shop(), state, 0);
    };
    tests({
      ...ground,
      failMails: async (count, text = 'no such user') => {
        await finishAll();
        sink.behave(Array.from({ length: count }, () => ({ at: 'rcpt', code: 550, text })));
        const orders = await payOrders(shop(), count);
        await waitForTasks(shop(), 'failed', count);
        return orders;
      },
      stopMailServer: () => sink.close(),
      startMailServer: start,
    });
  });
};
