import { type Client, expectStatus, itemsOf, textAt, valueAt } from '../../processes/client.ts';
import type { Told } from '../clientLog.ts';
import type { Snapshot } from '../snapshot.ts';
import { type Database, openDatabase } from './database.ts';
import type { Provider } from './provider.ts';
import { hurry } from './time.ts';

/** Lets everything come to its end, now that no fault comes any more. Answers how much is still open after that. */
export const comeToRest = async (
  databaseUrl: string,
  provider: Provider,
  policy: Snapshot['policy'],
  operator: Client,
): Promise<number> => {
  const database = openDatabase(databaseUrl);
  const untilMs = Date.now() + 90_000;
  for (let retried = false; ; ) {
    await hurry(database, databaseUrl);
    const failedJobs = await countFailedJobs(database);
    const open = (await countOpen(database, policy)) + (await provider.hurry());
    if ((open + failedJobs === 0 && retried) || Date.now() > untilMs) {
      await database.close();
      return open + failedJobs;
    }
    if (open === 0) {
      retried = true;
      await retryFailed(operator);
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

/** As an operator would, once the cause is gone; what is out of stock stays so. */
export const retryFailed = async (operator: Client): Promise<void> => {
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

/** What the API says of all that there is, at the end. */
export const readAll = async (
  reader: Client,
  { orders, audits, refunds }: Pick<Snapshot, 'orders' | 'audits' | 'refunds'>,
): Promise<Pick<Told, 'finalOrders' | 'finalCheckouts' | 'finalRefunds'>> => {
  const statuses = (path: string, rows: readonly { readonly id: string }[]) =>
    inParallel(rows, async ({ id }) => ({
      id,
      status: String(valueAt((await reader.get(`${path}/${id}`)).body, 'status')),
    }));
  return {
    finalOrders: await inParallel(orders, async ({ id }) => {
      const { body } = await reader.get(`/orders/${id}`);
      const history = valueAt(body, 'history');
      const states = Array.isArray(history) ? history.map((one) => String(valueAt(one, 'state'))) : [];
      return { id, status: String(valueAt(body, 'status')), states };
    }),
    finalCheckouts: await statuses('/checkouts', audits),
    finalRefunds: await statuses('/refunds', refunds),
  };
};

const inParallel = async <T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> => {
  const done: R[] = [];
  const rest = items.values();
  const lane = async () => {
    for (const item of rest) done.push(await work(item));
  };
  await Promise.all(Array.from({ length: 16 }, lane));
  return done;
};
