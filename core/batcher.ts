import { err, ok, type Result } from 'neverthrow';
import { runAsync, runBatchWithFallback } from './batchWithFallback.ts';
import type { AsyncResult, Unavailable } from './result.ts';
import type { World, YieldToEventLoop } from './world.ts';

export type BatchLimits = {
  /** The largest batch. */
  readonly batchMax: number;
  /** How many calls may wait. Calls beyond it are refused. */
  readonly waitingMax: number;
  /** A smaller limit for the next batch, asked for before each one: its share of the current load. */
  readonly maxShare?: () => number;
};

/**
 * Group commit: returns a function whose concurrent calls share one `run`. Only one batch runs at a time. Calls that
 * arrive while it runs form the next one.
 *
 * There is no timer. A batch waits only until the event loop has handled the requests that have already arrived.
 * Without that wait, the first of many simultaneous requests would run alone and all others would wait for it.
 *
 * `run` returns one outcome for each item, in their order. If it throws for a batch, each item is tried alone, so that
 * one bad item does not fail the others. `whenFull` is the outcome of a call that finds `waitingMax` calls waiting.
 */
export const createBatcher = <Item, Outcome>(
  run: (items: readonly Item[]) => Promise<readonly Outcome[]>,
  limits: BatchLimits,
  yieldToEventLoop: YieldToEventLoop,
  whenFull: (item: Item) => Outcome,
): ((item: Item) => Promise<Outcome>) => {
  type Waiting = {
    readonly item: Item;
    readonly resolve: (outcome: Outcome) => void;
    readonly reject: (cause: unknown) => void;
  };
  const { batchMax, waitingMax, maxShare = () => batchMax } = limits;
  const waiting: Waiting[] = [];
  let isRunning = false;

  const runBatches = async (): Promise<void> => {
    isRunning = true;
    while (waiting.length > 0) {
      await yieldToEventLoop();
      const replies = await runBatch(waiting.splice(0, Math.max(1, Math.min(maxShare(), batchMax))));
      // Reply last: the next yield is then scheduled before the callers continue, so they cannot delay the next batch.
      for (const reply of replies.unwrapOr([])) reply();
    }
    isRunning = false;
  };

  /** Returns the replies instead of sending them, because `runBatches` decides when they are sent. */
  const runBatch = (batch: readonly Waiting[]): Promise<Result<readonly (() => void)[], never>> =>
    runAsync(
      runBatchWithFallback<Waiting, () => void, never, Promise<Result<() => void, never>>>({
        runAll: () => runCalls(batch),
        items: () => batch,
        runOne: (call) => runCalls([call]),
        onThrow: async ({ reject }, cause) => ok(() => reject(cause)),
      }),
    );

  const runCalls = async (calls: readonly Waiting[]): Promise<Result<() => void, never>> => {
    const outcomes = await run(calls.map(({ item }) => item));
    return ok(() => {
      calls.forEach(({ resolve }, index) => {
        resolve(outcomes[index] as Outcome);
      });
    });
  };

  return (item) => {
    if (waiting.length >= waitingMax) return Promise.resolve(whenFull(item));
    return new Promise<Outcome>((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!isRunning) void runBatches();
    });
  };
};

/**
 * `createBatcher` for a port's batch method. If the method fails, each call of the batch gets that failure. A call that
 * finds `waitingMax` calls waiting fails with `unavailable`.
 */
export const createResultBatcher = <Item, T>(
  run: (items: readonly Item[], nowMs: number) => AsyncResult<readonly T[]>,
  limits: BatchLimits,
  { clock, yieldToEventLoop }: Pick<World, 'clock' | 'yieldToEventLoop'>,
): ((item: Item) => AsyncResult<T>) =>
  createBatcher<Item, Result<T, Unavailable>>(
    async (items) => {
      const outcomes = await run(items, clock.nowMs());
      return outcomes.isOk() ? outcomes.value.map((each) => ok(each)) : items.map(() => err(outcomes.error));
    },
    limits,
    yieldToEventLoop,
    () => err({ kind: 'unavailable', reason: 'too many requests are waiting' }),
  );
