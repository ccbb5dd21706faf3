import { createCountedLog } from '../core/countedLog.ts';
import type { Log } from '../core/log.ts';
import { type EndedPause, type Pauses, probeDelayMs } from '../core/pause.ts';
import type { JobReport, Lease, StepReport } from '../core/queue.ts';
import type { World } from '../core/world.ts';

/** What came of a step. */
export type Outcome = StepReport['outcome'] | JobReport['outcome'];
type Unavailable = Extract<Outcome, { kind: 'unavailable' }>;
type LeasedStep = Pick<Lease, 'taskId' | 'pipeline' | 'step' | 'probe'>;

/** Pauses steps whose server does not work, for all processes, and ends such a pause when a probe was answered. */
export type ServerFaults = {
  /** Called before the task is reported, so that no claim finds it while there is no pause. */
  seen(lease: LeasedStep, outcome: Unavailable): Promise<void>;
  /** Called after the report was accepted. */
  reported(lease: LeasedStep, outcome: Outcome): Promise<void>;
};

/** A mail that by itself makes its server look down begins and ends pauses all the time. */
const quietMs = 60_000;

const createPauseLog = (log: Log, { clock, timer }: World) => {
  const counted = createCountedLog(log, timer);
  const saidOverAtMs = new Map<string, number>();
  return {
    begun: ({ pipeline, step }: LeasedStep, reason: string): void =>
      counted.warn(
        'a step is paused, because its server does not work; its tasks wait, and one at a time is tried',
        { pipeline, step, reason },
        `${pipeline} ${step}`,
      ),
    over: ({ pause: { pipeline, step, sinceMs }, waited }: EndedPause): void => {
      const nowMs = clock.nowMs();
      const key = `${pipeline} ${step}`;
      const isRepeated = nowMs - (saidOverAtMs.get(key) ?? 0) < quietMs;
      if (!isRepeated) saidOverAtMs.set(key, nowMs);
      const write = isRepeated ? log.debug : log.info;
      const pausedMs = nowMs - sinceMs;
      write('a step goes on, because its server works again', { pipeline, step, pausedMs, waited });
    },
  };
};

/**
 * A failure to write is not tried again. Without a pause, a parked task is ready again at once and sees the same fault;
 * a probe whose outcome is not known is sent again. `onEnd` is called when tasks can go on.
 */
export const createServerFaults = (
  {
    pauses,
    world,
    log,
  }: {
    readonly pauses: Pick<Pauses, 'beginForFault' | 'finishProbe'>;
    readonly world: World;
    readonly log: Log;
  },
  onEnd: () => void,
): ServerFaults => {
  const { clock, ids, random } = world;
  const pauseLog = createPauseLog(log, world);
  return {
    seen: async (lease, { error: reason, retryAfterMs }) => {
      const { pipeline, step, probe } = lease;
      if (probe !== null) return;
      const nowMs = clock.nowMs();
      const probeAtMs = nowMs + probeDelayMs(0, retryAfterMs, random);
      const begun = await pauses.beginForFault(
        { id: ids.next(nowMs), pipeline, step, reason, probeAtMs },
        nowMs,
      );
      if (begun.isOk() && begun.value) pauseLog.begun(lease, reason);
    },

    reported: async ({ taskId, probe }, outcome) => {
      if (probe === null) return;
      const failures = probe.failures + 1;
      const finished = await pauses.finishProbe(
        { ...probe, taskId },
        outcome.kind === 'unavailable'
          ? {
              kind: 'unavailable',
              reason: outcome.error,
              probeAtMs: clock.nowMs() + probeDelayMs(failures, outcome.retryAfterMs, random),
            }
          : { kind: 'over' },
      );
      if (finished.isErr() || finished.value === null) return;
      pauseLog.over(finished.value);
      onEnd();
    },
  };
};
