import type { Store } from '../../core/store.ts';

/** A process looks every few seconds. Between two looks in this time, nothing is seen that the later one does not see. */
const everyMs = 60_000;

/**
 * Upkeep that reads everything costs more than all that a history does. Nobody reads what it found in between: the stock
 * is compared at the end again, and so are the money checks. So its answer is kept for a minute, for all processes.
 */
export const withRareUpkeep = (store: Store, nowMs: () => number): Store => {
  const { ledger, queue } = store;
  const compareStock: typeof ledger.compareStock = rarely(nowMs, ledger.compareStock);
  const counts: typeof ledger.counts = rarely(nowMs, ledger.counts);
  const recordHistory: typeof queue.recordHistory = rarely(nowMs, queue.recordHistory);
  return {
    ...store,
    ledger: { ...ledger, compareStock, counts },
    queue: { ...queue, recordHistory },
  };
};

const rarely = <Args extends readonly unknown[], T>(
  nowMs: () => number,
  verb: (...args: Args) => Promise<T>,
): ((...args: Args) => Promise<T>) => {
  let last: { readonly untilMs: number; readonly answer: Promise<T> } | null = null;
  return (...args) => {
    if (last === null || nowMs() >= last.untilMs)
      last = { untilMs: nowMs() + everyMs, answer: verb(...args) };
    return last.answer;
  };
};
