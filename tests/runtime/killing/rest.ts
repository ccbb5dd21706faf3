import { type Client, expectStatus, itemsOf, textAt, valueAt } from '../client.ts';
import type { Told } from '../snapshot.ts';
import { type Database, openDatabase } from './database.ts';

/** Lets everything come to its end, now that no fault comes any more. Answers how much is still open after that. */
export const comeToRest = async (databaseUrl: string, operator: Client): Promise<number> => {
  const database = openDatabase(databaseUrl);
  const untilMs = Date.now() + 90_000;
  for (let retried = false; ; ) {
    await hurry(database, databaseUrl.startsWith('sqlite:') ? 'created_ms' : 'claimed_ms');
    const open = await countOpen(database);
    if ((open === 0 && retried) || Date.now() > untilMs) {
      await database.close();
      return open;
    }
    if (open === 0) {
      retried = true;
      await retryFailed(operator);
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
};

/**
 * Lets time pass for what waits: pauses that grow to minutes are over, and claims older than this are too old
 * to be charged, as they would be a quarter of an hour later. It changes times only.
 */
const hurry = async ({ run }: Database, claimedMs: string): Promise<void> => {
  const nowMs = Date.now();
  const open = `status in ('initiated', 'unknown')`;
  await run(`update payment set due_ms = $1 where ${open} and due_ms > $2`, [nowMs, nowMs]);
  await run(
    `update payment set ${claimedMs} = ${claimedMs} - 960000 where ${open} and attempt > 5 and ${claimedMs} > $1`,
    [nowMs - 900_000],
  );
  await run(`update task set run_ms = $1 where state = 'ready' and run_ms > $2`, [nowMs, nowMs]);
};

const countOpen = async ({ run }: Database): Promise<number> => {
  const [row] = await run(`
    select (select count(*) from payment where status in ('initiated', 'unknown'))
      + (select count(*) from orders where status in ('paying', 'paid'))
      + (select count(*) from task where state <> 'failed') as open`);
  return Number(row?.open);
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

/** What the API says of every order and every checkout at the end. */
export const readAll = async (
  reader: Client,
  orderIds: readonly string[],
  checkoutIds: readonly string[],
): Promise<Pick<Told, 'finalOrders' | 'finalCheckouts'>> => ({
  finalOrders: await inParallel(orderIds, async (id) => {
    const { body } = await reader.get(`/orders/${id}`);
    const history = valueAt(body, 'history');
    const states = Array.isArray(history) ? history.map((one) => String(valueAt(one, 'state'))) : [];
    return { id, status: String(valueAt(body, 'status')), states };
  }),
  finalCheckouts: await inParallel(checkoutIds, async (id) => {
    const { body } = await reader.get(`/checkouts/${id}`);
    return { id, status: String(valueAt(body, 'status')) };
  }),
});

const inParallel = async <T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> => {
  const done: R[] = [];
  const rest = items.values();
  const lane = async () => {
    for (const item of rest) done.push(await work(item));
  };
  await Promise.all(Array.from({ length: 16 }, lane));
  return done;
};
