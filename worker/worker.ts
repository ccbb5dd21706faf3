import type { Log } from '../core/log.ts';
import type { Mailer } from '../core/mail.ts';
import { jobPipelines, pipelines } from '../core/pipelines/index.ts';
import type { JobPipeline, Pipeline } from '../core/pipelines/pipeline.ts';
import type { PaymentProvider } from '../core/provider.ts';
import type { JobLease, JobReport, Lease, StepReport } from '../core/queue.ts';
import { failedAttempt, retryAtMs } from '../core/retry.ts';
import type { Store } from '../core/store.ts';
import { startSleep } from '../core/timer.ts';
import { createActOnEvent } from '../core/usecases/providerEvents.ts';
import { createReconcileLedger } from '../core/usecases/reconcileLedger.ts';
import { createPaymentRecovery, type PaymentRecovery } from '../core/usecases/recoverPayments.ts';
import { createRefundUnfulfillable } from '../core/usecases/requestRefund.ts';
import { createRunJob } from '../core/usecases/runJob.ts';
import { createRunStep } from '../core/usecases/runStep.ts';
import type { World } from '../core/world.ts';
import { type ClaimTasks, createClaimRound } from './claimRound.ts';
import { createExecutor, type ExecutorPorts } from './executor.ts';
import type { LeaseRef } from './leases.ts';
import { type Loop, type LoopPorts, startLoop } from './loop.ts';
import { createMaintenanceLoops } from './maintenance.ts';
import { createOutageLog } from './outage.ts';
import { createReporter } from './reports.ts';

export type WorkerPorts = {
  readonly store: Pick<
    Store,
    'queue' | 'audits' | 'refunds' | 'inbox' | 'ledger' | 'wakeup' | 'ping' | 'prune'
  >;
  readonly provider: PaymentProvider;
  readonly mailer: Mailer;
  readonly world: World;
  readonly log: Log;
};

export type WorkerSettings = {
  /** Names of the pipelines that this worker works, of orders and of jobs. */
  readonly pipelines: readonly string[];
  /** Loops that take tasks, for each pipeline. */
  readonly claimers: number;
  /** Tasks taken at once. */
  readonly batchMax: number;
  /** Mails, and other calls to other machines, under way at once, for each pipeline. */
  readonly mailsMax: number;
  readonly leaseMs: number;
  readonly pollMs: number;
  readonly reconcileAfterMs: number;
  /** What becomes of orders that were paid and cannot be had: given back at once, or left to an operator. */
  readonly onUnfulfillable: 'refund' | 'hold';
  /** How long `stop` waits for what is under way. */
  readonly shutdownMs: number;
  /** The right half of each mail's `Message-ID`. */
  readonly mailDomain: string;
};

export type Worker = {
  /**
   * Takes no more tasks, lets what was begun end and be written down, and gives the rest back, no attempt
   * spent. What has not ended after `shutdownMs` is left to the rescue.
   */
  stop(): Promise<void>;
};

/** Drives the queue: loops for each pipeline, none of which waits for another, and the maintenance. */
export const startWorker = (ports: WorkerPorts, settings: WorkerSettings): Worker => {
  const { store, world, log } = ports;
  const shared: SharedPorts = {
    queue: store.queue,
    world,
    log,
    timer: world.timer,
    clock: world.clock,
    random: world.random,
    outage: createOutageLog(log, world.clock),
  };
  const reconciler = createPaymentRecovery({ ...store, provider: ports.provider, world });
  const isOurs = ({ name }: { readonly name: string }) => settings.pipelines.includes(name);
  const orders = orderPorts(ports, shared, settings);
  const jobs = jobPorts(ports, shared, reconciler, settings);
  const lines: readonly Line[] = [
    ...[...pipelines.values()]
      .filter(isOurs)
      .map((one) => startLine(one, takeOrders(one, ports, settings), orders, settings)),
    ...jobPipelines
      .filter(isOurs)
      .map((one) => startLine(one, takeJobs(one, ports, settings), jobs, { ...settings, claimers: 1 })),
  ];
  const unlisten = store.wakeup.listen(() => {
    for (const line of lines) line.wake();
  });

  const upkeep = createMaintenanceLoops(
    {
      store,
      reconcile: reconciler.recoverDue,
      refund: settings.onUnfulfillable === 'refund' ? createRefundUnfulfillable({ ...store, world }) : null,
      clock: world.clock,
      log,
    },
    settings,
  );
  const keepers = Object.entries(upkeep).map(([name, poll]) => startLoop(name, poll, shared));

  return {
    stop: async () => {
      unlisten();
      const patience = startSleep(world.timer, settings.shutdownMs);
      const kept = Promise.all(keepers.map((keeper) => keeper.stop()));
      await Promise.all([
        Promise.race([kept, patience.over]),
        ...lines.map((line) => line.stop(patience.over)),
      ]);
      patience.end();
    },
  };
};

