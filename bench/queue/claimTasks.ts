import type { Pipeline } from '../../core/pipelines/pipeline.ts';
import type { Store } from '../../core/store.ts';
import { unwrapOrThrow } from '../shop.ts';

/**
 * A pipeline with one step that writes nothing but its history row. So only the queue itself is measured. The step has
 * the name of the first step of paid orders.
 */
const noOpPipeline: Pipeline = {
  name: 'physical',
  steps: [{ name: 'invoice', historyState: 'booked', kind: 'tx', effect: 'book_places' }],
};

const batchMax = 500;

/** Claims `tasks` tasks with `claimers` concurrent loops, each calling `Queue.claim` as a worker does. */
export const claimTasks = async ({ queue }: Store, tasks: number, claimers: number): Promise<void> => {
  let requested = 0;
  let done = 0;
  const claim = async () => {
    while (requested < tasks) {
      const limit = Math.min(batchMax, tasks - requested);
      requested += limit;
      const nowMs = Date.now();
      const claimed = queue.claim({
        pipeline: noOpPipeline,
        limit,
        nowMs,
        leaseMs: 30_000,
        retryAtMs: () => null,
      });
      const { processed: touched } = await unwrapOrThrow(claimed);
      done += touched;
      requested -= limit - touched;
      if (touched === 0) return;
    }
  };
  await Promise.all(Array.from({ length: claimers }, claim));
  if (done !== tasks) throw new Error(`${done} of ${tasks} tasks were claimed`);
};
