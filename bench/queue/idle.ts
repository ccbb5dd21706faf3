import type { Pipeline } from '../../core/pipelines/pipeline.ts';
import type { Store } from '../../core/store.ts';
import { orThrow } from '../shop.ts';

/**
 * A pipeline of one step that writes nothing: it looks at the stock of products that cannot run out. What is
 * left is what the queue itself costs.
 */
const idle: Pipeline = {
  name: 'physical',
  steps: [{ name: 'reserve_stock', historyState: 'stock_reserved', kind: 'tx', effect: 'take_stock' }],
};

const batchMax = 500;

/** Takes `tasks` tasks with so many claimers side by side, each calling `Queue.take` as a worker's loop does. */
export const takeTasks = async ({ queue }: Store, tasks: number, claimers: number): Promise<void> => {
  let asked = 0;
  let done = 0;
  const claim = async () => {
    while (asked < tasks) {
      const limit = Math.min(batchMax, tasks - asked);
      asked += limit;
      const nowMs = Date.now();
      const taken = queue.claim({ pipeline: idle, limit, nowMs, leaseMs: 30_000, retryAtMs: () => null });
      const { touched } = await orThrow(taken);
      done += touched;
      asked -= limit - touched;
      if (touched === 0) return;
    }
  };
  await Promise.all(Array.from({ length: claimers }, claim));
  if (done !== tasks) throw new Error(`${done} of ${tasks} tasks were taken`);
};
