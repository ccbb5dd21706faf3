import type { Wakeup } from '../../core/queue.ts';

/** Hints within this process. They are enough for a database that only one process uses. */
export const createLocalWakeup = (): Wakeup => {
  const listeners = new Set<() => void>();
  let pending = false;

  const wakeAll = () => {
    pending = false;
    for (const wake of [...listeners]) wake();
  };

  return {
    notify: () => {
      if (!pending) queueMicrotask(wakeAll);
      pending = true;
    },
    listen: (wake) => {
      // Each call adds a new entry, so that the same function can listen twice and stop once.
      const listener = () => wake();
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
};
