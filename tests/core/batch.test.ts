import { describe, expect, test } from 'bun:test';
import { err, ok } from 'neverthrow';
import { createBatcher, createResultBatcher } from '../../core/batch.ts';

/** Runs batches when it is told to, and remembers them. Its turns end as soon as what was called has gone on. */
const gate = () => {
  const batches: (readonly number[])[] = [];
  const open: (() => void)[] = [];
  const run = async (items: readonly number[]): Promise<readonly string[]> => {
    batches.push(items);
    await new Promise<void>((resolve) => open.push(resolve));
    if (items.includes(13)) throw new Error(`13 is among ${items.length}`);
    return items.map((item) => `did ${item}`);
  };
  const turn = () => Promise.resolve();
  const over = async () => {
    for (let step = 0; step < 10; step++) await Promise.resolve();
  };
  /** Lets the oldest batch through, and waits until what follows from it has begun. */
  const next = async () => {
    open.shift()?.();
    await over();
  };
  return { batches, run, turn, over, next };
};

describe('calls that come together', () => {
  const limits = { batchMax: 3, waitingMax: 5 };

  test('a lone call waits for its turn to be over, and for nobody', async () => {
    const { batches, run, turn, over, next } = gate();
    const call = createBatcher(run, limits, turn, () => 'full');
    const first = call(1);
    expect(batches).toEqual([]);
    await over();
    expect(batches).toEqual([[1]]);
    await next();
    expect(await first).toBe('did 1');
    const second = call(2);
    await over();
    expect(batches).toEqual([[1], [2]]);
    await next();
    expect(await second).toBe('did 2');
  });

  test('those of one turn share a batch, and those that come meanwhile the next, in their order', async () => {
    const { batches, run, turn, over, next } = gate();
    const call = createBatcher(run, limits, turn, () => 'full');
    const calls = [1, 2, 3, 4].map(call);
    await over();
    expect(batches).toEqual([[1, 2, 3]]);
    const late = [5, 6].map(call);
    await next();
    expect(batches).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    await next();
    const heard = await Promise.all([...calls, ...late]);
    expect<readonly string[]>(heard).toEqual([1, 2, 3, 4, 5, 6].map((item) => `did ${item}`));
  });

  test('what follows in the turn after a batch goes with those that waited for it', async () => {
    const { batches, run, turn, over, next } = gate();
    const call = createBatcher(run, limits, turn, () => 'full');
    const again = call(1).then(() => call(3));
    await over();
    const other = call(2);
    await next();
    expect(batches).toEqual([[1], [2, 3]]);
    await next();
    expect(await Promise.all([again, other])).toEqual(['did 3', 'did 2']);
  });

  test('no more than a share of them go at once, where there is one, and one of them always does', async () => {
    const { batches, run, turn, over, next } = gate();
    let share = 2;
    const call = createBatcher(run, { ...limits, maxShare: () => share }, turn, () => 'full');
    const calls = [1, 2, 3, 4, 5].map(call);
    await over();
    share = 9;
    await next();
    share = 0;
    await next();
    expect(batches).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
    const last = call(6);
    await over();
    await next();
    expect(await Promise.all([...calls, last])).toHaveLength(6);
  });

  test('a bad item fails alone', async () => {
    const { batches, run, turn, over, next } = gate();
    const call = createBatcher(run, limits, turn, () => 'full');
    const calls = [1, 13, 2, 4].map(call);
    const settled = Promise.allSettled(calls);
    await over();
    for (let batch = 0; batch < 5; batch++) await next();
    expect(batches).toEqual([[1, 13, 2], [1], [13], [2], [4]]);
    const outcomes = (await settled).map((one) =>
      one.status === 'fulfilled' ? one.value : String(one.reason),
    );
    expect(outcomes).toEqual(['did 1', 'Error: 13 is among 1', 'did 2', 'did 4']);
    const after = call(5);
    await over();
    await next();
    expect(await after).toBe('did 5');
  });

  test('a call that finds too many before it is answered at once', async () => {
    const { batches, run, turn, over, next } = gate();
    const call = createBatcher(run, limits, turn, (item) => `no room for ${item}`);
    const calls = [1, 2, 3, 4, 5].map(call);
    expect(await call(6)).toBe('no room for 6');
    await over();
    const again = call(7);
    await next();
    for (let batch = 0; batch < 3; batch++) await next();
    expect(await Promise.all([...calls, again])).toHaveLength(6);
    expect(batches.flat()).not.toContain(6);
  });
});

describe("a port's batch verb", () => {
  const limits = { batchMax: 10, waitingMax: 1 };
  const world = { clock: { nowMs: () => 77 }, turn: () => Promise.resolve() };

  test('each call hears its own answer', async () => {
    const times: number[] = [];
    const run = async (items: readonly number[], nowMs: number) => {
      times.push(nowMs);
      return ok(items.map((item) => item * 2));
    };
    const call = createResultBatcher(run, { ...limits, waitingMax: 2 }, world);
    expect(await Promise.all([call(1), call(2)])).toEqual([ok(2), ok(4)]);
    expect(times).toEqual([77]);
  });

  test('where the whole batch fails, each call hears that failure', async () => {
    const down = { kind: 'unavailable', reason: 'down' } as const;
    const call = createResultBatcher<number, number>(
      async () => err(down),
      { ...limits, waitingMax: 9 },
      world,
    );
    expect(await Promise.all([call(1), call(2), call(3)])).toEqual([err(down), err(down), err(down)]);
  });

  test('where too many wait, a call hears so', async () => {
    const never = new Promise<never>(() => {});
    const call = createResultBatcher<number, number>(() => never, limits, world);
    void call(1);
    expect((await call(2))._unsafeUnwrapErr()).toMatchObject({ kind: 'unavailable' });
  });
});
