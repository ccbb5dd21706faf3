import type { Queue } from '../core/queue.ts';
import type { AsyncResult } from '../core/result.ts';
import { sleep } from '../core/timer.ts';
import type { World } from '../core/world.ts';
import { createHeldLeases, type LeaseRef } from './leases.ts';
import { type LoopPorts, pauseAfter, startLoop } from './loop.ts';

/** What is done under leases, for one pipeline: each step at another machine, and the report of it. */
export type Executor<L> = {
  hasRoom(): boolean;
  add(leases: readonly L[]): void;
  /**
   * Begins nothing more and gives back what was not begun. Resolves once the rest is reported; where
   * `patience` is over before, the rest is left to be rescued.
   */
  stop(patience: Promise<void>): Promise<void>;
};

export type ExecutorPorts<L, Report> = LoopPorts & {
  readonly queue: Pick<Queue, 'heartbeat' | 'release'>;
  readonly world: World;
  /** Null: the lease ran out before the work began. */
  readonly perform: (lease: L) => Promise<Report | null>;
  /** What a log line says of whose work it was. */
  readonly about: (lease: L) => Readonly<Record<string, string>>;
  /** The report of a try that came to nothing. */
  readonly failedAttempt: (lease: L, error: string, world: World) => Report;
  readonly report: (report: Report) => AsyncResult<boolean>;
};

export type ExecutorSettings = {
  readonly leaseMs: number;
  /** Begun at once, at most. */
  readonly parallelMax: number;
  /** While one batch is worked off, the next is at hand. */
  readonly batchMax: number;
};

/** `wake` is called when another round is worth while: there is room again, or a task came to its next step. */
export const createExecutor = <L extends LeaseRef, Report extends Pick<LeaseRef, 'taskId'>>(
  pipeline: { readonly name: string; readonly steps: readonly { readonly name: string }[] },
  ports: ExecutorPorts<L, Report>,
  { leaseMs, parallelMax, batchMax }: ExecutorSettings,
  wake: () => void,
): Executor<L> => {
  const { queue, world, log, outage } = ports;
  const held = createHeldLeases<L>(queue, world.clock, { leaseMs, roomUpTo: batchMax }, wake);
  const heartbeat = startLoop(`the heartbeat of ${pipeline.name}`, held.heartbeat, ports);
  const report = persistentReport(`the reports of ${pipeline.name}`, ports);
  const waiting: L[] = [];
  let busy = 0;
  let stopping = false;

  const begin = (): void => {
    while (!stopping && busy < parallelMax) {
      const next = waiting.shift();
      if (next === undefined) return;
      const lease = held.current(next);
      if (lease !== undefined) void deliver(lease);
    }
  };

  const deliver = async (lease: L): Promise<void> => {
    busy++;
    const done = await performed(lease, ports);
    busy--;
    begin();
    const accepted = done !== null && (await report(done, () => held.current(lease) !== undefined));
    held.drop(lease);
    if (accepted && lease.step !== pipeline.steps.at(-1)?.name) wake();
  };

  const giveBack = async (): Promise<void> => {
    const unbegun = waiting.splice(0).flatMap((lease) => held.current(lease) ?? []);
    for (const lease of unbegun) held.drop(lease);
    if (unbegun.length === 0) return;
    try {
      const given = await queue.release(unbegun, world.clock.nowMs());
      if (given.isErr()) outage.failed('giving back', given.error.reason);
    } catch (cause) {
      log.error('giving back failed', { cause });
    }
  };

  return {
    hasRoom: held.hasRoom,
    add: (leases) => {
      held.add(leases);
      waiting.push(...leases);
      begin();
    },
    stop: async (patience) => {
      stopping = true;
      await Promise.race([giveBack().then(held.whenEmpty), patience]);
      if (held.size() > 0) log.warn('leases are left to be rescued', { tasks: held.size() });
      held.clear();
      await Promise.race([heartbeat.stop(), patience]);
    },
  };
};

/** A step that throws has a bug, which is told; for the task it is a failed try like others. */
const performed = async <L extends LeaseRef, Report>(
  lease: L,
  { perform, failedAttempt, about, world, log }: ExecutorPorts<L, Report>,
): Promise<Report | null> => {
  try {
    return await perform(lease);
  } catch (cause) {
    log.error(`the step ${lease.step} threw`, { taskId: lease.taskId, ...about(lease), cause });
    return failedAttempt(lease, cause instanceof Error ? cause.message : String(cause), world);
  }
};

/**
 * Reports, and goes on trying while the lease is ours: what was done must be written down, or it is done again.
 * Answers whether it was accepted.
 */
const persistentReport =
  <L, Report extends Pick<LeaseRef, 'taskId'>>(
    name: string,
    { report, timer, random, log, outage }: ExecutorPorts<L, Report>,
  ) =>
  async (done: Report, isOurs: () => boolean): Promise<boolean> => {
    const { taskId } = done;
    for (let failures = 1; isOurs(); failures++) {
      try {
        const answer = await report(done);
        if (answer.isOk()) {
          outage.recovered(name);
          if (!answer.value) log.warn('a lease ran out before its report', { taskId });
          return answer.value;
        }
        outage.failed(name, answer.error.reason);
      } catch (cause) {
        log.error(`${name} failed`, { taskId, cause });
        return false;
      }
      const pauseMs = pauseAfter(failures, random);
      await sleep(timer, pauseMs);
    }
    log.warn('a lease ran out before its report', { taskId });
    return false;
  };
