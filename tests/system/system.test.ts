import { describe, expect, test } from 'bun:test';
import { createTimeOrderedIds } from '../../adapters/system/ids.ts';
import { createSystemWorld } from '../../adapters/system/system.ts';
import { firstIdAt, parseUuid } from '../../core/id.ts';

const atMs = Date.UTC(2026, 2, 1, 8);

describe('ids of the system world', () => {
  test('An id of the system world is a UUIDv7 in lower case that embeds its millisecond', () => {
    const id = createSystemWorld().ids.next(atMs);
    expect(parseUuid(id)).toBe(id);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)).toBe(atMs);
    expect(id > firstIdAt(atMs) && id < firstIdAt(atMs + 1)).toBe(true);
  });

  test('Ids increase strictly within a millisecond, over milliseconds, and when the clock goes back', () => {
    const { ids, random } = createSystemWorld();
    let nowMs = atMs;
    let last = '';
    for (let count = 0; count < 20_000; count++) {
      nowMs += [0, 0, 0, 1, -3, 4][Math.floor(random.unit() * 6)] ?? 0;
      const id = ids.next(nowMs);
      if (!(id > last)) throw new Error(`the id ${id} is not after ${last}`);
      last = id;
    }
  });

  test('The count of an id carries over from its low part into its high part', () => {
    const allOnes = { unit: () => 0, bytes: (length: number) => new Uint8Array(length).fill(0xff) };
    const ids = createTimeOrderedIds(allOnes);
    const [first, second] = [ids.next(atMs), ids.next(atMs)];
    // The count begins at 2^41 - 1, the end of its lower half.
    expect(first.slice(14)).toBe('77ff-bfff-ffffffffffff');
    expect(second.slice(14)).toBe('7800-8000-0000ffffffff');
  });

  test('Ids of two processes differ', () => {
    const [one, other] = [createSystemWorld(), createSystemWorld()];
    const ids = new Set(
      [one, other].flatMap(({ ids }) => Array.from({ length: 1000 }, () => ids.next(atMs))),
    );
    expect(ids.size).toBe(2000);
  });
});

describe('the event loop of the system world', () => {
  test('yieldToEventLoop resolves after the callbacks that were already queued', async () => {
    const called: string[] = [];
    setImmediate(() => called.push('queued before'));
    await createSystemWorld().yieldToEventLoop();
    expect(called).toEqual(['queued before']);
  });
});

describe('random values of the system world', () => {
  test('Random numbers are spread over [0, 1)', () => {
    const { random } = createSystemWorld();
    const numbers = Array.from({ length: 10_000 }, random.unit);
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
    const tenths = new Set(numbers.map((number) => Math.floor(number * 10)));
    expect(tenths.size).toBe(10);
  });

  test('Random bytes have the requested length and do not repeat', () => {
    const { random } = createSystemWorld();
    expect([0, 1, 16, 8192, 20_000].map((length) => random.bytes(length).length)).toEqual([
      0, 1, 16, 8192, 20_000,
    ]);
    const keys = new Set(Array.from({ length: 2000 }, () => random.bytes(16).join()));
    expect(keys.size).toBe(2000);
  });

  test('Random bytes belong to the caller: later calls do not change them', () => {
    const { random } = createSystemWorld();
    const secret = random.bytes(32);
    const before = secret.join();
    for (let calls = 0; calls < 1000; calls++) random.bytes(32).fill(0);
    expect(secret.join()).toBe(before);
  });
});

describe('timer of the system world', () => {
  const { timer } = createSystemWorld();

  test('The timer calls in the order of time, and a call without a delay comes after the current turn', async () => {
    const called: string[] = [];
    const last = Promise.withResolvers<void>();
    timer.after(5, () => last.resolve());
    timer.after(1, () => called.push('1 ms'));
    timer.after(0, () => called.push('0 ms'));
    called.push('this turn');
    await last.promise;
    expect(called).toEqual(['this turn', '0 ms', '1 ms']);
  });

  test('A cancelled timer never calls', async () => {
    const called: string[] = [];
    for (const ms of [0, 1]) timer.after(ms, () => called.push(`${ms} ms`))();
    await new Promise<void>((resolve) => timer.after(10, resolve));
    expect(called).toEqual([]);
  });

  test('A deadline counts down to zero and below', async () => {
    const deadline = timer.deadline(5);
    expect(deadline.remainingMs()).toBeLessThanOrEqual(5);
    await new Promise<void>((resolve) => timer.after(10, resolve));
    expect(deadline.remainingMs()).toBeLessThanOrEqual(0);
  });

  test('A background timer does not keep the process alive', async () => {
    const code = `const { systemTimer } = await import('./adapters/system/timer.ts');
      systemTimer.after(60_000, () => {}, { background: true });`;
    const child = Bun.spawn([process.execPath, '-e', code], { cwd: `${import.meta.dir}/../..` });
    expect(await child.exited).toBe(0);
  });
});
