import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openSqliteStore } from '../../adapters/sqlite/store.ts';
import { createSystemWorld } from '../../adapters/system/system.ts';
import { startApp } from '../app.ts';
import { runLoad } from '../load/run.ts';
import { cpuSeconds } from '../processes.ts';
import type { Bench, Contender } from '../row.ts';
import { type PlacedOrder, payOrders, placeOrders } from '../shop.ts';
import { checkCounts, checkStatuses, countsQuery, createCheckoutPlan } from './fixture.ts';
import type { LoadSize } from './ours.ts';

/** A database file with pending orders, which each round copies. */
export type SqliteFixture = {
  readonly path: string;
  readonly orders: readonly PlacedOrder[];
  readonly history: number;
};

const history = 2_000;

export const createSqliteFixture = async (bench: Bench, count: number): Promise<SqliteFixture> => {
  const path = join(bench.createFolder(), 'fixture.db');
  const store = await openSqliteStore(createSystemWorld(), { path });
  await payOrders(store, await placeOrders(store, history), 1);
  const orders = await placeOrders(store, count);
  await store.close();
  return { path, orders, history };
};

/** The product's API process over HTTP, on a SQLite file with `synchronous=FULL`. */
export const sqliteContender = (
  bench: Bench,
  fixture: SqliteFixture,
  { connections, warmUp, count }: LoadSize,
  { name, entry }: { readonly name: string; readonly entry: string },
): Contender => ({
  name,
  configuration: { entry, ROLE: 'checkout', synchronous: 'FULL', connections, warmUp, count },
  round: async () => {
    const orders = fixture.orders.slice(0, warmUp + count);
    const folder = bench.createFolder();
    const path = join(folder, 'shop.db');
    copyFileSync(fixture.path, path);
    const app = await startApp(`sqlite:${path}`, { ROLE: 'checkout' }, entry);
    const plan = await createCheckoutPlan(orders, { connections, warmUp, port: app.port });
    let cpuBefore = 0;
    const load = await runLoad(folder, plan, async () => {
      cpuBefore = cpuSeconds(app.pid);
    });
    const cpuUsed = cpuSeconds(app.pid) - cpuBefore;
    await app.stop();
    checkStatuses(load.statuses, orders.length);
    const file = new Database(path, { readonly: true });
    checkCounts(Object(file.prepare(countsQuery).get()), fixture.history + orders.length);
    file.close();
    return {
      perSecond: count / load.seconds,
      p50Ms: load.p50Ms,
      p99Ms: load.p99Ms,
      serverCpuUsEach: (cpuUsed / count) * 1e6,
      loadCpuUsEach: (load.cpuSeconds / count) * 1e6,
    };
  },
});
