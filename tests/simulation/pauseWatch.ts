import { isPaused } from '../../core/pause.ts';
import type { Store } from '../../core/store.ts';
import type { Books } from './books.ts';

/** No worker gets a task at a step that is paused, but the probe of a fault's pause. Seen where tasks are claimed. */
export const watchPauses = (
  store: Store,
  { pauses }: Pick<Books, 'pauses'>,
  onBroken: (line: string) => void,
): Store => ({
  ...store,
  queue: {
    ...store.queue,
    claim: async (query) => {
      const before = pauses();
      const claimed = await store.queue.claim(query);
      if (before.length === 0 || claimed.isErr() || claimed.value.processed === 0) return claimed;
      // One that began or ended meanwhile may hold the step or not.
      const still = new Set(pauses().map(({ id }) => id));
      const held = before.filter(({ id }) => still.has(id));
      if (held.some(({ pipeline, step }) => pipeline === query.pipeline.name && step === null))
        onBroken(`tasks of ${query.pipeline.name} were claimed, which is paused`);
      for (const lease of claimed.value.leases) {
        const holding = held.filter(({ id }) => id !== lease.probe?.pauseId);
        if (isPaused(holding, lease))
          onBroken(
            `the task ${lease.taskId} was claimed at ${lease.pipeline} ${lease.step}, which is paused`,
          );
      }
      return claimed;
    },
  },
});
