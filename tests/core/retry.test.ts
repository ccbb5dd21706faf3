import { describe, expect, test } from 'bun:test';
import { attemptsMax, retryAtMs } from '../../core/retry.ts';
import { testWorld } from '../world.ts';

const chanceOf = (unit: number) => ({ unit: () => unit, bytes: () => new Uint8Array() });

describe('a retry', () => {
  test('waits at most twice as long each time, and five minutes at the most', () => {
    const longest = Array.from({ length: attemptsMax - 1 }, (_, index) =>
      retryAtMs(index + 1, 1_000_000, chanceOf(1 - Number.EPSILON)),
    );
    expect(longest.map((atMs) => (atMs ?? 0) - 1_000_000)).toEqual([
      2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000,
    ]);
  });

  test('may come at once, so that those who failed together do not come together', () => {
    for (let attempts = 1; attempts < attemptsMax; attempts++)
      expect(retryAtMs(attempts, 5, chanceOf(0))).toBe(5);
    const { random } = testWorld(0, 1);
    const pauses = new Set(Array.from({ length: 100 }, () => retryAtMs(5, 0, random)));
    expect(pauses.size).toBeGreaterThan(90);
    for (const pauseMs of pauses) expect(pauseMs).toBeWithin(0, 32_001);
  });

  test('is not made after the last try', () => {
    expect(retryAtMs(attemptsMax - 1, 0, chanceOf(0))).toBe(0);
    expect(retryAtMs(attemptsMax, 0, chanceOf(0))).toBeNull();
    expect(retryAtMs(attemptsMax + 1, 0, chanceOf(0))).toBeNull();
  });
});