type SharedPorts = LoopPorts & Pick<ExecutorPorts<Lease, StepReport>, 'queue' | 'world'>;

const orderPorts = (
  { store, mailer, world }: WorkerPorts,
  shared: SharedPorts,
  settings: WorkerSettings,
): ExecutorPorts<Lease, StepReport> => ({
  ...shared,
  perform: createRunStep({ mailer, world }, settings),
  about: ({ order }) => ({ orderId: order.id }),
  failedAttempt,
  report: createReporter<StepReport>(store.queue.report, world.clock, shared.timer),
});

const jobPorts = (
  { store, provider, mailer, world }: WorkerPorts,
  shared: SharedPorts,
  reconciler: PaymentRecovery,
  settings: WorkerSettings,
): ExecutorPorts<JobLease, JobReport> => {
  const { refunds, inbox, ledger } = store;
  const actOnEvent = createActOnEvent({ ...store, reconciler, world });
  const reconcileLedger = createReconcileLedger({ ledger, provider, world });
  const ports = { refunds, inbox, ledger, provider, mailer, actOnEvent, reconcileLedger, world };
  return {
    ...shared,
    perform: createRunJob(ports, settings),
    about: ({ jobId }) => ({ jobId }),
    failedAttempt,
    report: createReporter<JobReport>(store.queue.reportJobs, world.clock, shared.timer),
  };
};

const takeOrders =
  (
    pipeline: Pipeline,
    { store, world }: WorkerPorts,
    { batchMax, leaseMs }: WorkerSettings,
  ): ClaimTasks<Lease> =>
  (nowMs) =>
    store.queue.claim({
      pipeline,
      limit: batchMax,
      nowMs,
      leaseMs,
      retryAtMs: (attempts) => retryAtMs(attempts, nowMs, world.random),
    });

const takeJobs =
  (
    pipeline: JobPipeline,
    { store }: WorkerPorts,
    { batchMax, leaseMs }: WorkerSettings,
  ): ClaimTasks<JobLease> =>
  async (nowMs) => {
    const leases = await store.queue.claimJobs({ pipeline, limit: batchMax, nowMs, leaseMs });
    return leases.map((each) => ({ touched: each.length, leases: each }));
  };

type Line = { wake(): void; stop(patience: Promise<void>): Promise<void> };

/** One pipeline's claimers, and what they lease. */
const startLine = <L extends LeaseRef, Report extends Pick<LeaseRef, 'taskId'>>(
  pipeline: Pipeline | JobPipeline,
  take: ClaimTasks<L>,
  ports: ExecutorPorts<L, Report>,
  settings: WorkerSettings,
): Line => {
  const wake = () => {
    for (const loop of loops) loop.wake();
  };
  const { leaseMs, mailsMax: parallelMax, batchMax } = settings;
  const under = createExecutor(pipeline, ports, { leaseMs, parallelMax, batchMax }, wake);
  const loops: readonly Loop[] = Array.from({ length: settings.claimers }, (_, index) =>
    startLoop(
      `the claimer ${index + 1} of ${pipeline.name}`,
      createClaimRound(take, { clock: ports.clock, deliveries: under }, settings),
      ports,
    ),
  );
  return {
    wake,
    stop: async (patience: Promise<void>): Promise<void> => {
      await Promise.race([Promise.all(loops.map((loop) => loop.stop())), patience]);
      await under.stop(patience);
    },
  };
};
