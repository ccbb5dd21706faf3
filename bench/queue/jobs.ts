import process from 'node:process';
import { ok } from 'neverthrow';
import { postgresStore } from '../../adapters/postgres/store.ts';
import { systemWorld } from '../../adapters/system/system.ts';
import { providerEvent } from '../../core/pipelines/providerEvent.ts';
import type { JobLease, JobReport } from '../../core/queue.ts';
import type { Store } from '../../core/store.ts';
import type { World } from '../../core/world.ts';
import { createClaimRound } from '../../worker/claimRound.ts';
import { createExecutor } from '../../worker/executor.ts';
import { type LoopPorts, startLoop } from '../../worker/loop.ts';
import { createOutageLog } from '../../worker/outage.ts';
import { createReporter } from '../../worker/reports.ts';
import { orThrow } from '../shop.ts';

/**
 * `bun jobs.ts <url> <jobs> <claimers> <enqueue batch>`: takes in events of a provider, each of which is a job, and
 * then drains them as a worker does, with its loops, leases and reports, in a step that does nothing.
 */
const [url = '', count = '', claimers = '', together = ''] = process.argv.slice(2);
const jobs = Number(count);
const batchMax = 500;

const enqueue = async ({ inbox }: Store, { ids, clock }: World): Promise<void> => {
  for (let at = 0; at < jobs; at += Number(together)) {
    const nowMs = clock.nowMs();
    const items = Array.from({ length: Math.min(Number(together), jobs - at) }, (_, index) => ({
      id: ids.next(nowMs),
      taskId: ids.next(nowMs),
      provider: 'bench',
      event: {
        id: `evt_${at + index}`,
        type: 'nothing',
        subject: { kind: 'payment', paymentId: null, reference: 'none', succeeded: true },
      } as const,
      body: `{"id":${at + index}}`,
    }));
    await orThrow(inbox.receive(items, nowMs));
  }
};

/** As `startWorker` puts a line together; no mail server or provider stands between, so all may be begun at once. */
const drain = async ({ queue }: Store, world: World): Promise<void> => {
  const log = { debug: say, info: say, warn: say, error: say };
  const ports: LoopPorts = { ...world, log, outage: createOutageLog(log, world.clock) };
  const settings = { leaseMs: 30_000, parallelMax: 2 * batchMax, batchMax, pollMs: 500 };
  let done = 0;
  let finished = () => {};
  const all = new Promise<void>((resolve) => {
    finished = resolve;
  });
  const report = createReporter<JobReport>(queue.reportJobs, world.clock, world.timer);
  const wake = () => {
    for (const loop of loops) loop.wake();
  };
  const under = createExecutor<JobLease, JobReport>(
    providerEvent,
    {
      ...ports,
      queue,
      world,
      perform: ({ taskId, lease }) => Promise.resolve({ taskId, lease, outcome: { kind: 'done' } }),
      about: ({ jobId }) => ({ jobId }),
      failedAttempt: ({ taskId, lease }, error) => ({ taskId, lease, outcome: { kind: 'failed', error } }),
      report: async (each) => {
        const accepted = await report(each);
        if (accepted.isOk() && accepted.value) done++;
        if (done === jobs) finished();
        return accepted;
      },
    },
    settings,
    wake,
  );
  const take = async (nowMs: number) => {
    const query = { pipeline: providerEvent, limit: batchMax, nowMs, leaseMs: settings.leaseMs };
    const leases = await orThrow(queue.claimJobs(query));
    return ok({ touched: leases.length, leases });
  };
  const loops = Array.from({ length: Number(claimers) }, (_, index) =>
    startLoop(
      `claimer ${index + 1}`,
      createClaimRound(take, { clock: world.clock, deliveries: under }, settings),
      ports,
    ),
  );
  await all;
  await Promise.all(loops.map((loop) => loop.stop()));
  await under.stop(Promise.resolve());
};

const say = (message: string): void => {
  throw new Error(message);
};

const perSecond = async (work: () => Promise<void>): Promise<number> => {
  const beganMs = performance.now();
  await work();
  return jobs / ((performance.now() - beganMs) / 1_000);
};

const world = systemWorld();
const store = await postgresStore(world, { url });
const usedBefore = process.cpuUsage();
const enqueuedPerSecond = await perSecond(() => enqueue(store, world));
const enqueueUsed = process.cpuUsage(usedBefore);
const used = process.cpuUsage();
const drainedPerSecond = await perSecond(() => drain(store, world));
const { user, system } = process.cpuUsage(used);
await store.close();
console.log(
  JSON.stringify({
    drainedPerSecond,
    enqueuedPerSecond,
    enqueueCpuUsEach: (enqueueUsed.user + enqueueUsed.system) / jobs,
    workerCpuUsEach: (user + system) / jobs,
  }),
);
process.exit();
