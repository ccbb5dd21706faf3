import { describe, expect, test } from 'bun:test';
import { err, ok } from 'neverthrow';
import { createLimiter, runHeldAlone } from '../../core/heldRows.ts';
import { createManualTimer } from '../timer.ts';
import { createTestWorld } from '../world.ts';

const held = err({ kind: 'unavailable', reason: 'held', rowsHeld: true } as const);

describe('a batch with rows that somebody else holds', () => {
  const runWith = (isHeld: (item: number) => boolean) => {
    const runs: (readonly number[])[] = [];
    const run = runHeldAlone(async (items: readonly number[]) => {
      runs.push(items);
      return items.some(isHeld) ? held : ok(items.map((item) => item * 10));
    });
    const all = Array.from({ length: 20 }, (_, index) => index);
    return { runs, run: async () => (await run(all, 0)).map((result) => result.unwrapOr(-1)) };
  };

  test('Only the items with a held row fail', async () => {
    const { run } = runWith((item) => item === 0 || item === 7);
    expect(await run()).toEqual(
      Array.from({ length: 20 }, (_, item) => (item === 0 || item === 7 ? -1 : item * 10)),
    );
  });

  test('If all items are held, a few are tried and the rest is not', async () => {
    const { runs, run } = runWith(() => true);
    expect(await run()).toEqual(Array(20).fill(-1));
    expect(runs).toHaveLength(5);
  });

  test('A batch that nothing holds runs once', async () => {
    const { runs, run } = runWith(() => false);
    expect(await run()).toHaveLength(20);
    expect(runs).toHaveLength(1);
  });

  test('Another outage fails all items at once', async () => {
    let runs = 0;
    const run = runHeldAlone(async () => {
      runs += 1;
      return err({ kind: 'unavailable', reason: 'down' } as const);
    });
    expect((await run([1, 2], 0)).every((result) => result.isErr())).toBe(true);
    expect(runs).toBe(1);
  });
});

describe('a limiter', () => {
  test('It runs so many calls at a time, in their order, and not those that waited too long', async () => {
    const timer = createManualTimer(createTestWorld());
    const limit = createLimiter(timer, 2);
    const started: number[] = [];
    const ends: (() => void)[] = [];
    const results = Array.from({ length: 5 }, (_, index) =>
      limit(async () => {
        started.push(index);
        await new Promise<void>((resolve) => ends.push(resolve));
        return index;
      }, 1_000),
    );
    await timer.advance(500);
    expect(started).toEqual([0, 1]);
    ends.shift()?.();
    await timer.advance(400);
    expect(started).toEqual([0, 1, 2]);
    await timer.advance(100);
    for (const end of ends) end();
    expect(await Promise.all(results)).toEqual([0, 1, 2, null, null]);
    expect(await Promise.all([limit(async () => 'free', 1_000), limit(async () => 'free', 1_000)])).toEqual([
      'free',
      'free',
    ]);
    expect(timer.alarms.size).toBe(0);
  });
});
