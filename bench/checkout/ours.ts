import { startApp } from '../app.ts';
import { commitsOf, countersOf, resetStatements, statementsOf } from '../counters.ts';
import { runLoad } from '../load/run.ts';
import type { Postgres } from '../postgres.ts';
import { cpuSeconds } from '../processes.ts';
import type { Bench, Contender } from '../row.ts';
import { checkoutPlan, checkShop, checkStatuses, type ShopFloor } from './shopfloor.ts';

export type Crowd = { readonly connections: number; readonly warmUp: number; readonly count: number };

/** Which of the compositions is asked; the product's own is `server/main.ts`. */
export type Composition = { readonly contender?: string; readonly entry?: string };

const env = { ROLE: 'checkout' };

/**
 * The product's API process on PostgreSQL, asked over HTTP: the whole checkout, from the request to its answer, with
 * a provider that answers at once.
 */
export const oursOnPostgres = (
  bench: Bench,
  postgres: Postgres,
  floor: ShopFloor,
  { connections, warmUp, count }: Crowd,
  { contender = 'Cartwright', entry = 'bench/composed/instant.ts' }: Composition = {},
): Contender => ({
  name: contender,
  configuration: { entry, ...env, connections, warmUp, count, customers: 1_000, ordersACheckout: 1 },
  round: async () => {
    const orders = floor.orders.slice(0, warmUp + count);
    const url = await postgres.create('bench_checkout', floor.template);
    const app = await startApp(url, env, entry);
    const plan = await checkoutPlan(orders, { connections, warmUp, port: app.port });
    let before = await countersOf(postgres);
    let usedBefore = 0;
    const load = await runLoad(bench.folder(), plan, async () => {
      await postgres.run('checkpoint');
      await resetStatements(postgres);
      before = await countersOf(postgres);
      usedBefore = cpuSeconds(app.pid);
    });
    const used = cpuSeconds(app.pid) - usedBefore;
    const after = await countersOf(postgres);
    const statements = await statementsOf(postgres, 'bench_checkout');
    await app.stop();
    const commits = await commitsOf(postgres, 'bench_checkout');
    checkStatuses(load.statuses, orders.length);
    await checkShop(url, floor, orders.length);
    await postgres.drop('bench_checkout');

    const each = (total: number) => total / count;
    return {
      perSecond: count / load.seconds,
      p50Ms: load.p50Ms,
      p99Ms: load.p99Ms,
      commitsEach: commits / orders.length,
      statementsEach: each(statements),
      walBytesEach: each(after.walBytes - before.walBytes),
      serverCpuUsEach: each(used) * 1e6,
      databaseCpuUsEach: each(after.cpuSeconds - before.cpuSeconds) * 1e6,
      loadCpuUsEach: each(load.cpuSeconds) * 1e6,
    };
  },
});
