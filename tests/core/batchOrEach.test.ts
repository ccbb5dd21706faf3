import { describe, expect, test } from 'bun:test';
import { err, ok, type Result } from 'neverthrow';
import { batchOrEach, runAsync, runSync } from '../../core/batchOrEach.ts';

type Outcome = Result<string, 'down'>;
type Items = readonly number[];

/** Throws for a batch that holds 13, and answers `Err` for one that holds 99. */
const doWork = (items: Items): Outcome => {
  if (items.includes(13)) throw new Error(`13 is among ${items.length}`);
  return items.includes(99) ? err('down') : ok(`did ${items.join()}`);
};

/** The same for a database that answers at once and one that answers later. */
const drivers: Readonly<
  Record<string, (items: Items, tried: (items: Items) => void) => Promise<Result<readonly string[], 'down'>>>
> = {
  'work that is done at once': async (items, tried) => {
    const attempt = (some: Items): Outcome => {
      tried(some);
      return doWork(some);
    };
    return runSync(
      batchOrEach<number, string, 'down', Outcome>({
        together: () => attempt(items),
        items: () => items,
        alone: (item) => attempt([item]),
        threw: (item, cause) => ok(`${item}: ${cause}`),
      }),
    );
  },
  'work that is done later': (items, tried) => {
    const attempt = async (some: Items): Promise<Outcome> => {
      tried(some);
      await Promise.resolve();
      return doWork(some);
    };
    return runAsync(
      batchOrEach<number, string, 'down', Promise<Outcome>>({
        together: () => attempt(items),
        items: () => items,
        alone: (item) => attempt([item]),
        threw: async (item, cause) => ok(`${item}: ${cause}`),
      }),
    );
  },
};

for (const [name, run] of Object.entries(drivers))
  describe(`a batch of ${name}`, () => {
    const outcomeOf = async (items: Items) => {
      const tried: Items[] = [];
      const outcome = await run(items, (some) => tried.push(some));
      return { outcome, tried };
    };

    test('a batch that does not throw runs once', async () => {
      expect(await outcomeOf([1, 2])).toEqual({ outcome: ok(['did 1,2']), tried: [[1, 2]] });
    });

    test('a batch that throws runs again item by item, and the bad item fails alone', async () => {
      expect(await outcomeOf([1, 13, 2])).toEqual({
        outcome: ok(['did 1', '13: Error: 13 is among 1', 'did 2']),
        tried: [[1, 13, 2], [1], [13], [2]],
      });
    });

    test('a batch of one that throws is not tried twice', async () => {
      expect(await outcomeOf([13])).toEqual({ outcome: ok(['13: Error: 13 is among 1']), tried: [[13]] });
    });

    test('an outage ends the run, whether it meets the batch or an item', async () => {
      expect(await outcomeOf([1, 99])).toEqual({ outcome: err('down'), tried: [[1, 99]] });
      expect(await outcomeOf([1, 13, 99, 2])).toEqual({
        outcome: err('down'),
        tried: [[1, 13, 99, 2], [1], [13], [99]],
      });
    });
  });

describe('a batch that throws before it has found its items', () => {
  const broken = new Error('no table');
  const unused = () => {
    throw new Error('there is no item to run');
  };

  test('it throws the same at once', () => {
    const work = batchOrEach<number, string, never, Result<string, never>>({
      together: () => {
        throw broken;
      },
      items: () => [],
      alone: unused,
      threw: unused,
    });
    expect(() => runSync(work)).toThrow(broken);
  });

  test('it rejects with the same later', async () => {
    const work = batchOrEach<number, string, never, Promise<Result<string, never>>>({
      together: () => Promise.reject(broken),
      items: () => [],
      alone: unused,
      threw: unused,
    });
    expect(runAsync(work)).rejects.toThrow(broken);
  });

  test('what throws in place of a bad item is not hidden', async () => {
    const work = batchOrEach<number, string, never, Promise<Result<string, never>>>({
      together: () => Promise.reject(broken),
      items: () => [1, 2],
      alone: () => Promise.reject(broken),
      threw: () => Promise.reject(new Error('it cannot be written down')),
    });
    expect(runAsync(work)).rejects.toThrow('it cannot be written down');
  });
});
