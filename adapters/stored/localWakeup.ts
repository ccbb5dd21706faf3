import { createHintCollector, type Hint } from '../../core/hint.ts';
import type { Wakeup } from '../../core/queue.ts';

/** Hints within this process. They are enough for a database that only one process uses. */
export const createLocalWakeup = (): Wakeup => {
  const listeners = new Set<(hint: Hint) => void>();
  const collector = createHintCollector();
  let pending = false;

  const wakeAll = () => {
    pending = false;
    const hint = collector.take();
    for (const wake of [...listeners]) wake(hint);
  };

  return {
    notify: (hint = null) => {
      collector.add(hint);
      if (!pending) queueMicrotask(wakeAll);
      pending = true;
    },
    listen: (wake) => {
      // Each call adds a new entry, so that the same function can listen twice and stop once.
      const listener = (hint: Hint) => wake(hint);
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
};
