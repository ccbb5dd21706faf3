import type { Lease, StepReport } from './queue.ts';
import type { Random, World } from './world.ts';

/** Tries of one step before its task is failed; with the caps below that is a quarter of an hour at most. */
export const attemptsMax = 10;

/** Workers that may die at one step before its task is failed, so that one poisonous task cannot loop. */
export const crashesMax = 5;

const baseMs = 1_000;
const capMs = 300_000;

/**
 * When to try again after `attempts` failed tries (1 or more), or null where it was the last. Full jitter: a
 * uniform pause below an exponential limit (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
export const retryAtMs = (attempts: number, nowMs: number, random: Random): number | null =>
  attempts >= attemptsMax
    ? null
    : nowMs + Math.round(random.unit() * Math.min(capMs, baseMs * 2 ** attempts));

/** The report of an attempt that failed: a retry later, or `failed` after the last one. */
export const failedAttempt = (
  { taskId, lease, attempts }: Pick<Lease, 'taskId' | 'lease' | 'attempts'>,
  error: string,
  { clock, random }: World,
): FailedAttempt => {
  const runAtMs = retryAtMs(attempts + 1, clock.nowMs(), random);
  const outcome =
    runAtMs === null ? ({ kind: 'failed', error } as const) : ({ kind: 'retry', error, runAtMs } as const);
  return { taskId, lease, outcome };
};

type FailedAttempt = Pick<StepReport, 'taskId' | 'lease'> & {
  readonly outcome: Extract<StepReport['outcome'], { kind: 'retry' | 'failed' }>;
};

/** The last pause repeats without end: what is still owed must be asked about until it is known. */
const recoveryPausesMs = [15_000, 60_000, 300_000, 1_800_000, 3_600_000] as const;

/** The pause before the provider is asked again, after it was asked `times` times (1 or more), ms. */
export const recoveryPauseMs = (times: number): number =>
  recoveryPausesMs[Math.min(Math.max(times, 1), recoveryPausesMs.length) - 1] ?? 0;
