import { describe, expect, test } from 'bun:test';
import { err, ok } from 'neverthrow';
import { createBatcher, createResultBatcher } from '../../core/batcher.ts';

/**
 * A `run` whose batches finish only when the test says so. `batches` are the batches that have begun. Its event loop
 * yields for one microtask only.
 */
const createManualRun = () => {
  const batches: (readonly number[])[] = [];
  const finish: (() => void)[] = [];
  const run = async (items: readonly number[]): Promise<readonly string[]> => {
    batches.push(items);
    await new Promise<void>((resolve) => finish.push(resolve));
    if (items.includes(13)) throw new Error(`13 is among ${items.length}`);
    return items.map((item) => `did ${item}`);
  };
  const yieldToEventLoop = () => Promise.resolve();
  /** Waits until everything that can run has run. */
  const flushMicrotasks = async () => {
    for (let step = 0; step < 10; step++) await Promise.resolve();
  };
  /** Finishes the oldest batch, and waits until the next one has begun. */
  const finishBatch = async () => {
    finish.shift()?.();
    await flushMicrotasks();
  };
  return { batches, run, yieldToEventLoop, flushMicrotasks, finishBatch };
};

describe('Batches of concurrent calls', () => {
  const limits = { batchMax: 3, waitingMax: 5 };

  test('A single call waits for the event loop only', async () => {
    const { batches, run, yieldToEventLoop, flushMicrotasks, finishBatch } = createManualRun();
    const call = createBatcher(run, limits, yieldToEventLoop, () => 'full');
    const first = call(1);
    expect(batches).toEqual([]);
    await flushMicrotasks();
    expect(batches).toEqual([[1]]);
    await finishBatch();
    expect(await first).toBe('did 1');
    const second = call(2);
    await flushMicrotasks();
    expect(batches).toEqual([[1], [2]]);
    await finishBatch();
    expect(await second).toBe('did 2');
  });

  test('Concurrent calls share a batch, and calls that come while it runs share the next one, in their order', async () => {
    const { batches, run, yieldToEventLoop, flushMicrotasks, finishBatch } = createManualRun();
    const call = createBatcher(run, limits, yieldToEventLoop, () => 'full');
    const calls = [1, 2, 3, 4].map(call);
    await flushMicrotasks();
    expect(batches).toEqual([[1, 2, 3]]);
    const later = [5, 6].map(call);
    await finishBatch();
    expect(batches).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    await finishBatch();
    const outcomes = await Promise.all([...calls, ...later]);
    expect<readonly string[]>(outcomes).toEqual([1, 2, 3, 4, 5, 6].map((item) => `did ${item}`));
  });

  test('A call that a finished batch leads to joins the calls that waited for that batch', async () => {
    const { batches, run, yieldToEventLoop, flushMicrotasks, finishBatch } = createManualRun();
    const call = createBatcher(run, limits, yieldToEventLoop, () => 'full');
    const again = call(1).then(() => call(3));
    await flushMicrotasks();
    const other = call(2);
    await finishBatch();
    expect(batches).toEqual([[1], [2, 3]]);
    await finishBatch();
    expect(await Promise.all([again, other])).toEqual(['did 3', 'did 2']);
  });

  test('A batch has at most maxShare calls, and at least one', async () => {
    const { batches, run, yieldToEventLoop, flushMicrotasks, finishBatch } = createManualRun();
    let maxShare = 2;
    const call = createBatcher(run, { ...limits, maxShare: () => maxShare }, yieldToEventLoop, () => 'full');
    const calls = [1, 2, 3, 4, 5].map(call);
    await flushMicrotasks();
    maxShare = 9;
    await finishBatch();
    maxShare = 0;
    await finishBatch();
    expect(batches).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
    const last = call(6);
    await flushMicrotasks();
    await finishBatch();
    expect(await Promise.all([...calls, last])).toHaveLength(6);
  });

  test('A bad item fails without the others of its batch', async () => {
    const { batches, run, yieldToEventLoop, flushMicrotasks, finishBatch } = createManualRun();
    const call = createBatcher(run, limits, yieldToEventLoop, () => 'full');
    const calls = [1, 13, 2, 4].map(call);
    const allSettled = Promise.allSettled(calls);
    await flushMicrotasks();
    for (let batch = 0; batch < 5; batch++) await finishBatch();
    expect(batches).toEqual([[1, 13, 2], [1], [13], [2], [4]]);
    const outcomes = (await allSettled).map((one) =>
      one.status === 'fulfilled' ? one.value : String(one.reason),
    );
    expect(outcomes).toEqual(['did 1', 'Error: 13 is among 1', 'did 2', 'did 4']);
    const after = call(5);
    await flushMicrotasks();
    await finishBatch();
    expect(await after).toBe('did 5');
  });

  test('A call that finds too many waiting calls is refused at once', async () => {
    const { batches, run, yieldToEventLoop, flushMicrotasks, finishBatch } = createManualRun();
    const call = createBatcher(run, limits, yieldToEventLoop, (item) => `no room for ${item}`);
    const calls = [1, 2, 3, 4, 5].map(call);
    expect(await call(6)).toBe('no room for 6');
    await flushMicrotasks();
    const again = call(7);
    await finishBatch();
    for (let batch = 0; batch < 3; batch++) await finishBatch();
    expect(await Promise.all([...calls, again])).toHaveLength(6);
    expect(batches.flat()).not.toContain(6);
  });
});

describe("Batches of a port's method", () => {
  const limits = { batchMax: 10, waitingMax: 1 };
  const world = { clock: { nowMs: () => 77 }, yieldToEventLoop: () => Promise.resolve() };

  test('Each call gets its own result', async () => {
    const times: number[] = [];
    const run = async (items: readonly number[], nowMs: number) => {
      times.push(nowMs);
      return ok(items.map((item) => item * 2));
    };
    const call = createResultBatcher(run, { ...limits, waitingMax: 2 }, world);
    expect(await Promise.all([call(1), call(2)])).toEqual([ok(2), ok(4)]);
    expect(times).toEqual([77]);
  });

  test('Each call of a batch that fails gets that failure', async () => {
    const down = { kind: 'unavailable', reason: 'down' } as const;
    const call = createResultBatcher<number, number>(
      async () => err(down),
      { ...limits, waitingMax: 9 },
      world,
    );
    expect(await Promise.all([call(1), call(2), call(3)])).toEqual([err(down), err(down), err(down)]);
  });

  test('A call that finds too many waiting calls fails with unavailable', async () => {
    const never = new Promise<never>(() => {});
    const call = createResultBatcher<number, number>(() => never, limits, world);
    void call(1);
    expect((await call(2))._unsafeUnwrapErr()).toMatchObject({ kind: 'unavailable' });
  });
});
