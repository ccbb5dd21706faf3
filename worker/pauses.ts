import { err } from 'neverthrow';
import type { Pause, PausedStep } from '../core/pause.ts';
import type { Pipeline } from '../core/pipelines/pipeline.ts';
import type { Store } from '../core/store.ts';
import type { Clock } from '../core/world.ts';
import type { Poll } from './loop.ts';

/** A batch holds SQLite's write lock for some ms. */
const resumedMax = 500;
const pollMs = 1_000;

/** The steps that this process does in the database. Its settings may have named a service for them once. */
const txStepsOf = (pipelines: readonly Pipeline[]): readonly PausedStep[] =>
  pipelines.flatMap(({ name: pipeline, steps }) =>
    steps.flatMap(({ name: step, kind }) => (kind === 'tx' ? [{ pipeline, step }] : [])),
  );

/**
 * Sends the probes that are due, and makes the tasks ready whose pauses have ended, whichever process ended them.
 * `releaseHeld` is called with the pauses there are: a worker has leased hundreds of tasks that it has not begun.
 */
export const createPausesPoll = (
  {
    store: { pauses, wakeup },
    clock,
    releaseHeld,
  }: {
    readonly store: Pick<Store, 'pauses' | 'wakeup'>;
    readonly clock: Clock;
    readonly releaseHeld: (pauses: readonly Pause[]) => Promise<unknown>;
  },
  pipelines: readonly Pipeline[],
): Poll => {
  const txSteps = txStepsOf(pipelines);
  return async () => {
    const sent = await pauses.sendProbes(clock.nowMs(), txSteps);
    if (sent.isErr()) return err(sent.error);
    const listed = await pauses.list();
    if (listed.isErr()) return err(listed.error);
    if (listed.value.length > 0) await releaseHeld(listed.value);
    const resumed = await pauses.resume(resumedMax);
    if (sent.value + resumed.unwrapOr(0) > 0) wakeup.notify();
    return resumed.map((tasks) => (tasks < resumedMax ? pollMs : 0));
  };
};
