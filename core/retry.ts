import type { Lease, StepReport } from './queue.ts';
import type { Random, World } from './world.ts';

/** Failed attempts of one step before its task fails. With the limits below, they take a quarter of an hour at most. */
export const attemptsMax = 10;

/** Workers that may stop or hang at one step before its task fails, so that a bad task cannot stop workers forever. */
export const crashesMax = 5;

const baseMs = 1_000;
const capMs = 300_000;

/**
 * The time of the next attempt after `attempts` failed ones (1 or more), ms; null if that was the last. Full jitter: a
 * random pause, uniform below an exponential limit
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
export const retryAtMs = (attempts: number, nowMs: number, random: Random): number | null =>
  attempts >= attemptsMax ? null : nowMs + pauseMs(attempts, random);

const pauseMs = (attempts: number, random: Random, limitMs = capMs): number =>
  Math.round(random.unit() * Math.min(limitMs, baseMs * 2 ** attempts));

/** The report of a failed attempt: `retry` at a later time, or `failed` after the last attempt. */
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

/** With pauses of up to four hours, the attempts of one mail take three days, give or take some hours. */
export const mailAttemptsMax = 48;
const mailCapMs = 4 * 3_600_000;

/**
 * The report of a mail that its server does not take yet, as with greylisting or a full mailbox. Such a mail is tried for
 * days, as mail servers do: its orders are completed without it.
 */
export const failedMail = (
  { taskId, lease, attempts }: Pick<Lease, 'taskId' | 'lease' | 'attempts'>,
  error: string,
  { clock, random }: World,
): FailedAttempt => {
  const failures = attempts + 1;
  if (failures >= mailAttemptsMax) return { taskId, lease, outcome: { kind: 'failed', error } };
  const runAtMs = clock.nowMs() + pauseMs(failures, random, mailCapMs);
  return { taskId, lease, outcome: { kind: 'retry', error, runAtMs } };
};

type FailedAttempt = Pick<StepReport, 'taskId' | 'lease'> & {
  readonly outcome: Extract<StepReport['outcome'], { kind: 'retry' | 'failed' }>;
};

/** A step service cannot hold a task longer than this with one answer. */
const retryAfterMaxMs = 3_600_000;

/**
 * The report of a call to a step service that may do this step later. It waits without a last attempt: an answer like
 * 500 may say nothing about the order. `retryAfterMs` is the least pause that the service asks for.
 */
export const waitForService = (
  { taskId, lease, attempts }: Pick<Lease, 'taskId' | 'lease' | 'attempts'>,
  { reason, retryAfterMs }: { readonly reason: string; readonly retryAfterMs: number | null },
  { clock, random }: World,
): FailedAttempt => {
  const asked = Math.min(retryAfterMs ?? 0, retryAfterMaxMs);
  const runAtMs = clock.nowMs() + Math.max(asked, pauseMs(attempts + 1, random));
  return { taskId, lease, outcome: { kind: 'retry', error: reason, runAtMs } };
};

/** The last pause repeats forever, because an open payment, refund or reconciliation needs an outcome. */
const recoveryPausesMs = [15_000, 60_000, 300_000, 1_800_000, 3_600_000] as const;

/** Work that an outage stopped goes on within this time after its end. Only what the provider puts off waits longer. */
export const outagePauseMaxMs = 300_000;

/** The pause before the provider is asked again, after `times` calls (1 or more), ms. */
export const recoveryPauseMs = (times: number, mostMs = Number.POSITIVE_INFINITY): number =>
  Math.min(mostMs, recoveryPausesMs[Math.min(Math.max(times, 1), recoveryPausesMs.length) - 1] ?? 0);
