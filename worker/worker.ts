import { ok } from 'neverthrow';
import { createCountedLog } from '../core/countedLog.ts';
import type { EventTarget } from '../core/eventTarget.ts';
import type { InvoiceRenderer } from '../core/invoiceDocument.ts';
import type { Log } from '../core/log.ts';
import type { Mailer } from '../core/mail.ts';
import { jobPipelines, pipelines } from '../core/pipelines/index.ts';
import type { JobPipeline, Pipeline } from '../core/pipelines/pipeline.ts';
import { withServices } from '../core/pipelines/withServices.ts';
import type { PaymentProvider } from '../core/provider.ts';
import type { JobLease, JobReport, Lease, StepReport } from '../core/queue.ts';
import type { RequestPriority } from '../core/requestPriority.ts';
import type { Retention } from '../core/retention.ts';
import { failedAttempt, retryAtMs } from '../core/retry.ts';
import type { StepServices } from '../core/stepService.ts';
import type { Store } from '../core/store.ts';
import { startSleep } from '../core/timer.ts';
import type { TraceRecovery, TraceStep } from '../core/trace.ts';
import { createFollowCharge } from '../core/usecases/followCharge.ts';
import { createFollowOpenDisputes } from '../core/usecases/followOpenDisputes.ts';
import { createActOnEvent } from '../core/usecases/providerEvents.ts';
import { createReconcileLedger } from '../core/usecases/reconcileLedger.ts';
import { createPaymentRecovery, type PaymentRecovery } from '../core/usecases/recoverPayments.ts';
import { createRunJob } from '../core/usecases/runJob.ts';
import { createRunStep } from '../core/usecases/runStep.ts';
import type { World } from '../core/world.ts';
import type { ClaimTasks } from './claimRound.ts';
import type { ExecutorPorts } from './executor.ts';
import { type LoopPorts, startLoop } from './loop.ts';
import { createMaintenancePolls, whileMayClaim } from './maintenance.ts';
import { createOutageLog } from './outage.ts';
import { createPausesPoll } from './pauses.ts';
import { type RunningPipeline, startPipeline } from './pipeline.ts';
import { startRelay } from './relay.ts';
import { createReporter } from './reports.ts';
import { createServerFaults } from './serverFaults.ts';
import { createStepLog, logStepOfJob, logStepOfOrders, type StepLog } from './stepLog.ts';

export type WorkerPorts = {
  readonly store: Pick<
    Store,
    | 'orders'
    | 'queue'
    | 'pauses'
    | 'audits'
    | 'refunds'
    | 'disputes'
    | 'inbox'
    | 'ledger'
    | 'deliveries'
    | 'events'
    | 'wakeup'
    | 'ping'
    | 'prune'
    | 'refoldNames'
    | 'dropOld'
  >;
  readonly provider: PaymentProvider;
  readonly mailer: Mailer;
  readonly invoiceRenderer: InvoiceRenderer;
  readonly stepServices: StepServices;
  /** Where events are sent. Events of other kinds of subscriptions stay where they are. */
  readonly eventTargets: readonly EventTarget[];
  readonly world: World;
  readonly log: Log;
  /** Lets the requests of this process go first. */
  readonly priority: Pick<RequestPriority, 'work' | 'end'>;
  /** False while the clock of this machine is too wrong to claim anything: leases are times. */
  readonly mayClaim: () => boolean;
  readonly traceStep?: TraceStep;
  readonly traceRecovery?: TraceRecovery;
};

export type WorkerSettings = {
  /** Names of the pipelines that this worker runs, of orders and of jobs. */
  readonly pipelines: readonly string[];
  /** Claim loops for each pipeline of orders. A pipeline of jobs has one. */
  readonly claimers: number;
  /** The most tasks in one claim. */
  readonly batchMax: number;
  /** The most mails, or other calls to other services, at the same time for each pipeline. */
  readonly mailsMax: number;
  readonly leaseMs: number;
  readonly pollMs: number;
  readonly reconcileAfterMs: number;
  /** Without it, nothing is deleted. */
  readonly retention?: Retention;
  /** How long `stop` waits for running steps. */
  readonly shutdownMs: number;
  /** The part after the @ in each mail's `Message-ID`. */
  readonly mailDomain: string;
};

export type Worker = {
  /**
   * Claims no more tasks, waits until the running steps are reported, and releases the other leases without
   * counting an attempt. Steps still running after `shutdownMs` are left for the rescue.
   */
  stop(): Promise<void>;
};

