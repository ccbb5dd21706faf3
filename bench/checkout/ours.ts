import { startApp } from '../app.ts';
import { commitsOf, readCounters, resetStatements, statementsOf } from '../counters.ts';
import { runLoad } from '../load/run.ts';
import type { Postgres } from '../postgres.ts';
import { cpuSeconds } from '../processes.ts';
import type { Bench, Configuration, Contender } from '../row.ts';
import { checkShop, checkStatuses, createCheckoutPlan, type ShopFixture } from './fixture.ts';

export type LoadSize = { readonly connections: number; readonly warmUp: number; readonly count: number };

/** A contender's name and the file that it starts. */
export type Variant = {
  readonly contender?: string;
  readonly entry?: string;
  readonly env?: Configuration;
};

const ownEnv = { ROLE: 'checkout' };

/**
 * The product's API process on PostgreSQL over HTTP: the whole checkout, from the request to the response. By default
 * the provider keeps its records in memory.
 */
export const postgresContender = (
  bench: Bench,
  postgres: Postgres,
  fixture: ShopFixture,
  { connections, warmUp, count }: LoadSize,
  { contender = 'Cartwright', entry = 'bench/variants/providerInMemory.ts', env = {} }: Variant = {},
): Contender => ({
  name: contender,
  configuration: {
    entry,
    ...ownEnv,
    ...env,
    connections,
    warmUp,
    count,
    customers: 1_000,
    ordersACheckout: 1,
  },
  round: async () => {
    const orders = fixture.orders.slice(0, warmUp + count);
    const url = await postgres.create('bench_checkout', fixture.template);
    const app = await startApp(url, { ...ownEnv, ...env }, entry);
    const plan = await createCheckoutPlan(orders, { connections, warmUp, port: app.port });
    let before = await readCounters(postgres);
    let cpuBefore = 0;
    const load = await runLoad(bench.createFolder(), plan, async () => {
      await postgres.run('checkpoint');
      await resetStatements(postgres);
      before = await readCounters(postgres);
      cpuBefore = cpuSeconds(app.pid);
    });
    const cpuUsed = cpuSeconds(app.pid) - cpuBefore;
    const after = await readCounters(postgres);
    const statements = await statementsOf(postgres, 'bench_checkout');
    await app.stop();
    const commits = await commitsOf(postgres, 'bench_checkout');
    checkStatuses(load.statuses, orders.length);
    await checkShop(url, fixture, orders.length);
    await postgres.drop('bench_checkout');

    const each = (total: number) => total / count;
    return {
      perSecond: count / load.seconds,
      p50Ms: load.p50Ms,
      p99Ms: load.p99Ms,
      commitsEach: commits / orders.length,
      statementsEach: each(statements),
      walBytesEach: each(after.walBytes - before.walBytes),
      serverCpuUsEach: each(cpuUsed) * 1e6,
      databaseCpuUsEach: each(after.cpuSeconds - before.cpuSeconds) * 1e6,
      loadCpuUsEach: each(load.cpuSeconds) * 1e6,
    };
  },
});
