import { err, ok, type Result } from 'neverthrow';

/** `Work` is `Result<T, F>` for a synchronous database, and a promise of it for an asynchronous one. */
type Batch<Item, Work> = {
  /** Runs all items together. It must change nothing if it throws. */
  readonly runAll: () => Work;
  /** The items of `runAll`. Called only after `runAll` threw, because `runAll` may read them from the database. */
  readonly items: () => readonly Item[];
  readonly runOne: (item: Item) => Work;
  /** Handles an item that threw when it ran alone. */
  readonly onThrow: (item: Item, cause: unknown) => Work;
};

/**
 * Runs a batch. If it throws, runs each item alone, so that one bad item does not fail the others. A batch of one item
 * is not tried twice. The first `Err` ends the run, because the next item would fail with the same outage. Throws
 * if the batch throws before it has any items.
 *
 * The generator yields each piece of work when it is started and gets its result back. So the same rule serves a
 * synchronous database (`runSync`) and an asynchronous one (`runAsync`).
 */
export function* runBatchWithFallback<Item, T, F, Work>({
  runAll,
  items,
  runOne,
  onThrow,
}: Batch<Item, Work>): Generator<Work, Result<readonly T[], F>, Result<T, F>> {
  let cause: unknown;
  try {
    return (yield runAll()).map((outcome) => [outcome]);
  } catch (thrown) {
    cause = thrown;
  }
  const [first, ...others] = items();
  // No item was tried yet, so none of them is the cause.
  if (first === undefined) throw cause;
  if (others.length === 0) return (yield onThrow(first, cause)).map((outcome) => [outcome]);

  const outcomes: T[] = [];
  for (const item of [first, ...others]) {
    let outcome: Result<T, F>;
    try {
      outcome = yield runOne(item);
    } catch (thrown) {
      outcome = yield onThrow(item, thrown);
    }
    if (outcome.isErr()) return err(outcome.error);
    outcomes.push(outcome.value);
  }
  return ok(outcomes);
}

/** Runs a generator that yields finished results. */
export const runSync = <Outcome, Return>(work: Generator<Outcome, Return, Outcome>): Return => {
  let step = work.next();
  while (step.done !== true) step = work.next(step.value);
  return step.value;
};

/** Runs a generator that yields promises, and waits for each before the next. */
export const runAsync = async <Outcome, Return>(
  work: Generator<Promise<Outcome>, Return, Outcome>,
): Promise<Return> => {
  let step = work.next();
  while (step.done !== true) {
    const outcome = await outcomeOf(step.value);
    step = 'value' in outcome ? work.next(outcome.value) : work.throw(outcome.cause);
  }
  return step.value;
};

const outcomeOf = async <T>(promise: Promise<T>): Promise<{ value: T } | { cause: unknown }> => {
  try {
    return { value: await promise };
  } catch (cause) {
    return { cause };
  }
};
