import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { sqliteStore } from '../../adapters/sqlite/store.ts';
import { systemWorld } from '../../adapters/system/system.ts';
import { startApp } from '../app.ts';
import { runLoad } from '../load/run.ts';
import { cpuSeconds } from '../processes.ts';
import type { Bench, Contender } from '../row.ts';
import { type PlacedOrder, payOrders, placeOrders } from '../shop.ts';
import type { Crowd } from './ours.ts';
import { booksQuery, checkBooks, checkoutPlan, checkStatuses } from './shopfloor.ts';

/** A file full of pending orders, to be copied for each round. */
export type SqliteFloor = {
  readonly path: string;
  readonly orders: readonly PlacedOrder[];
  readonly history: number;
};

const history = 2_000;

export const sqliteFloor = async (bench: Bench, count: number): Promise<SqliteFloor> => {
  const path = join(bench.folder(), 'floor.db');
  const store = await sqliteStore(systemWorld(), { path });
  await payOrders(store, await placeOrders(store, history), 1);
  const orders = await placeOrders(store, count);
  await store.close();
  return { path, orders, history };
};

/** The product's API process on a SQLite file that flushes each commit, asked over HTTP. */
export const oursOnSqlite = (
  bench: Bench,
  floor: SqliteFloor,
  { connections, warmUp, count }: Crowd,
  { name, entry }: { readonly name: string; readonly entry: string },
): Contender => ({
  name,
  configuration: { entry, ROLE: 'checkout', synchronous: 'FULL', connections, warmUp, count },
  round: async () => {
    const orders = floor.orders.slice(0, warmUp + count);
    const folder = bench.folder();
    const path = join(folder, 'shop.db');
    copyFileSync(floor.path, path);
    const app = await startApp(`sqlite:${path}`, { ROLE: 'checkout' }, entry);
    const plan = await checkoutPlan(orders, { connections, warmUp, port: app.port });
    let before = 0;
    const load = await runLoad(folder, plan, async () => {
      before = cpuSeconds(app.pid);
    });
    const used = cpuSeconds(app.pid) - before;
    await app.stop();
    checkStatuses(load.statuses, orders.length);
    const file = new Database(path, { readonly: true });
    checkBooks(Object(file.prepare(booksQuery).get()), floor.history + orders.length);
    file.close();
    return {
      perSecond: count / load.seconds,
      p50Ms: load.p50Ms,
      p99Ms: load.p99Ms,
      serverCpuUsEach: (used / count) * 1e6,
      loadCpuUsEach: (load.cpuSeconds / count) * 1e6,
    };
  },
});