/** Runs the queue: independent loops for each pipeline, and the maintenance loops. */
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
    countedLog: createCountedLog(log, world.timer),
    stepLog: createStepLog(log, world.timer),
    faults: createServerFaults({ pauses: store.pauses, world, log }, () => pausesLoop.wake()),
  };
  const recovery = createPaymentRecovery({ ...store, ...ports, world });
  const isEnabled = ({ name }: { readonly name: string }) => settings.pipelines.includes(name);
  const orderPorts = createOrderPorts(ports, shared, settings);
  const jobPorts = createJobPorts(ports, shared, recovery, settings);
  const orderPipelines = [...pipelines.values()]
    .filter(isEnabled)
    .map((pipeline) => withServices(pipeline, ports.stepServices.available));
  const pausesPoll = createPausesPoll(
    {
      ...shared,
      store,
      releaseHeld: (pauses) => Promise.all(runningPipelines.map((each) => each.releaseHeld(pauses))),
    },
    orderPipelines,
  );
  const pausesLoop = startLoop('pauses', whileMayClaim(ports, pausesPoll), shared);
  const runningPipelines: readonly RunningPipeline[] = [
    ...orderPipelines.map((pipeline) =>
      startPipeline(
        pipeline,
        ifMayClaim(ports, createClaimTasks(pipeline, ports, settings)),
        orderPorts,
        ports.priority,
        settings,
      ),
    ),
    ...jobPipelines.filter(isEnabled).map((pipeline) =>
      startPipeline(
        pipeline,
        ifMayClaim(ports, createClaimJobs(pipeline, ports, settings)),
        jobPorts,
        ports.priority,
        {
          ...settings,
          claimers: 1,
        },
      ),
    ),
  ];
  const relay = startRelay(ports, shared, settings);
  const unlisten = store.wakeup.listen((hint) => {
    relay.wake();
    for (const pipeline of runningPipelines)
      if (hint === null || hint.includes(pipeline.name)) pipeline.wake();
  });

  const polls = createMaintenancePolls(
    {
      store,
      recoverPayments: recovery.recoverDue,
      mayClaim: ports.mayClaim,
      clock: world.clock,
      log,
      stepLog: shared.stepLog,
    },
    settings,
  );
  const maintenanceLoops = [
    pausesLoop,
    ...Object.entries(polls).map(([name, poll]) => startLoop(name, poll, shared)),
  ];

  return {
    stop: async () => {
      unlisten();
      ports.priority.end();
      const deadline = startSleep(world.timer, settings.shutdownMs);
      const maintenanceStopped = Promise.all(maintenanceLoops.map((loop) => loop.stop()));
      await Promise.all([
        Promise.race([maintenanceStopped, deadline.finished]),
        relay.stop(deadline.finished),
        ...runningPipelines.map((pipeline) => pipeline.stop(deadline.finished)),
      ]);
      deadline.end();
    },
  };
};

type SharedPorts = LoopPorts & { readonly stepLog: StepLog } & Pick<
    ExecutorPorts<Lease, StepReport>,
    'countedLog' | 'queue' | 'world' | 'faults'
  >;

const createOrderPorts = (
  { store, mailer, invoiceRenderer, stepServices, world, traceStep = untraced }: WorkerPorts,
  shared: SharedPorts,
  settings: WorkerSettings,
): ExecutorPorts<Lease, StepReport> & SharedPorts => {
  const runStep = createRunStep({ mailer, invoiceRenderer, stepServices, world }, settings);
  return {
    ...shared,
    perform: (lease) => traceStep(lease, () => runStep(lease)),
    logFacts: ({ checkoutId, orders }) => ({
      checkoutId,
      orderIds: orders.map(({ order }) => order.id).join(' '),
    }),
    logFailure: (lease, outcome) => logStepOfOrders(shared.stepLog, lease, outcome),
    failedAttempt,
    report: createReporter<StepReport>(store.queue.report, world.clock, shared.timer),
  };
};

const untraced: TraceStep = (_, work) => work();

const createJobPorts = (
  { store, provider, mailer, world, traceStep = untraced }: WorkerPorts,
  shared: SharedPorts,
  recovery: PaymentRecovery,
  settings: WorkerSettings,
): ExecutorPorts<JobLease, JobReport> & SharedPorts => {
  const { refunds, inbox, ledger } = store;
  const followCharge = createFollowCharge({ ...store, provider, world });
  const actOnEvent = createActOnEvent({ ...store, recovery, followCharge, world });
  const reconcileLedger = createReconcileLedger({ ...store, provider, world });
  const ports = {
    refunds,
    inbox,
    ledger,
    provider,
    mailer,
    actOnEvent,
    followCharge,
    followOpenDisputes: createFollowOpenDisputes({ ...store, followCharge, world }),
    reconcileLedger,
    world,
  };
  const runJob = createRunJob(ports, settings);
  return {
    ...shared,
    perform: (lease) => traceStep(lease, () => runJob(lease)),
    logFacts: ({ jobId }) => ({ jobId }),
    logFailure: (lease, outcome) => logStepOfJob(shared.stepLog, lease, outcome),
    failedAttempt,
    report: createReporter<JobReport>(store.queue.reportJobs, world.clock, shared.timer),
  };
};

const createClaimTasks =
  (pipeline: Pipeline, { store, world }: WorkerPorts, { leaseMs }: WorkerSettings): ClaimTasks<Lease> =>
  (nowMs, limit) =>
    store.queue.claim({
      pipeline,
      limit,
      nowMs,
      leaseMs,
      retryAtMs: (attempts) => retryAtMs(attempts, nowMs, world.random),
    });

const createClaimJobs =
  (pipeline: JobPipeline, { store }: WorkerPorts, { leaseMs }: WorkerSettings): ClaimTasks<JobLease> =>
  async (nowMs, limit) => {
    const claimed = await store.queue.claimJobs({ pipeline, limit, nowMs, leaseMs });
    return claimed.map((leases) => ({ processed: leases.length, leases }));
  };

const ifMayClaim =
  <L>({ mayClaim }: WorkerPorts, claim: ClaimTasks<L>): ClaimTasks<L> =>
  async (nowMs, limit) =>
    mayClaim() ? claim(nowMs, limit) : ok({ processed: 0, leases: [] });
