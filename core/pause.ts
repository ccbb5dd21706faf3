import type { ActivityTarget, OperatorCommand } from './activity.ts';
import type { Keyed, KeyReused, Replayable } from './commandKey.ts';
import { jobPipelines, pipelines } from './pipelines/index.ts';
import type { AsyncResult } from './result.ts';
import type { Random } from './world.ts';

export const pauseOrigins = ['operator', 'fault'] as const;
type PauseOrigin = (typeof pauseOrigins)[number];

/**
 * Holds the tasks at a step of a pipeline, for all processes. Nothing is counted against a task that is held. A pause of
 * a fault is about the server that the step calls: it ends by itself, when a probe finds the server well again.
 */
export type Pause = {
  readonly id: string;
  readonly pipeline: string;
  /** Null: every step of the pipeline. Never null for a fault. */
  readonly step: string | null;
  readonly origin: PauseOrigin;
  /** For people: why it was made, or what the server's last answer was. */
  readonly reason: string;
  readonly sinceMs: number;
};

/** A task that is tried although a pause of a fault holds its step. `failures` counts the probes before it. */
export type Probe = { readonly pauseId: string; readonly failures: number };

/** What a claim reads of the pauses of single steps. `taskId` is the task that may pass as the probe. */
export type StepPause = Probe & { readonly step: string; readonly taskId: string | null };

/** True if one of the pauses holds a task at this step. */
export type IsHeld = (taskId: string, step: string) => boolean;

export const isHeldBy =
  (pauses: readonly StepPause[]): IsHeld =>
  (taskId, step) =>
    pauses.some((pause) => pause.step === step && pause.taskId !== taskId);

/** The pause whose probe the task is. Null for any other task. */
export const probeIn = (pauses: readonly StepPause[], taskId: string, step: string): Probe | null => {
  const found = pauses.find((pause) => pause.step === step && pause.taskId === taskId);
  return found === undefined ? null : { pauseId: found.pauseId, failures: found.failures };
};

/** True if one of the pauses holds tasks at this step. A probe counts as held until a worker claims it. */
export const isPaused = (
  pauses: readonly Pick<Pause, 'pipeline' | 'step'>[],
  { pipeline, step }: PausedStep,
): boolean => pauses.some((pause) => pause.pipeline === pipeline && (pause.step ?? step) === step);

/** True if one of the pauses holds a task that a worker has leased. Its own pause does not hold a probe. */
export const isLeaseHeld = (
  pauses: readonly Pause[],
  lease: PausedStep & { readonly probe: Probe | null },
): boolean =>
  isPaused(
    pauses.filter(({ id }) => id !== lease.probe?.pauseId),
    lease,
  );

const probeBaseMs = 1_000;
const probeCapMs = 60_000;
/** A server cannot put off the next probe longer than this with one answer. */
const retryAfterMaxMs = 3_600_000;

/**
 * The pause before the next probe, after `failures` probes that failed, ms. It doubles from a second to a minute, and up
 * to half of it is random. `retryAfterMs` is the least pause that the server asks for.
 */
export const probeDelayMs = (failures: number, retryAfterMs: number | null, random: Random): number => {
  const limit = Math.min(probeCapMs, probeBaseMs * 2 ** Math.min(failures, 10));
  const asked = Math.min(retryAfterMs ?? 0, retryAfterMaxMs);
  return Math.max(asked, Math.round(limit * (0.5 + random.unit() / 2)));
};

/** How long a probe that was sent is not looked for again, ms. In this time another process may still not see it. */
export const probeCheckMs = 1_000;

/** What is wrong with a server, seen at a step that calls it. */
type ServerFault = {
  /** The id of the pause, if this is the first one to see the fault. */
  readonly id: string;
  readonly pipeline: string;
  readonly step: string;
  readonly reason: string;
  readonly probeAtMs: number;
};

/** `over`: the server answered, whatever came of the task. */
type ProbeOutcome =
  | { readonly kind: 'over' }
  | { readonly kind: 'unavailable'; readonly reason: string; readonly probeAtMs: number };

/** `waited` is how many tasks the pause held at its end. */
export type EndedPause = { readonly pause: Pause; readonly waited: number };

export type PausedStep = { readonly pipeline: string; readonly step: string };

export type BeginPause = Pick<Pause, 'id' | 'pipeline' | 'step' | 'reason'> & {
  readonly command?: OperatorCommand | undefined;
};

/**
 * The pauses of all processes. A claim reads them with its tasks (`Queue.claim`). It parks the tasks that are held: a
 * parked task is in no index that workers read, until `resume` makes it ready.
 */
export interface Pauses {
  /** The oldest first. */
  list(): AsyncResult<readonly Pause[]>;
  /** Begins an operator's pause. There may be several of one step: each holds it. */
  begin(command: BeginPause, nowMs: number): AsyncResult<Pause>;
  /** `begin`, done once under its key. */
  beginOnce(command: Keyed<BeginPause>, nowMs: number): AsyncResult<Replayable<Pause>, KeyReused>;
  /**
   * Ends an operator's pause. A pause of a fault stays until a probe ends it, and its next probe is due now. Returns
   * false if there is no such pause.
   */
  end(id: string, nowMs: number, command?: OperatorCommand): AsyncResult<boolean>;
  /** Begins a pause of a fault, unless the step has one. Returns true if this call has begun it. */
  beginForFault(fault: ServerFault, nowMs: number): AsyncResult<boolean>;
  /**
   * Makes one parked task of each pause whose probe is due ready, the one that was tried longest ago. There is no
   * second probe of a pause before the first has been reported, or its task was taken from its step. Returns how many
   * tasks were made ready. `txSteps` are steps that no server does any more: their pauses of faults end. So does a pause
   * whose probe is due when no task is left at its step, because all were skipped or refunded: the next task that
   * comes sees for itself whether the server works.
   */
  sendProbes(nowMs: number, txSteps?: readonly PausedStep[]): AsyncResult<number>;
  /**
   * Records what came of a probe: ends the pause, or sets the time of the next probe. Returns the pause that this call
   * has ended. Null if the pause goes on, or if the task is no longer its probe.
   */
  finishProbe(
    probe: Probe & { readonly taskId: string },
    outcome: ProbeOutcome,
  ): AsyncResult<EndedPause | null>;
  /** Makes at most `limit` parked tasks ready that no pause holds. Returns how many. */
  resume(limit: number): AsyncResult<number>;
}

/** The pause that an operator begins. */
export const pauseOf = ({ id, pipeline, step, reason }: BeginPause, sinceMs: number): Pause => ({
  id,
  pipeline,
  step,
  origin: 'operator',
  reason,
  sinceMs,
});

/** What the activity says about a pause. */
export const pauseTarget = ({
  id,
  pipeline,
  step,
  reason,
}: Pick<Pause, 'id' | 'pipeline' | 'step' | 'reason'>): ActivityTarget => ({
  target: id,
  orderId: null,
  detail: `${step === null ? pipeline : `${pipeline} ${step}`}: ${reason}`,
});

/** The names of the steps of a pipeline, of orders or of jobs. None if there is no such pipeline. */
export const stepNamesOf = (pipeline: string): readonly string[] => {
  const found = pipelines.get(pipeline) ?? jobPipelines.find(({ name }) => name === pipeline);
  return found === undefined ? [] : found.steps.map(({ name }) => name);
};
