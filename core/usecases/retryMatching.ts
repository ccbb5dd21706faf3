import { err, ok } from 'neverthrow';
import type { OperatorCommand } from '../activity.ts';
import type { OperatorQueue } from '../operatorQueue.ts';
import type { Wakeup } from '../queue.ts';
import type { AsyncResult } from '../result.ts';
import type { TaskFilter } from '../taskFilter.ts';
import type { World } from '../world.ts';

/** Tasks of one transaction. It holds SQLite's write lock, and the event loop with it, for some ms. */
const sliceMax = 200;
/** Ids that are read at a time. SQLite's event loop waits for some ms. */
const idsMax = 2_000;

type Ports = {
  readonly queue: Pick<OperatorQueue, 'matchingIds' | 'retry'>;
  readonly wakeup: Wakeup;
  readonly world: World;
};

/** Retries all tasks that a filter means, up to and with the task `upTo`. Returns how many were retried. */
export type RetryMatching = (
  request: { readonly filter: TaskFilter; readonly upTo: string },
  command: OperatorCommand,
) => AsyncResult<number>;

/**
 * Goes through the tasks by their ids, in slices, so that no transaction becomes long. Each task is looked at once: one
 * that fails again meanwhile is not retried again. What it finds is checked again when its slice is written. If a slice
 * fails, those before it are done, and the same request does the rest.
 */
export const createRetryMatching =
  ({ queue, wakeup, world }: Ports): RetryMatching =>
  async ({ filter, upTo }, command) => {
    const nowMs = world.clock.nowMs();
    let retried = 0;
    const retrySlices = async (ids: readonly string[]): AsyncResult<void> => {
      for (let first = 0; first < ids.length; first += sliceMax) {
        const slice = ids.slice(first, first + sliceMax);
        const done = await queue.retry(slice, world.clock.nowMs(), command, filter);
        if (done.isErr()) return err(done.error);
        retried += done.value;
        if (done.value > 0) wakeup.notify();
        await world.yieldToEventLoop();
      }
      return ok(undefined);
    };
    for (let after: string | null = null; ; ) {
      const ids: Awaited<ReturnType<OperatorQueue['matchingIds']>> = await queue.matchingIds({
        filter,
        upTo,
        after,
        nowMs,
        limit: idsMax,
      });
      if (ids.isErr()) return err(ids.error);
      const done = await retrySlices(ids.value);
      if (done.isErr()) return err(done.error);
      after = ids.value.at(-1) ?? null;
      if (ids.value.length < idsMax) return ok(retried);
    }
  };
