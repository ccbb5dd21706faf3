import { startApp } from '../app.ts';
import { checkShop, checkStatuses, createCheckoutPlan, type ShopFixture } from '../checkout/fixture.ts';
import { readCounters } from '../counters.ts';
import { runOpenLoad } from '../load/run.ts';
import type { Postgres } from '../postgres.ts';
import { cpuSeconds, residentBytes } from '../processes.ts';
import type { Bench, Contender } from '../row.ts';
import { delayedMethod } from './method.ts';

export type Arrivals = {
  readonly perSecond: number;
  readonly warmUp: number;
  readonly count: number;
  /** The time that the provider takes, evenly between these. */
  readonly minMs: number;
  readonly maxMs: number;
  readonly isInstant?: boolean;
};

const entry = 'bench/variants/realMoney.ts';
const env = { ROLE: 'checkout', PAYMENT_TIMEOUT_MS: 60_000, RECONCILE_AFTER_MS: 600_000 };

/** Checkouts that arrive at their own times at one API process, whose provider takes its time. */
export const createArrivalsContender = (
  bench: Bench,
  postgres: Postgres,
  fixture: ShopFixture,
  name: string,
  { perSecond, warmUp, count, minMs, maxMs, isInstant = false }: Arrivals,
): Contender => ({
  name,
  configuration: { entry, ...env, perSecond, warmUp, count, minMs, maxMs, isInstant },
  round: async () => {
    const orders = fixture.orders.slice(0, warmUp + count);
    const url = await postgres.create('bench_real_money', fixture.template);
    const app = await startApp(url, isInstant ? { ...env, INSTANT: 1 } : env, entry);
    const connections = Math.min(orders.length, Math.ceil((perSecond * maxMs * 1.3) / 1_000) + 1_000);
    const plan = await createCheckoutPlan(orders, { connections, warmUp, port: app.port });
    const delays = orders.map((_, index) => delayAt(index, minMs, maxMs));
    const requests = plan.requests.map((request, index) => {
      const delayMs = delays[index] ?? 0;
      const payment = { method: delayedMethod.write(delayMs) };
      return { ...request, delayMs, body: JSON.stringify({ orderIds: [orders[index]?.id], payment }) };
    });
    let before = await readCounters(postgres);
    let [cpuBefore, memoryBefore, memoryMax] = [0, 0, 0];
    const measureMemory = () => {
      memoryMax = Math.max(memoryMax, residentBytes(app.pid));
    };
    const poll = setInterval(measureMemory, 50);
    const load = await runOpenLoad(
      bench.createFolder(),
      { ...plan, requests, perSecond, delayMaxMs: maxMs, isInstant },
      async () => {
        await postgres.run('checkpoint');
        before = await readCounters(postgres);
        cpuBefore = cpuSeconds(app.pid);
        memoryBefore = residentBytes(app.pid);
        memoryMax = memoryBefore;
      },
    );
    clearInterval(poll);
    const cpuUsed = cpuSeconds(app.pid) - cpuBefore;
    const after = await readCounters(postgres);
    await app.stop();
    checkStatuses(load.statuses, orders.length);
    await checkShop(url, fixture, orders.length);
    await postgres.drop('bench_real_money');
    return {
      perSecond: load.perSecond,
      openMax: load.openMax,
      memoryKbEach: (memoryMax - memoryBefore) / 1_000 / load.openMax,
      ownP50Ms: load.ownP50Ms,
      ownP99Ms: load.ownP99Ms,
      p99Ms: load.p99Ms,
      serverCpuUsEach: (cpuUsed / count) * 1e6,
      databaseCpuUsEach: ((after.cpuSeconds - before.cpuSeconds) / count) * 1e6,
      loadCpuUsEach: (load.cpuSeconds / count) * 1e6,
    };
  },
});

/** Evenly distributed, and the same in each round: multiples of the golden ratio. */
const delayAt = (index: number, minMs: number, maxMs: number): number =>
  Math.round(minMs + ((index * 0.618_033_988_75) % 1) * (maxMs - minMs));
