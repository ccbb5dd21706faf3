import { createStore, type Store } from '../../web/shared/store.ts';

/** A store in memory. */
export const memoryStore = (): Store =>
  createStore(() => {
    throw new Error('there is no storage');
  });

/** Timers that end when the test says so. */
export const createTimers = () => {
  const due: { readonly work: () => void; readonly ms: number }[] = [];
  return {
    due,
    setTimer: (work: () => void, ms: number) => {
      const timer = { work, ms };
      due.push(timer);
      return () => {
        const index = due.indexOf(timer);
        if (index >= 0) due.splice(index, 1);
      };
    },
    fire: () => {
      for (const { work } of due.splice(0)) work();
    },
  };
};
