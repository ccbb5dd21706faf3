import { err, ok, type Result } from 'neverthrow';
import { batchOrEach, runAsync } from './batchOrEach.ts';
import type { AsyncResult, Unavailable } from './result.ts';
import type { Turn, World } from './world.ts';

export type BatchLimits = {
  readonly batchMax: number;
  readonly waitingMax: number;
  /** How many may go together just now, where that is fewer than `batchMax`. */
  readonly maxShare?: () => number;
};

/**
 * Lets calls that come together, or while another batch is on its way, share the next one. There is no timer: a
 * batch is whatever has come when those of this turn have. Without the turn the first of a crowd would go alone,
 * and all others wait for it.
 *
 * `run` answers in the order of its items. When it throws for a batch, each item is tried alone (`batchOrEach`), so
 * that one bad item fails by itself. `whenFull` answers for a call that finds `waitingMax` others before it.
 */
export const createBatcher = <Item, Outcome>(
  run: (items: readonly Item[]) => Promise<readonly Outcome[]>,
  limits: BatchLimits,
  turn: Turn,
  whenFull: (item: Item) => Outcome,
): ((item: Item) => Promise<Outcome>) => {
  type Waiting = {
    readonly item: Item;
    readonly resolve: (outcome: Outcome) => void;
    readonly reject: (cause: unknown) => void;
  };
  const { batchMax, waitingMax, maxShare: share = () => batchMax } = limits;
  const waiting: Waiting[] = [];
  let inFlight = false;

  const drain = async (): Promise<void> => {
    inFlight = true;
    while (waiting.length > 0) {
      await turn();
      const replies = await attempt(waiting.splice(0, Math.max(1, Math.min(share(), batchMax))));
      // Right before the next turn, so that a caller who gets its answer cannot run ahead of the next batch.
      for (const reply of replies.unwrapOr([])) reply();
    }
    inFlight = false;
  };

  /** Returns the replies instead of sending them: `drain` says when they go out. */
  const attempt = (batch: readonly Waiting[]): Promise<Result<readonly (() => void)[], never>> =>
    runAsync(
      batchOrEach<Waiting, () => void, never, Promise<Result<() => void, never>>>({
        together: () => together(batch),
        items: () => batch,
        alone: (one) => together([one]),
        threw: async ({ reject }, cause) => ok(() => reject(cause)),
      }),
    );

  const together = async (batch: readonly Waiting[]): Promise<Result<() => void, never>> => {
    const outcomes = await run(batch.map(({ item }) => item));
    return ok(() => {
      batch.forEach(({ resolve }, index) => {
        resolve(outcomes[index] as Outcome);
      });
    });
  };

  return (item) => {
    if (waiting.length >= waitingMax) return Promise.resolve(whenFull(item));
    return new Promise<Outcome>((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!inFlight) void drain();
    });
  };
};

/** The same for a port's batch verb: where the whole batch fails, each of its calls hears that failure. */
export const createResultBatcher = <Item, T>(
  run: (items: readonly Item[], nowMs: number) => AsyncResult<readonly T[]>,
  limits: BatchLimits,
  { clock, turn }: Pick<World, 'clock' | 'turn'>,
): ((item: Item) => AsyncResult<T>) =>
  createBatcher<Item, Result<T, Unavailable>>(
    async (items) => {
      const outcomes = await run(items, clock.nowMs());
      return outcomes.isOk() ? outcomes.value.map((each) => ok(each)) : items.map(() => err(outcomes.error));
    },
    limits,
    turn,
    () => err({ kind: 'unavailable', reason: 'too many requests are waiting' }),
  );
