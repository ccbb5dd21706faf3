import { err, ok, type Result } from 'neverthrow';

/** `Work` is `Result<T, F>` where the database answers at once, and a promise of it where it answers later. */
type Batch<Item, Work> = {
  /** All items in one go. Changes nothing when it throws. */
  readonly together: () => Work;
  /** What `together` tried. It may find its items only while it runs, so this is asked after it threw. */
  readonly items: () => readonly Item[];
  readonly alone: (item: Item) => Work;
  /** The item threw when it was tried alone. */
  readonly threw: (item: Item, cause: unknown) => Work;
};

/**
 * Runs a batch; when that throws, runs each item alone, so that one bad item fails by itself. A batch of one is
 * not tried twice. The first `Err` ends it, since the next item would meet the same outage.
 *
 * Each piece of work is yielded as soon as it is begun, so that one rule serves a database that answers at once
 * (`runSync`) and one that answers later (`runAsync`).
 */
export function* batchOrEach<Item, T, F, Work>({
  together,
  items,
  alone,
  threw,
}: Batch<Item, Work>): Generator<Work, Result<readonly T[], F>, Result<T, F>> {
  let cause: unknown;
  try {
    return (yield together()).map((outcome) => [outcome]);
  } catch (thrown) {
    cause = thrown;
  }
  const [first, ...others] = items();
  // Not one of the items: nothing was tried yet.
  if (first === undefined) throw cause;
  if (others.length === 0) return (yield threw(first, cause)).map((outcome) => [outcome]);

  const outcomes: T[] = [];
  for (const item of [first, ...others]) {
    let outcome: Result<T, F>;
    try {
      outcome = yield alone(item);
    } catch (thrown) {
      outcome = yield threw(item, thrown);
    }
    if (outcome.isErr()) return err(outcome.error);
    outcomes.push(outcome.value);
  }
  return ok(outcomes);
}

/** Runs work that is done once it was begun. */
export const runSync = <Outcome, Answer>(work: Generator<Outcome, Answer, Outcome>): Answer => {
  let step = work.next();
  while (step.done !== true) step = work.next(step.value);
  return step.value;
};

/** Runs work that is done later, one piece after another. */
export const runAsync = async <Outcome, Answer>(
  work: Generator<Promise<Outcome>, Answer, Outcome>,
): Promise<Answer> => {
  let step = work.next();
  while (step.done !== true) {
    const outcome = await settled(step.value);
    step = 'value' in outcome ? work.next(outcome.value) : work.throw(outcome.cause);
  }
  return step.value;
};

const settled = async <T>(promise: Promise<T>): Promise<{ value: T } | { cause: unknown }> => {
  try {
    return { value: await promise };
  } catch (cause) {
    return { cause };
  }
};
