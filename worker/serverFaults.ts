import type { Log } from '../core/log.ts';
import { type Pauses, probeDelayMs } from '../core/pause.ts';
import type { JobReport, Lease, StepReport } from '../core/queue.ts';
import type { World } from '../core/world.ts';
import { createPauseLog } from './pauseLog.ts';

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
    readonly pauses: Pick<Pauses, 'beginForFault' | 'finishProbe' | 'list'>;
    readonly world: World;
    readonly log: Log;
  },
  onEnd: () => void,
): ServerFaults => {
  const { clock, ids, random } = world;
  const pauseLog = createPauseLog(log, pauses, world);
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
