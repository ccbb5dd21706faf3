import { startApp } from '../app.ts';
import { checkShop, checkStatuses, createCheckoutPlan, type ShopFixture } from '../checkout/fixture.ts';
import { readCounters } from '../counters.ts';
import { runLoad } from '../load/run.ts';
import type { Postgres } from '../postgres.ts';
import { cpuSeconds } from '../processes.ts';
import type { Bench, Contender } from '../row.ts';

const connections = 64;
const env = { ROLE: 'checkout' };

/** 64 connections, distributed evenly over `processes` API processes on one database. */
export const createScaleContender = (
  bench: Bench,
  postgres: Postgres,
  fixture: ShopFixture,
  processes: number,
  { warmUp, count }: { readonly warmUp: number; readonly count: number },
): Contender => ({
  name: `${processes} process${processes === 1 ? '' : 'es'}`,
  configuration: { ...env, processes, connections, warmUp, count },
  round: async () => {
    const url = await postgres.create('bench_scale', fixture.template);
    const apps = await Promise.all(Array.from({ length: processes }, () => startApp(url, env)));
    const share = (warmUp + count) / processes;
    const barrier = createBarrier(processes, async () => {
      await postgres.run('checkpoint');
      return readCounters(postgres);
    });
    const loads = await Promise.all(
      apps.map(async ({ port }, at) => {
        const orders = fixture.orders.slice(at * share, (at + 1) * share);
        const shared = { connections: connections / processes, warmUp: warmUp / processes, port };
        return runLoad(bench.createFolder(), await createCheckoutPlan(orders, shared), barrier.arrive);
      }),
    );
    const after = await readCounters(postgres);
    const before = await barrier.released;
    const cpuUsed = apps.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0);
    for (const app of apps) await app.stop();
    for (const { statuses } of loads) checkStatuses(statuses, share);
    await checkShop(url, fixture, warmUp + count);
    await postgres.drop('bench_scale');
    return {
      perSecond: count / Math.max(...loads.map(({ seconds }) => seconds)),
      p99Ms: Math.max(...loads.map(({ p99Ms }) => p99Ms)),
      serverCpuUsEach: (cpuUsed / (warmUp + count)) * 1e6,
      databaseCpuUsEach: ((after.cpuSeconds - before.cpuSeconds) / count) * 1e6,
    };
  },
});

/** Holds all callers of `arrive` until the last one has arrived and `whenAll` is done. */
const createBarrier = <T>(count: number, whenAll: () => Promise<T>) => {
  const { promise: released, resolve, reject } = Promise.withResolvers<T>();
  let missing = count;
  return {
    released,
    arrive: (): Promise<T> => {
      missing--;
      if (missing === 0) whenAll().then(resolve, reject);
      return released;
    },
  };
};
