import { err, ok, type Result } from 'neverthrow';
import type { RowsHeld } from './audit.ts';
import type { AsyncResult, Unavailable } from './result.ts';

/**
 * Runs a port's batch method. If somebody else holds a row of the batch, runs each item alone, so that only the items
 * with such a row fail. They run together, for each may wait for its lock.
 */
export const runHeldAlone =
  <Item, T>(run: (items: readonly Item[], nowMs: number) => AsyncResult<readonly T[]>) =>
  async (items: readonly Item[], nowMs: number): Promise<readonly Result<T, Unavailable>[]> => {
    const outcomes = await run(items, nowMs);
    if (outcomes.isOk()) return outcomes.value.map((outcome) => ok(outcome));
    const { error } = outcomes;
    if (error.rowsHeld !== true || items.length === 1) return items.map(() => err(error));
    return Promise.all(items.map(async (item) => (await run([item], nowMs)).map(onlyOne)));
  };

/** The outcome of a batch of one. */
export const onlyOne = <T>(outcomes: readonly T[]): T => {
  const [outcome] = outcomes;
  if (outcome === undefined || outcomes.length !== 1) throw new Error('a batch of one has one outcome');
  return outcome;
};

export const rowsHeld: RowsHeld = { kind: 'rows_held' };

/** Runs at most `runningMax` calls at a time, in their order. Beyond `waitingMax`, calls are refused: null. */
export const createLimiter = (runningMax: number, waitingMax: number) => {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async <T>(run: () => Promise<T>): Promise<T | null> => {
    if (running >= runningMax) {
      if (waiting.length >= waitingMax) return null;
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running++;
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
};
