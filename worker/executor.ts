import type { CountedLog } from '../core/countedLog.ts';
import { messageOf } from '../core/errorMessage.ts';
import { isLeaseHeld, type Pause } from '../core/pause.ts';
import type { Queue } from '../core/queue.ts';
import type { AsyncResult } from '../core/result.ts';
import { sleep } from '../core/timer.ts';
import type { World } from '../core/world.ts';
import { createHeldLeases, type LeaseRef } from './heldLeases.ts';
import { type LoopPorts, pauseAfter, startLoop } from './loop.ts';
import { createRoom } from './room.ts';
import type { Outcome, ServerFaults } from './serverFaults.ts';

/** Runs the leased steps of one pipeline, each a call to another service, and reports what came of them. */
export type Executor<L> = {
  hasRoom(): boolean;
  /** The most tasks of the next claim. */
  tasksMax(): number;
  add(leases: readonly L[]): void;
  /** Releases the leases that one of the pauses holds and whose steps have not started. */
  releaseHeld(pauses: readonly Pause[]): Promise<void>;
  /**
   * Starts no further step and releases the leases of steps that have not started. Resolves once all others are
   * reported. If `deadline` resolves first, the remaining leases are left for the rescue.
   */
  stop(deadline: Promise<void>): Promise<void>;
};

export type ExecutorPorts<L, Report> = LoopPorts & {
  readonly queue: Pick<Queue, 'heartbeat' | 'release'>;
  readonly world: World;
  /** For what happens to each task of an outage, or of a bug. */
  readonly countedLog: CountedLog;
  /** Null: the lease expired before the step started. */
  readonly perform: (lease: L) => Promise<Report | null>;
  /** The facts of a log line about this lease. */
  readonly logFacts: (lease: L) => Readonly<Record<string, string>>;
  /** Called with each step that could not be done, once that is reported. */
  readonly logFailure: (lease: L, outcome: Outcome) => void;
  /** The report of an attempt that failed. */
  readonly failedAttempt: (lease: L, error: string, world: World) => Report;
  readonly report: (report: Report) => AsyncResult<boolean>;
  readonly faults: ServerFaults;
};

/** What the reports of orders and of jobs have in common. */
export type AnyReport = Pick<LeaseRef, 'taskId' | 'traceparent'> & { readonly outcome: Outcome };

export type ExecutorSettings = {
  readonly leaseMs: number;
  /** The most steps that run at the same time. */
  readonly parallelMax: number;
  /** The most tasks of a claim. Fewer if their steps take long (`createRoom`). */
  readonly batchMax: number;
};

/** `wake` is called when another claim is worthwhile: there is room again, or a task has reached its next step. */
export const createExecutor = <L extends LeaseRef, Report extends AnyReport>(
  pipeline: { readonly name: string; readonly steps: readonly { readonly name: string }[] },
  ports: ExecutorPorts<L, Report>,
  { leaseMs, parallelMax, batchMax }: ExecutorSettings,
  wake: () => void,
): Executor<L> => {
  const { queue, world, log, countedLog, logFailure, faults } = ports;
  const room = createRoom(world.timer, { parallelMax, batchMax });
  const held = createHeldLeases<L>(queue, world.clock, { leaseMs, roomUpTo: room.tasksMax }, wake);
  const heartbeat = startLoop(`the heartbeat of ${pipeline.name}`, held.heartbeat, ports);
  const report = createReportWithRetries(`reporting steps of ${pipeline.name}`, ports);
  const waiting: L[] = [];
  let running = 0;
  /** `tasksMax` at the last claim. */
  let claimedUnder = 0;
  let stopping = false;

  const startWaiting = (): void => {
    while (!stopping && running < parallelMax) {
      const next = waiting.shift();
      if (next === undefined) return;
      const lease = held.current(next);
      if (lease !== undefined) void execute(lease);
    }
  };

  const execute = async (lease: L): Promise<void> => {
    running++;
    const ended = room.begin();
    const { result, threw } = await performOrFail(lease, ports);
    ended();
    const outcome = result?.outcome;
    if (outcome?.kind === 'unavailable') {
      await tryOrLog(log, 'pausing a step', () => faults.seen(lease, outcome));
      await releaseWaiting(({ step }) => step === lease.step);
    }
    running--;
    startWaiting();
    const surplus = surplusLeases();
    if (surplus !== null) await releaseWaiting((each) => surplus.has(each));
    const accepted = result !== null && (await report(causedBy(lease, result), () => held.current(lease)));
    held.drop(lease);
    // A step that threw has been logged.
    if (accepted && (!threw || result.outcome.kind === 'failed')) logFailure(lease, result.outcome);
    // A step that threw may not have called its server, so it ends no pause. Another probe is sent.
    if (accepted && !threw && lease.probe !== null)
      await tryOrLog(log, 'pausing a step', () => faults.reported(lease, result.outcome));
    if (accepted && lease.step !== pipeline.steps.at(-1)?.name) wake();
  };

  /** Steps that suddenly take much longer: a new order would wait for all that was claimed before. */
  const surplusLeases = (): ReadonlySet<L> | null => {
    const tasksMax = room.tasksMax();
    if (tasksMax * 4 > claimedUnder) return null;
    claimedUnder = tasksMax;
    return new Set(waiting.slice(tasksMax));
  };

  const releaseWaiting = async (isReleased: (lease: L) => boolean = () => true): Promise<void> => {
    const released = waiting.filter(isReleased);
    waiting.splice(0, waiting.length, ...waiting.filter((lease) => !isReleased(lease)));
    const notStarted = released.flatMap((lease) => held.current(lease) ?? []);
    for (const lease of notStarted) held.drop(lease);
    if (notStarted.length === 0) return;
    await tryOrLog(log, 'releasing leases', async () => {
      const result = await queue.release(notStarted, world.clock.nowMs());
      // It is not tried again, so nothing would say that this outage is over. The loops say both.
      if (result.isErr())
        countedLog.warn('leases could not be released, so their tasks wait until these end', {
          reason: result.error.reason,
        });
    });
  };

  return {
    hasRoom: held.hasRoom,
    tasksMax: room.tasksMax,
    add: (leases) => {
      claimedUnder = room.tasksMax();
      held.add(leases);
      waiting.push(...leases);
      startWaiting();
    },
    releaseHeld: (pauses) => releaseWaiting((lease) => isLeaseHeld(pauses, lease)),
    stop: async (deadline) => {
      stopping = true;
      await Promise.race([releaseWaiting().then(held.whenEmpty), deadline]);
      if (held.size() > 0)
        log.warn('stopped before all steps were reported; other workers will rescue their tasks', {
          tasks: held.size(),
        });
      held.clear();
      await Promise.race([heartbeat.stop(), deadline]);
    },
  };
};

