import process from 'node:process';
import postgres from 'postgres';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { createSystemWorld } from '../../adapters/system/system.ts';
import { cpuSeconds } from '../processes.ts';
import { payOrders, placeOrders } from '../shop.ts';
import { claimTasks } from './claimTasks.ts';

/**
 * `bun months.ts <url> <orders>`: places orders, pays for each and runs its first step, a thousand at a time. Prints
 * the orders a second, and what the server's connections took for each.
 */
const [url = '', orders = ''] = process.argv.slice(2);

const store = await openPostgresStore(createSystemWorld(), { url });
const sql = postgres(url, { max: 1, onnotice: () => {} });

const backends = async (): Promise<readonly number[]> => {
  const rows = await sql<{ pid: number }[]>`
    select pid from pg_stat_activity where application_name = 'cartwright' and datname = current_database()`;
  return rows.map(({ pid }) => pid);
};

const buy = async (count: number): Promise<void> => {
  await payOrders(store, await placeOrders(store, count, { stock: null }), 1);
  await claimTasks(store, count, 2);
};

// Statements are planned with their values until they have run six times.
for (let time = 0; time < 8; time++) await buy(500);
const pids = await backends();
const [cpuBefore, startMs] = [cpuSeconds(...pids), performance.now()];
await buy(Number(orders));
const seconds = (performance.now() - startMs) / 1_000;
const databaseCpuUsEach = ((cpuSeconds(...pids) - cpuBefore) / Number(orders)) * 1e6;
const [left] = await sql<{ tasks: number }[]>`select count(*)::int as tasks from task`;
if (left?.tasks !== 0) throw new Error(`${left?.tasks} tasks are left`);
await sql.end();
await store.close();
console.log(JSON.stringify({ databaseCpuUsEach, perSecond: Number(orders) / seconds }));
process.exit();
