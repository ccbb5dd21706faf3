import process from 'node:process';
import postgres from 'postgres';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { createSystemWorld } from '../../adapters/system/system.ts';
import { cpuSeconds } from '../processes.ts';
import { claimTasks } from './claimTasks.ts';

/**
 * `bun growth.ts <url> <backlog> <seconds> <held>`: claims tasks for `seconds` while `backlog` others wait behind them.
 * The backlog is refilled between the measurements. With `held`, another session holds a transaction open, so that
 * vacuum cannot remove dead rows. Prints the tasks claimed a second, in each tenth of the time.
 */
const [url = '', backlog = '', seconds = '', held = ''] = process.argv.slice(2);
const windowMs = (Number(seconds) * 1_000) / 10;
const batchSize = Math.min(10_000, Number(backlog));
const claimers = 2;

const store = await openPostgresStore(createSystemWorld(), { url });
const sql = postgres(url, { max: 2, onnotice: () => {} });

/** Writes directly to the tables, because only claiming is measured. */
const refill = (count: number) => sql`
  with paid as (
    insert into orders (id, customer_id, email, product_id, product_code, product_name, product_type, quantity,
      amount, currency, status, checkout_id, seq, expires_ms, created_ms, updated_ms)
    select uuidv7(), 'customer', 'lan@example.com', p.id, p.code, p.name, p.type, 1, p.amount, p.currency, 'paid',
      uuidv7(), 3, 0, 0, 0
    from generate_series(1, ${count}::integer) cross join (select * from product limit 1) as p
    returning id, checkout_id, product_type
  )
  insert into task (id, checkout_id, order_ids, seqs, pipeline, step, state, run_ms)
  select uuidv7(), checkout_id, array[id], '{3}', product_type, 'invoice', 'ready',
    (extract(epoch from now()) * 1000)::bigint from paid`;

for (let left = Number(backlog); left > 0; left -= 50_000) await refill(Math.min(left, 50_000));
await sql`vacuum (analyze)`;
const holder = await sql.reserve();
if (held === 'held') {
  await holder`begin isolation level repeatable read`;
  await holder`select count(*) from finished_tasks`;
}

/** The process ids of the server's backends that claim, without those that refill. */
const backends = async (): Promise<readonly number[]> => {
  const rows = await sql<{ pid: number }[]>`
    select pid from pg_stat_activity where application_name = 'cartwright' and datname = current_database()`;
  return rows.map(({ pid }) => pid);
};

/** Measures one window. Refilling does not count in its time. */
const measureWindow = async () => {
  const pids = await backends();
  const cpuBefore = cpuSeconds(...pids);
  let claimed = 0;
  let tookMs = 0;
  while (tookMs < windowMs) {
    const startMs = performance.now();
    await claimTasks(store, batchSize, claimers);
    tookMs += performance.now() - startMs;
    claimed += batchSize;
    await refill(batchSize);
  }
  const databaseCpuUsEach = ((cpuSeconds(...pids) - cpuBefore) / claimed) * 1e6;
  return { perSecond: claimed / (tookMs / 1_000), databaseCpuUsEach };
};

await claimTasks(store, batchSize, claimers);
await refill(batchSize);
const windows: Awaited<ReturnType<typeof measureWindow>>[] = [];
for (let window = 0; window < 10; window++) windows.push(await measureWindow());
if (held === 'held') await holder`rollback`;
holder.release();
const [count] = await sql`
  select (select count(*) from task) as tasks, (select count(*) from orders where status = 'paid') as open,
    pg_relation_size('task') + pg_indexes_size('task') as bytes`;
if (Number(count?.tasks) !== Number(backlog) || count?.open !== count?.tasks)
  throw new Error(`expected ${backlog} tasks, found ${JSON.stringify(count)}`);
await sql.end();
await store.close();
const mean = (figure: 'perSecond' | 'databaseCpuUsEach') =>
  windows.reduce((sum, one) => sum + one[figure], 0) / windows.length;
const last = windows.at(-1);
console.log(
  JSON.stringify({
    perSecond: mean('perSecond'),
    databaseCpuUsEach: mean('databaseCpuUsEach'),
    lastPerSecond: last?.perSecond,
    lastDatabaseCpuUsEach: last?.databaseCpuUsEach,
    taskMb: Number(count?.bytes) / 1e6,
    ...Object.fromEntries(windows.map(({ perSecond }, window) => [`window${window + 1}`, perSecond])),
  }),
);
process.exit();
