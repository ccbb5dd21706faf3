import type { Pipeline } from '../../core/pipelines/pipeline.ts';
import type { Store } from '../../core/store.ts';
import { unwrapOrThrow } from '../shop.ts';

/**
 * A pipeline with one step that writes nothing: it deducts the stock of products with unlimited stock. So only the
 * queue itself is measured.
 */
const noOpPipeline: Pipeline = {
  name: 'physical',
  steps: [{ name: 'reserve_stock', historyState: 'stock_reserved', kind: 'tx', effect: 'deduct_stock' }],
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
