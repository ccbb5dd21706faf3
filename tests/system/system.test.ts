import { describe, expect, test } from 'bun:test';
import { timeOrderedIds } from '../../adapters/system/ids.ts';
import { systemWorld } from '../../adapters/system/system.ts';
import { firstIdAt, parseUuid } from '../../core/id.ts';

const atMs = Date.UTC(2026, 2, 1, 8);

describe('the ids of the system world', () => {
  test('are UUIDv7 in lower case that embed their millisecond', () => {
    const id = systemWorld().ids.next(atMs);
    expect(parseUuid(id)).toBe(id);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)).toBe(atMs);
    expect(id > firstIdAt(atMs) && id < firstIdAt(atMs + 1)).toBe(true);
  });

  test('increase strictly, in one millisecond, over many, and when the clock goes back', () => {
    const { ids, random } = systemWorld();
    let nowMs = atMs;
    let last = '';
    for (let made = 0; made < 20_000; made++) {
      nowMs += [0, 0, 0, 1, -3, 4][Math.floor(random.unit() * 6)] ?? 0;
      const id = ids.next(nowMs);
      if (!(id > last)) throw new Error(`${id} is not after ${last}`);
      last = id;
    }
  });

  test('carry over from the low part of the count into the high one', () => {
    const full = { unit: () => 0, bytes: (length: number) => new Uint8Array(length).fill(0xff) };
    const ids = timeOrderedIds(full);
    const [first, second] = [ids.next(atMs), ids.next(atMs)];
    // The count began at 2^41 - 1: all of its lower half.
    expect(first.slice(14)).toBe('77ff-bfff-ffffffffffff');
    expect(second.slice(14)).toBe('7800-8000-0000ffffffff');
  });

  test('of two processes differ', () => {
    const [one, other] = [systemWorld(), systemWorld()];
    const made = new Set(
      [one, other].flatMap(({ ids }) => Array.from({ length: 1000 }, () => ids.next(atMs))),
    );
    expect(made.size).toBe(2000);
  });
});

describe('a turn of the system world', () => {
  test('is over when what had come before it was heard', async () => {
    const heard: string[] = [];
    setImmediate(() => heard.push('came before'));
    await systemWorld().turn();
    expect(heard).toEqual(['came before']);
  });
});

describe('the random numbers of the system world', () => {
  test('are spread over [0, 1)', () => {
    const { random } = systemWorld();
    const drawn = Array.from({ length: 10_000 }, random.unit);
    expect(drawn.every((unit) => unit >= 0 && unit < 1)).toBe(true);
    const tenths = new Set(drawn.map((unit) => Math.floor(unit * 10)));
    expect(tenths.size).toBe(10);
  });

  test('gives as many octets as are asked for, and none of them twice', () => {
    const { random } = systemWorld();
    expect([0, 1, 16, 8192, 20_000].map((length) => random.bytes(length).length)).toEqual([
      0, 1, 16, 8192, 20_000,
    ]);
    const keys = new Set(Array.from({ length: 2000 }, () => random.bytes(16).join()));
    expect(keys.size).toBe(2000);
  });

  test('hands out octets that are the caller’s own', () => {
    const { random } = systemWorld();
    const secret = random.bytes(32);
    const before = secret.join();
    for (let drawn = 0; drawn < 1000; drawn++) random.bytes(32).fill(0);
    expect(secret.join()).toBe(before);
  });
});

describe('the timer of the system world', () => {
  const { timer } = systemWorld();

  test('the timer calls in the order of time, and what is due at once after the turn that is under way', async () => {
    const called: string[] = [];
    const last = Promise.withResolvers<void>();
    timer.after(5, () => last.resolve());
    timer.after(1, () => called.push('1 ms'));
    timer.after(0, () => called.push('0 ms'));
    called.push('this turn');
    await last.promise;
    expect(called).toEqual(['this turn', '0 ms', '1 ms']);
  });

  test('a cancelled timer never calls', async () => {
    const called: string[] = [];
    for (const ms of [0, 1]) timer.after(ms, () => called.push(`${ms} ms`))();
    await new Promise<void>((resolve) => timer.after(10, resolve));
    expect(called).toEqual([]);
  });

  test('a deadline counts down to its time and below it', async () => {
    const deadline = timer.deadline(5);
    expect(deadline.leftMs()).toBeLessThanOrEqual(5);
    await new Promise<void>((resolve) => timer.after(10, resolve));
    expect(deadline.leftMs()).toBeLessThanOrEqual(0);
  });

  test('a timer in the background keeps no process alive', async () => {
    const code = `const { systemTimer } = await import('./adapters/system/timer.ts');
      systemTimer.after(60_000, () => {}, { background: true });`;
    const child = Bun.spawn([process.execPath, '-e', code], { cwd: `${import.meta.dir}/../..` });
    expect(await child.exited).toBe(0);
  });
});
