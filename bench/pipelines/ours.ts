import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { createSystemWorld } from '../../adapters/system/system.ts';
import { startApp } from '../app.ts';
import { vacuum } from '../checkout/fixture.ts';
import { commitsOf, readCounters } from '../counters.ts';
import type { Postgres } from '../postgres.ts';
import { cpuSeconds } from '../processes.ts';
import type { Bench, Contender } from '../row.ts';
import { payOrders, placeOrders } from '../shop.ts';
import { startSink } from './startSink.ts';

const env = { ROLE: 'worker' };

type Options = {
  readonly processes?: number;
  /** `none`: the step of the mail is done at once. */
  readonly mails?: 'smtp' | 'none';
};

/** Worker processes that complete paid orders: invoice, shipment and a mail for each order. */
export const createWorkerContender = async (
  bench: Bench,
  postgres: Postgres,
  count: number,
  { processes = 1, mails: kind = 'smtp' }: Options = {},
): Promise<Contender> => {
  const template = `bench_paid_${kind}_${processes}`;
  const entry = kind === 'smtp' ? 'server/main.ts' : 'bench/variants/workerWithoutMails.ts';
  bench.progress(`placing and paying ${count} orders`);
  const store = await openPostgresStore(createSystemWorld(), { url: await postgres.create(template) });
  await payOrders(store, await placeOrders(store, count), 1);
  await store.close();
  await vacuum(postgres, template);
  return {
    name: processes === 1 ? 'Cartwright' : `${processes} processes`,
    configuration: { entry, ...env, count, pipeline: 'physical', steps: 4, processes },
    round: async () => {
      const url = await postgres.create('bench_pipelines', template);
      await postgres.run('checkpoint');
      const sink = await startSink();
      const before = await readCounters(postgres);
      const server = kind === 'smtp' ? { SMTP_URL: `smtp://127.0.0.1:${sink.port}` } : {};
      const apps = await Promise.all(
        Array.from({ length: processes }, () => startApp(url, { ...env, ...server }, entry)),
      );
      const sql = new Bun.SQL(url, { max: 1 });
      await waitUntilDrained(sql);
      const cpuUsed = apps.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0);
      const after = await readCounters(postgres);
      for (const app of apps) await app.stop();
      const mails = await sink.stop();
      const [found] = await sql.unsafe(outcomeQuery);
      await sql.end();
      checkOutcome({ ...found, ...(kind === 'smtp' && { mails }) }, count);
      const commits = await commitsOf(postgres, 'bench_pipelines');
      await postgres.drop('bench_pipelines');

      const each = (total: number) => total / count;
      return {
        perSecond: count / (Number(found.took_ms) / 1_000),
        commitsEach: each(commits),
        walBytesEach: each(after.walBytes - before.walBytes),
        workerCpuUsEach: each(cpuUsed) * 1e6,
        databaseCpuUsEach: each(after.cpuSeconds - before.cpuSeconds) * 1e6,
        ...(kind === 'smtp' && { sinkCpuUsEach: each(sink.usedSeconds()) * 1e6 }),
      };
    },
  };
};

/** `took_ms` is the time from the first step to the report of the last mail, from the order histories. */
const outcomeQuery = `
  select
    (select count(*) from orders where status = 'completed' and seq = 8) as completed,
    (select count(*) from invoice) as invoices,
    (select max(sequence) from invoice) as last_invoice,
    (select count(*) from shipment) as shipments,
    (select count(*) from step_ledger where accepted_ms is not null) as external_steps,
    (select sum(delivered - units) from stock) as sold,
    (select count(*) from order_state where state = 'completed') as ends,
    (select max(at_ms) filter (where state = 'customer_notified') - min(at_ms) filter (where state = 'invoiced')
     from order_state) as took_ms`;

const checkOutcome = (
  { took_ms: _, ...counts }: Readonly<Record<string, unknown>>,
  expected: number,
): void => {
  if (Object.values(counts).some((count) => Number(count) !== expected))
    throw new Error(`expected ${expected} completed orders, found ${JSON.stringify(counts)}`);
};

const waitUntilDrained = async (sql: Bun.SQL): Promise<void> => {
  const untilMs = performance.now() + 300_000;
  while (performance.now() < untilMs) {
    const [row] = await sql`select exists (select from task) as left`;
    if (row.left === false) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the worker did not drain its queue within five minutes');
};
