import { startApp } from '../app.ts';
import { checkoutPlan, checkShop, checkStatuses, type ShopFloor } from '../checkout/shopfloor.ts';
import { countersOf } from '../counters.ts';
import { runLoad } from '../load/run.ts';
import type { Postgres } from '../postgres.ts';
import { cpuSeconds } from '../processes.ts';
import type { Bench, Contender } from '../row.ts';

const connections = 64;
const env = { ROLE: 'checkout' };

/** The same 64 connections, shared evenly by `processes` API processes on one database. */
export const checkoutsWith = (
  bench: Bench,
  postgres: Postgres,
  floor: ShopFloor,
  processes: number,
  { warmUp, count }: { readonly warmUp: number; readonly count: number },
): Contender => ({
  name: `${processes} process${processes === 1 ? '' : 'es'}`,
  configuration: { ...env, processes, connections, warmUp, count },
  round: async () => {
    const url = await postgres.create('bench_scale', floor.template);
    const apps = await Promise.all(Array.from({ length: processes }, () => startApp(url, env)));
    const share = (warmUp + count) / processes;
    const together = gathering(processes, async () => {
      await postgres.run('checkpoint');
      return countersOf(postgres);
    });
    const loads = await Promise.all(
      apps.map(async ({ port }, at) => {
        const orders = floor.orders.slice(at * share, (at + 1) * share);
        const shared = { connections: connections / processes, warmUp: warmUp / processes, port };
        return runLoad(bench.folder(), await checkoutPlan(orders, shared), together.arrive);
      }),
    );
    const after = await countersOf(postgres);
    const before = await together.met;
    const used = apps.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0);
    for (const app of apps) await app.stop();
    for (const { statuses } of loads) checkStatuses(statuses, share);
    await checkShop(url, floor, warmUp + count);
    await postgres.drop('bench_scale');
    return {
      perSecond: count / Math.max(...loads.map(({ seconds }) => seconds)),
      p99Ms: Math.max(...loads.map(({ p99Ms }) => p99Ms)),
      serverCpuUsEach: (used / (warmUp + count)) * 1e6,
      databaseCpuUsEach: ((after.cpuSeconds - before.cpuSeconds) / count) * 1e6,
    };
  },
});

/** Lets all go on once the last of them has come, and `whenAll` is done. */
const gathering = <T>(count: number, whenAll: () => Promise<T>) => {
  const { promise: met, resolve, reject } = Promise.withResolvers<T>();
  let missing = count;
  return {
    met,
    arrive: (): Promise<T> => {
      missing--;
      if (missing === 0) whenAll().then(resolve, reject);
      return met;
    },
  };
};
