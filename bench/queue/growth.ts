import process from 'node:process';
import postgres from 'postgres';
import { postgresStore } from '../../adapters/postgres/store.ts';
import { systemWorld } from '../../adapters/system/system.ts';
import { cpuSeconds } from '../processes.ts';
import { takeTasks } from './idle.ts';

/**
 * `bun growth.ts <url> <backlog> <seconds> <held>`: takes tasks while `backlog` others wait behind them, which is
 * filled up as they go, for so many seconds of taking. With `held`, another session holds a transaction open
 * meanwhile, which keeps the server from cleaning up after us. Tells how many were taken a second, in each tenth
 * of the time.
 */
const [url = '', backlog = '', seconds = '', held = ''] = process.argv.slice(2);
const windowMs = (Number(seconds) * 1_000) / 10;
const together = Math.min(10_000, Number(backlog));
const claimers = 2;

const store = await postgresStore(systemWorld(), { url });
const sql = postgres(url, { max: 2, onnotice: () => {} });

/** Straight into the tables: what is measured is the taking. */
const fill = (count: number) => sql`
  with paid as (
    insert into orders (id, customer_id, email, product_id, product_code, product_name, product_type, quantity,
      amount, currency, status, seq, created_ms, updated_ms)
    select uuidv7(), 'customer', 'lan@example.com', p.id, p.code, p.name, p.type, 1, p.amount, p.currency, 'paid', 3, 0, 0
    from generate_series(1, ${count}::integer) cross join (select * from product limit 1) as p
    returning id, product_type
  )
  insert into task (id, order_id, pipeline, step, state, run_ms, seq)
  select uuidv7(), id, product_type, 'reserve_stock', 'ready', (extract(epoch from now()) * 1000)::bigint, 3 from paid`;

for (let left = Number(backlog); left > 0; left -= 50_000) await fill(Math.min(left, 50_000));
await sql`vacuum (analyze)`;
const holder = await sql.reserve();
if (held === 'held') {
  await holder`begin isolation level repeatable read`;
  await holder`select count(*) from finished`;
}

/** The server's processes that take for us, and not those that fill. */
const backends = async (): Promise<readonly number[]> => {
  const rows = await sql<{ pid: number }[]>`
    select pid from pg_stat_activity where application_name = 'cartwright' and datname = current_database()`;
  return rows.map(({ pid }) => pid);
};

/** What one window came to; tasks that are filled in between do not count in its time. */
const measured = async () => {
  const pids = await backends();
  const used = cpuSeconds(...pids);
  let taken = 0;
  let tookMs = 0;
  while (tookMs < windowMs) {
    const beganMs = performance.now();
    await takeTasks(store, together, claimers);
    tookMs += performance.now() - beganMs;
    taken += together;
    await fill(together);
  }
  const databaseCpuUsEach = ((cpuSeconds(...pids) - used) / taken) * 1e6;
  return { perSecond: taken / (tookMs / 1_000), databaseCpuUsEach };
};

await takeTasks(store, together, claimers);
await fill(together);
const windows: Awaited<ReturnType<typeof measured>>[] = [];
for (let window = 0; window < 10; window++) windows.push(await measured());
if (held === 'held') await holder`rollback`;
holder.release();
const [count] = await sql`
  select (select count(*) from task) as tasks, (select count(*) from orders where status = 'paid') as open,
    pg_relation_size('task') + pg_indexes_size('task') as bytes`;
if (Number(count?.tasks) !== Number(backlog) || count?.open !== count?.tasks)
  throw new Error(`there were to be ${backlog} tasks, and there are ${JSON.stringify(count)}`);
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
