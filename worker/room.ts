import type { Timer } from '../core/timer.ts';

/** A worker holds about as many tasks as it can do in this time. */
const heldForMs = 2_000;

/** Until the first steps have ended: the time of a usual mail server. */
const firstStepMs = 400;

/** How much of the average is the newest step. */
const newestWeight = 0.1;

/** A claim of fewer tasks has none of the newest (`shareClaim`). */
const roomMin = 8;

/** How many tasks a worker claims, by how long their steps take. */
export type Room = {
  /** The most tasks of the next claim. There is room for one while at most as many are held. */
  tasksMax(): number;
  /** Called when a step begins. The function that it returns is called when the step ends. */
  begin(): () => void;
};

/**
 * A new order is claimed only when there is room, and its mail waits for what was claimed before it. With a mail server
 * that takes seconds for a mail, a full batch of leases would hold up each new order for minutes.
 */
export const createRoom = (
  timer: Timer,
  { parallelMax, batchMax }: { readonly parallelMax: number; readonly batchMax: number },
): Room => {
  let stepMs = firstStepMs;
  return {
    tasksMax: () => {
      const done = Math.floor((parallelMax * heldForMs) / Math.max(stepMs, 1));
      return Math.min(batchMax, Math.max(done, parallelMax, roomMin));
    },
    begin: () => {
      const started = timer.deadline(0);
      return () => {
        stepMs += newestWeight * (Math.max(0, -started.remainingMs()) - stepMs);
      };
    },
  };
};
