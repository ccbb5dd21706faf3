import { type Client, expectStatus, itemsOf, textAt, valueAt } from '../../processes/client.ts';
import { assignRefunds } from './assignRefunds.ts';
import { type Database, openDatabase } from './database.ts';
import type { Provider } from './provider.ts';
import { endOpenDisputes } from './providerActs.ts';
import { pauseIdsOf } from './queueOperators.ts';
import { skipWaits } from './skipWaits.ts';

/**
 * Waits without faults until all work has ended, and has an operator retry the failed tasks once, and assign refunds that
 * wait for their order. Disputes end. The pauses of operators end first. Returns how much is still open after `limitMs`;
 * 0 where all has ended.
 */
export const drain = async (
  databaseUrl: string,
  provider: Provider,
  operator: Client,
  limitMs: number,
): Promise<number> => {
  const database = openDatabase(databaseUrl);
  const untilMs = Date.now() + limitMs;
  await endOperatorPauses(operator);
  for (let retried = false; ; ) {
    await skipWaits(database);
    const failedJobs = await countFailedJobs(database);
    // Requested refunds wait for the end of a dispute.
    const disputes = await endOpenDisputes(provider);
    const waiting = disputes + (await countOpen(database)) + (await provider.skipWaits());
    const open = waiting === 0 ? await assignRefunds(operator) : waiting;
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

/**
 * Pending orders count: their time is short, and one that ends while the run is read would look like two truths. A refund
 * whose task has failed waits for the retry.
 */
const countOpen = async ({ run }: Database): Promise<number> => {
  const [row] = await run(`
    select (select count(*) from payment where status in ('initiated', 'unknown', 'requires_action'))
      + (select count(*) from orders where status in ('pending', 'paying', 'paid'))
      + (select count(*) from refund r where status = 'requested'
          and not exists (select 1 from task t where t.job_id = r.id and t.state = 'failed'))
      + (select count(*) from task where state <> 'failed') as open`);
  return Number(row?.open);
};

const countFailedJobs = async ({ run }: Database): Promise<number> => {
  const [row] = await run(`select count(*) as jobs from task where state = 'failed' and job_id is not null`);
  return Number(row?.jobs);
};

const endOperatorPauses = async (operator: Client): Promise<void> => {
  // Whether it ended is checked later: an answer may be lost.
  for (const id of pauseIdsOf(expectStatus(await operator.get('/queue'), 200), 'operator'))
    await operator.remove(`/queue/pauses/${id}`);
};

/** Retries all failed tasks. */
export const retryFailedTasks = async (operator: Client): Promise<void> => {
  for (let cursor = ''; ; ) {
    const page = expectStatus(await operator.get(`/queue/tasks?state=failed&limit=100${cursor}`), 200);
    const taskIds = itemsOf(page).map((task) => textAt({ body: task }, 'id'));
    if (taskIds.length > 0) expectStatus(await operator.post('/queue/retries', { taskIds }), 202);
    const next = valueAt(page.body, 'nextCursor');
    if (typeof next !== 'string') return;
    cursor = `&cursor=${next}`;
  }
};
