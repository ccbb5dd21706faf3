import type { Wakeup } from '../../core/queue.ts';

/** A hint within this process: all that a database needs which no other process works on. */
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
      // One entry a call, so that the same function may listen twice and stop listening once.
      const listener = () => wake();
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
};
