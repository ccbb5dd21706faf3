import { type Client, expectStatus, itemsOf, textAt, valueAt } from '../../processes/client.ts';
import type { Snapshot } from '../snapshot.ts';
import { type Database, openDatabase } from './database.ts';
import type { Provider } from './provider.ts';
import { skipWaits } from './skipWaits.ts';

/**
 * Waits without faults until all work has ended, and has an operator retry the failed tasks once. Returns how
 * much is still open after 90 s; 0 where all has ended.
 */
export const drain = async (
  databaseUrl: string,
  provider: Provider,
  policy: Snapshot['policy'],
  operator: Client,
): Promise<number> => {
  const database = openDatabase(databaseUrl);
  const untilMs = Date.now() + 90_000;
  for (let retried = false; ; ) {
    await skipWaits(database);
    const failedJobs = await countFailedJobs(database);
    const open = (await countOpen(database, policy)) + (await provider.skipWaits());
    if ((open + failedJobs === 0 && retried) || Date.now() > untilMs) {
      await database.close();
      return open + failedJobs;
    }
    if (open === 0) {
      retried = true;
      await retryFailedTasks(operator);
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
};

const countOpen = async ({ run }: Database, policy: Snapshot['policy']): Promise<number> => {
  const [row] = await run(`
    select (select count(*) from payment where status in ('initiated', 'unknown', 'requires_action'))
      + (select count(*) from orders where status in ('paying', 'paid'))
      + (select count(*) from refund where status = 'requested')
      + (select count(*) from task where state <> 'failed') as open,
      (select count(*) from task t where unfulfillable
        and not exists (select 1 from refund r where r.order_id = t.order_id)) as unfulfillable`);
  return Number(row?.open) + (policy === 'refund' ? Number(row?.unfulfillable) : 0);
};

const countFailedJobs = async ({ run }: Database): Promise<number> => {
  const [row] = await run(`select count(*) as jobs from task where state = 'failed' and job_id is not null`);
  return Number(row?.jobs);
};

/** Retries all failed tasks, except those that would fail again because their product is out of stock. */
export const retryFailedTasks = async (operator: Client): Promise<void> => {
  for (let cursor = ''; ; ) {
    const page = expectStatus(await operator.get(`/queue/tasks?state=failed&limit=100${cursor}`), 200);
    const failed = itemsOf(page).filter(
      (task) => !String(valueAt(task, 'lastError')).includes('out of stock'),
    );
    const taskIds = failed.map((task) => textAt({ body: task }, 'id'));
    if (taskIds.length > 0) expectStatus(await operator.post('/queue/retries', { taskIds }), 202);
    const next = valueAt(page.body, 'nextCursor');
    if (typeof next !== 'string') return;
    cursor = `&cursor=${next}`;
  }
};
