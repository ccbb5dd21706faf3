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
