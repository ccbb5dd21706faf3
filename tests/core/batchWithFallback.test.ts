import { describe, expect, test } from 'bun:test';
import { err, ok, type Result } from 'neverthrow';
import { runAsync, runBatchWithFallback, runSync } from '../../core/batchWithFallback.ts';

type Outcome = Result<string, 'down'>;
type Items = readonly number[];

/** Throws for a batch with 13, and returns `Err` for one with 99. */
const doWork = (items: Items): Outcome => {
  if (items.includes(13)) throw new Error(`13 is among ${items.length}`);
  return items.includes(99) ? err('down') : ok(`did ${items.join()}`);
};

/** Run the same cases with synchronous and with asynchronous work. */
const drivers: Readonly<
  Record<string, (items: Items, tried: (items: Items) => void) => Promise<Result<readonly string[], 'down'>>>
> = {
  'synchronous work': async (items, tried) => {
    const attempt = (batch: Items): Outcome => {
      tried(batch);
      return doWork(batch);
    };
    return runSync(
      runBatchWithFallback<number, string, 'down', Outcome>({
        runAll: () => attempt(items),
        items: () => items,
        runOne: (item) => attempt([item]),
        onThrow: (item, cause) => ok(`${item}: ${cause}`),
      }),
    );
  },
  'asynchronous work': (items, tried) => {
    const attempt = async (batch: Items): Promise<Outcome> => {
      tried(batch);
      await Promise.resolve();
      return doWork(batch);
    };
    return runAsync(
      runBatchWithFallback<number, string, 'down', Promise<Outcome>>({
        runAll: () => attempt(items),
        items: () => items,
        runOne: (item) => attempt([item]),
        onThrow: async (item, cause) => ok(`${item}: ${cause}`),
      }),
    );
  },
};

for (const [name, run] of Object.entries(drivers))
  describe(`A batch of ${name}`, () => {
    const outcomeOf = async (items: Items) => {
      const tried: Items[] = [];
      const outcome = await run(items, (batch) => tried.push(batch));
      return { outcome, tried };
    };

    test('A batch that does not throw runs once', async () => {
      expect(await outcomeOf([1, 2])).toEqual({ outcome: ok(['did 1,2']), tried: [[1, 2]] });
    });

    test('A batch that throws runs again item by item, and the bad item fails alone', async () => {
      expect(await outcomeOf([1, 13, 2])).toEqual({
        outcome: ok(['did 1', '13: Error: 13 is among 1', 'did 2']),
        tried: [[1, 13, 2], [1], [13], [2]],
      });
    });

    test('A batch of one that throws is not tried twice', async () => {
      expect(await outcomeOf([13])).toEqual({ outcome: ok(['13: Error: 13 is among 1']), tried: [[13]] });
    });

    test('An outage ends the run, in the whole batch or in a single item', async () => {
      expect(await outcomeOf([1, 99])).toEqual({ outcome: err('down'), tried: [[1, 99]] });
      expect(await outcomeOf([1, 13, 99, 2])).toEqual({
        outcome: err('down'),
        tried: [[1, 13, 99, 2], [1], [13], [99]],
      });
    });
  });

describe('A batch that throws before it has read its items', () => {
  const broken = new Error('no table');
  const unused = () => {
    throw new Error('there is no item to run');
  };

  test('Synchronous work throws the same error', () => {
    const work = runBatchWithFallback<number, string, never, Result<string, never>>({
      runAll: () => {
        throw broken;
      },
      items: () => [],
      runOne: unused,
      onThrow: unused,
    });
    expect(() => runSync(work)).toThrow(broken);
  });

  test('Asynchronous work rejects with the same error', async () => {
    const work = runBatchWithFallback<number, string, never, Promise<Result<string, never>>>({
      runAll: () => Promise.reject(broken),
      items: () => [],
      runOne: unused,
      onThrow: unused,
    });
    expect(runAsync(work)).rejects.toThrow(broken);
  });

  test('An error that onThrow throws is not hidden', async () => {
    const work = runBatchWithFallback<number, string, never, Promise<Result<string, never>>>({
      runAll: () => Promise.reject(broken),
      items: () => [1, 2],
      runOne: () => Promise.reject(broken),
      onThrow: () => Promise.reject(new Error('it cannot be recorded')),
    });
    expect(runAsync(work)).rejects.toThrow('it cannot be recorded');
  });
});
