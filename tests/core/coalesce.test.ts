import { describe, expect, test } from 'bun:test';
import { err, ok } from 'neverthrow';
import { coalesce, coalesceAnswers } from '../../core/coalesce.ts';

/** Runs batches when it is told to, and remembers them. */
const gate = () => {
  const batches: (readonly number[])[] = [];
  const open: (() => void)[] = [];
  const run = async (items: readonly number[]): Promise<readonly string[]> => {
    batches.push(items);
    await new Promise<void>((resolve) => open.push(resolve));
    if (items.includes(13)) throw new Error(`13 is among ${items.length}`);
    return items.map((item) => `did ${item}`);
  };
  /** Lets the oldest batch through, and waits until what follows from it has begun. */
  const next = async () => {
    open.shift()?.();
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  };
  return { batches, run, next };
};

describe('calls that come together', () => {
  const limits = { batchMax: 3, waitingMax: 5 };

  test('a lone call goes at once', async () => {
    const { batches, run, next } = gate();
    const call = coalesce(run, limits, () => 'full');
    const first = call(1);
    expect(batches).toEqual([[1]]);
    await next();
    expect(await first).toBe('did 1');
    const second = call(2);
    expect(batches).toEqual([[1], [2]]);
    await next();
    expect(await second).toBe('did 2');
  });

  test('those that come meanwhile share the next batches, in their order', async () => {
    const { batches, run, next } = gate();
    const call = coalesce(run, limits, () => 'full');
    const calls = [1, 2, 3, 4, 5].map(call);
    expect(batches).toEqual([[1]]);
    await next();
    expect(batches).toEqual([[1], [2, 3, 4]]);
    const late = call(6);
    await next();
    expect(batches).toEqual([[1], [2, 3, 4], [5, 6]]);
    await next();
    const heard = await Promise.all([...calls, late]);
    expect<readonly string[]>(heard).toEqual([1, 2, 3, 4, 5, 6].map((item) => `did ${item}`));
  });

  test('a bad item fails alone', async () => {
    const { batches, run, next } = gate();
    const call = coalesce(run, limits, () => 'full');
    const calls = [1, 2, 13, 4].map(call);
    const settled = Promise.allSettled(calls);
    for (let batch = 0; batch < 5; batch++) await next();
    expect(batches).toEqual([[1], [2, 13, 4], [2], [13], [4]]);
    const outcomes = (await settled).map((one) =>
      one.status === 'fulfilled' ? one.value : String(one.reason),
    );
    expect(outcomes).toEqual(['did 1', 'did 2', 'Error: 13 is among 1', 'did 4']);
    const after = call(5);
    await next();
    expect(await after).toBe('did 5');
  });

  test('a call that finds too many before it is answered at once', async () => {
    const { batches, run, next } = gate();
    const call = coalesce(run, limits, (item) => `no room for ${item}`);
    const calls = [0, 1, 2, 3, 4, 5].map(call);
    expect(await call(6)).toBe('no room for 6');
    await next();
    const again = call(7);
    for (let batch = 0; batch < 3; batch++) await next();
    expect(await Promise.all([...calls, again])).toHaveLength(7);
    expect(batches.flat()).not.toContain(6);
  });
});

describe("a port's batch verb", () => {
  const limits = { batchMax: 10, waitingMax: 1 };
  const clock = { nowMs: () => 77 };

  test('each call hears its own answer', async () => {
    const times: number[] = [];
    const run = async (items: readonly number[], nowMs: number) => {
      times.push(nowMs);
      return ok(items.map((item) => item * 2));
    };
    const call = coalesceAnswers(run, limits, clock);
    expect(await Promise.all([call(1), call(2)])).toEqual([ok(2), ok(4)]);
    expect(times).toEqual([77, 77]);
  });

  test('where the whole batch fails, each call hears that failure', async () => {
    const down = { kind: 'unavailable', reason: 'down' } as const;
    const call = coalesceAnswers<number, number>(async () => err(down), { ...limits, waitingMax: 9 }, clock);
    expect(await Promise.all([call(1), call(2), call(3)])).toEqual([err(down), err(down), err(down)]);
  });

  test('where too many wait, a call hears so', async () => {
    const never = new Promise<never>(() => {});
    const call = coalesceAnswers<number, number>(() => never, limits, clock);
    void call(1);
    void call(2);
    expect((await call(3))._unsafeUnwrapErr()).toMatchObject({ kind: 'unavailable' });
  });
});
