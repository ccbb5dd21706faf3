import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { postgresStore } from '../../adapters/postgres/store.ts';
import { systemWorld } from '../../adapters/system/system.ts';
import { startApp } from '../app.ts';
import { vacuum } from '../checkout/shopfloor.ts';
import { commitsOf, countersOf } from '../counters.ts';
import type { Postgres } from '../postgres.ts';
import { cpuSeconds } from '../processes.ts';
import type { Bench, Contender } from '../row.ts';
import { payOrders, placeOrders } from '../shop.ts';

const env = { ROLE: 'worker' };

/** Worker processes that take paid orders to completed: stock, invoice, shipment, and a mail over SMTP each. */
export const oursOnPipelines = async (
  bench: Bench,
  postgres: Postgres,
  count: number,
  processes = 1,
): Promise<Contender> => {
  const template = `bench_paid_${processes}`;
  bench.say(`placing and paying ${count} orders`);
  const store = await postgresStore(systemWorld(), { url: await postgres.create(template) });
  await payOrders(store, await placeOrders(store, count), 1);
  await store.close();
  await vacuum(postgres, template);
  return {
    name: processes === 1 ? 'Cartwright' : `${processes} processes`,
    configuration: { ...env, count, pipeline: 'physical', steps: 4, processes },
    round: async () => {
      const url = await postgres.create('bench_pipelines', template);
      await postgres.run('checkpoint');
      const sink = await startSink();
      const before = await countersOf(postgres);
      const settings = { ...env, SMTP_URL: `smtp://127.0.0.1:${sink.port}` };
      const apps = await Promise.all(Array.from({ length: processes }, () => startApp(url, settings)));
      const sql = new Bun.SQL(url, { max: 1 });
      await untilDrained(sql);
      const used = apps.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0);
      const after = await countersOf(postgres);
      for (const app of apps) await app.stop();
      const mails = await sink.stop();
      const [found] = await sql.unsafe(outcomeQuery);
      await sql.end();
      check({ ...found, mails }, count);
      const commits = await commitsOf(postgres, 'bench_pipelines');
      await postgres.drop('bench_pipelines');

      const each = (total: number) => total / count;
      return {
        perSecond: count / (Number(found.took_ms) / 1_000),
        commitsEach: each(commits),
        walBytesEach: each(after.walBytes - before.walBytes),
        workerCpuUsEach: each(used) * 1e6,
        databaseCpuUsEach: each(after.cpuSeconds - before.cpuSeconds) * 1e6,
        sinkCpuUsEach: each(sink.usedSeconds()) * 1e6,
      };
    },
  };
};

/** From the first step's time to the last order's end, as the orders' own histories have it. */
const outcomeQuery = `
  select
    (select count(*) from orders where status = 'completed' and seq = 8) as completed,
    (select count(*) from invoice) as invoices,
    (select max(sequence) from invoice) as last_invoice,
    (select count(*) from shipment) as shipments,
    (select count(*) from delivery where accepted_ms is not null) as deliveries,
    (select 10000000::bigint * count(*) - sum(stock) from product) as sold,
    (select count(*) from order_state where state = 'completed') as ends,
    (select max(at_ms) filter (where state = 'completed') - min(at_ms) filter (where state = 'stock_reserved')
     from order_state) as took_ms`;

const check = ({ took_ms: _, ...counts }: Readonly<Record<string, unknown>>, wanted: number): void => {
  if (Object.values(counts).some((count) => Number(count) !== wanted))
    throw new Error(`${wanted} orders were to be completed, and there are ${JSON.stringify(counts)}`);
};

const untilDrained = async (sql: Bun.SQL): Promise<void> => {
  const untilMs = performance.now() + 300_000;
  while (performance.now() < untilMs) {
    const [row] = await sql`select exists (select from task) as left`;
    if (row.left === false) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the worker did not drain its queue within five minutes');
};

const startSink = async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'sink.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const port = Number((await lines.next()).value);
  const exited = once(child, 'exit');
  let used = 0;
  return {
    port,
    usedSeconds: () => used,
    stop: async (): Promise<number> => {
      used = cpuSeconds(child.pid ?? 0);
      child.stdin.end();
      const mails = Number((await lines.next()).value);
      await exited;
      return mails;
    },
  };
};
