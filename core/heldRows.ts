import { err, ok, type Result } from 'neverthrow';
import type { RowsHeld } from './audit.ts';
import type { AsyncResult, Unavailable } from './result.ts';
import type { Timer } from './timer.ts';

/** How many items of a batch are tried alone at a time. Each may wait for a lock. */
const aloneAtOnce = 4;

/**
 * Runs a port's batch method. If somebody else holds a row of the batch, runs each item alone, so that only the items
 * with such a row fail. If all that were tried together fail, somebody holds more than a row, and the rest is not tried.
 */
export const runHeldAlone =
  <Item, T>(run: (items: readonly Item[], nowMs: number) => AsyncResult<readonly T[]>) =>
  async (items: readonly Item[], nowMs: number): Promise<readonly Result<T, Unavailable>[]> => {
    const outcomes = await run(items, nowMs);
    if (outcomes.isOk()) return outcomes.value.map((outcome) => ok(outcome));
    const { error } = outcomes;
    if (error.rowsHeld !== true || items.length === 1) return items.map(() => err(error));
    const results: Result<T, Unavailable>[] = [];
    let isHopeless = false;
    while (results.length < items.length && !isHopeless) {
      const next = items.slice(results.length, results.length + aloneAtOnce);
      const tried = await Promise.all(next.map(async (item) => (await run([item], nowMs)).map(onlyOne)));
      results.push(...tried);
      isHopeless = tried.every((result) => result.isErr());
    }
    return items.map((_, index) => results[index] ?? err(error));
  };

/** The outcome of a batch of one. */
export const onlyOne = <T>(outcomes: readonly T[]): T => {
  const [outcome] = outcomes;
  if (outcome === undefined || outcomes.length !== 1) throw new Error('a batch of one has one outcome');
  return outcome;
};

export const rowsHeld: RowsHeld = { kind: 'rows_held' };

/**
 * Runs at most `runningMax` calls at a time, in their order. A call that would wait longer than its `waitMs` for its
 * turn is not run: null.
 */
export const createLimiter = (timer: Timer, runningMax: number) => {
  const waiting = new Set<() => void>();
  let running = 0;

  const waitForTurn = (waitMs: number) =>
    new Promise<boolean>((resolve) => {
      const begin = () => {
        cancel();
        resolve(true);
      };
      const cancel = timer.after(waitMs, () => {
        waiting.delete(begin);
        resolve(false);
      });
      waiting.add(begin);
    });

  return async <T>(run: () => Promise<T>, waitMs: number): Promise<T | null> => {
    if (running < runningMax) running++;
    else if (!(await waitForTurn(waitMs))) return null;
    try {
      return await run();
    } finally {
      const [next] = waiting;
      if (next === undefined) running--;
      else {
        waiting.delete(next);
        next();
      }
    }
  };
};