/** Nothing awaits the end of a step, so a failure that is no outage would end the process. */
const tryOrLog = async (
  log: ExecutorPorts<never, never>['log'],
  name: string,
  work: () => Promise<void>,
): Promise<void> => {
  try {
    await work();
  } catch (cause) {
    log.error(`${name} failed`, { cause });
  }
};

/** Reports are written in batches, and the span of a batch links to what caused the tasks in it. */
const causedBy = <Report extends AnyReport>({ traceparent }: LeaseRef, report: Report): Report =>
  traceparent === undefined || traceparent === null ? report : { ...report, traceparent };

/** A step that throws has a bug. It is logged, and the task gets a failed attempt like any other. */
const performOrFail = async <L extends LeaseRef, Report>(
  lease: L,
  { perform, failedAttempt, logFacts, world, countedLog }: ExecutorPorts<L, Report>,
): Promise<{ readonly result: Report | null; readonly threw: boolean }> => {
  try {
    return { result: await perform(lease), threw: false };
  } catch (cause) {
    countedLog.error(`the step ${lease.step} threw`, { taskId: lease.taskId, ...logFacts(lease), cause });
    const error = messageOf(cause);
    return { result: failedAttempt(lease, error, world), threw: true };
  }
};

const taskTaken =
  'a refund or an operator took a task whose step was running, so what came of it is not recorded';

const leaseExpired =
  'a lease expired before its step was reported, so the step will run again; if this happens often, raise QUEUE_LEASE_MS';

/**
 * Reports a step, and retries while the lease is still held: a step whose report is lost would run again. Returns
 * whether the report was accepted.
 */
const createReportWithRetries =
  <L extends LeaseRef, Report extends AnyReport>(
    name: string,
    { report, world, timer, random, log, countedLog, outage }: ExecutorPorts<L, Report>,
  ) =>
  async (stepReport: Report, currentLease: () => L | undefined): Promise<boolean> => {
    const { taskId } = stepReport;
    let failures = 0;
    for (let lease = currentLease(); lease !== undefined; lease = currentLease()) {
      try {
        const accepted = await report(stepReport);
        if (accepted.isOk()) {
          outage.recovered(name);
          const isHeld = world.clock.nowMs() < lease.untilMs;
          if (!accepted.value && !isHeld) countedLog.warn(leaseExpired, { taskId });
          // After a failure, the first report may have been written and only its answer lost.
          else if (!accepted.value && failures === 0) log.info(taskTaken, { taskId });
          return accepted.value;
        }
        outage.failed(name, accepted.error);
      } catch (cause) {
        countedLog.error(`${name} failed`, { taskId, cause });
        return false;
      }
      const pauseMs = pauseAfter(++failures, random);
      await sleep(timer, pauseMs);
    }
    countedLog.warn(leaseExpired, { taskId });
    // It is not tried again, so it must not keep the outage from its end. The loops know whether it is over.
    if (failures > 0) outage.recovered(name);
    return false;
  };
