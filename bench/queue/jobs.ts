import process from 'node:process';
import { ok } from 'neverthrow';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { createSystemWorld } from '../../adapters/system/system.ts';
import { providerEventPipeline } from '../../core/pipelines/providerEvent.ts';
import type { JobLease, JobReport } from '../../core/queue.ts';
import type { Store } from '../../core/store.ts';
import type { World } from '../../core/world.ts';
import { createClaimRound } from '../../worker/claimRound.ts';
import { createExecutor } from '../../worker/executor.ts';
import { type LoopPorts, startLoop } from '../../worker/loop.ts';
import { createOutageLog } from '../../worker/outage.ts';
import { createReporter } from '../../worker/reports.ts';
import { unwrapOrThrow } from '../shop.ts';

/**
 * `bun jobs.ts <url> <jobs> <claimers> <enqueue batch>`: receives events of a provider, each of which is a job. Then it
 * drains them as a worker does, with its loops, leases and reports, with a step that does nothing.
 */
const [url = '', count = '', claimers = '', batchSize = ''] = process.argv.slice(2);
const jobs = Number(count);
const batchMax = 500;

const enqueue = async ({ inbox }: Store, { ids, clock }: World): Promise<void> => {
  for (let at = 0; at < jobs; at += Number(batchSize)) {
    const nowMs = clock.nowMs();
    const items = Array.from({ length: Math.min(Number(batchSize), jobs - at) }, (_, index) => ({
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
    await unwrapOrThrow(inbox.receive(items, nowMs));
  }
};

/** Builds loops as `startWorker` does. There is no mail server or provider to protect, so parallelism is high. */
const drain = async ({ queue }: Store, world: World): Promise<void> => {
  const log = { debug: throwLogged, info: throwLogged, warn: throwLogged, error: throwLogged };
  const ports: LoopPorts = { ...world, log, outage: createOutageLog(log, world.clock) };
  const settings = { leaseMs: 30_000, parallelMax: 2 * batchMax, batchMax, pollMs: 500 };
  let done = 0;
  let resolveAll = () => {};
  const all = new Promise<void>((resolve) => {
    resolveAll = resolve;
  });
  const report = createReporter<JobReport>(queue.reportJobs, world.clock, world.timer);
  const wake = () => {
    for (const loop of loops) loop.wake();
  };
  const executor = createExecutor<JobLease, JobReport>(
    providerEventPipeline,
    {
      ...ports,
      queue,
      world,
      countedLog: log,
      perform: ({ taskId, lease }) => Promise.resolve({ taskId, lease, outcome: { kind: 'done' } }),
      logFacts: ({ jobId }) => ({ jobId }),
      logFailure: () => {},
      faults: { seen: async () => throwLogged('a server does not work'), reported: () => Promise.resolve() },
      failedAttempt: ({ taskId, lease }, error) => ({ taskId, lease, outcome: { kind: 'failed', error } }),
      report: async (each) => {
        const accepted = await report(each);
        if (accepted.isOk() && accepted.value) done++;
        if (done === jobs) resolveAll();
        return accepted;
      },
    },
    settings,
    wake,
  );
  const claim = async (nowMs: number) => {
    const query = { pipeline: providerEventPipeline, limit: batchMax, nowMs, leaseMs: settings.leaseMs };
    const leases = await unwrapOrThrow(queue.claimJobs(query));
    return ok({ processed: leases.length, leases });
  };
  const loops = Array.from({ length: Number(claimers) }, (_, index) =>
    startLoop(
      `claimer ${index + 1}`,
      createClaimRound(
        claim,
        { clock: world.clock, executor, stepLog: () => {}, priority: { work: (turn) => turn(batchMax) } },
        settings,
      ),
      ports,
    ),
  );
  await all;
  await Promise.all(loops.map((loop) => loop.stop()));
  await executor.stop(Promise.resolve());
};

const throwLogged = (message: string): void => {
  throw new Error(message);
};

const perSecond = async (work: () => Promise<void>): Promise<number> => {
  const startMs = performance.now();
  await work();
  return jobs / ((performance.now() - startMs) / 1_000);
};

const world = createSystemWorld();
const store = await openPostgresStore(world, { url });
const enqueueStart = process.cpuUsage();
const enqueuedPerSecond = await perSecond(() => enqueue(store, world));
const enqueueUsed = process.cpuUsage(enqueueStart);
const drainStart = process.cpuUsage();
const drainedPerSecond = await perSecond(() => drain(store, world));
const { user, system } = process.cpuUsage(drainStart);
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
