import { describe, expect, test } from 'bun:test';
import { attemptsMax, failedMail, mailAttemptsMax, retryAtMs } from '../../core/retry.ts';
import { createTestWorld } from '../world.ts';

const fixedRandom = (unit: number) => ({ unit: () => unit, bytes: () => new Uint8Array() });

describe('Retries', () => {
  test('The longest pause before a retry doubles each time, up to five minutes', () => {
    const longest = Array.from({ length: attemptsMax - 1 }, (_, index) =>
      retryAtMs(index + 1, 1_000_000, fixedRandom(1 - Number.EPSILON)),
    );
    expect(longest.map((atMs) => (atMs ?? 0) - 1_000_000)).toEqual([
      2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000,
    ]);
  });

  test('The pause before a retry is random from 0, so that tasks that failed together are not retried together', () => {
    for (let attempts = 1; attempts < attemptsMax; attempts++)
      expect(retryAtMs(attempts, 5, fixedRandom(0))).toBe(5);
    const { random } = createTestWorld(0, 1);
    const pauses = new Set(Array.from({ length: 100 }, () => retryAtMs(5, 0, random)));
    expect(pauses.size).toBeGreaterThan(90);
    for (const pauseMs of pauses) expect(pauseMs).toBeWithin(0, 32_001);
  });

  test('No retry follows the last attempt', () => {
    expect(retryAtMs(attemptsMax - 1, 0, fixedRandom(0))).toBe(0);
    expect(retryAtMs(attemptsMax, 0, fixedRandom(0))).toBeNull();
    expect(retryAtMs(attemptsMax + 1, 0, fixedRandom(0))).toBeNull();
  });

  test('A mail that its server defers is tried for three days on average, with pauses of four hours at most', () => {
    const { random } = createTestWorld(0, 1);
    const lengths = Array.from({ length: 200 }, () => {
      let nowMs = 0;
      for (let attempts = 0; ; attempts++) {
        const world = { ...createTestWorld(nowMs, 1), random };
        const { outcome } = failedMail({ taskId: 't', lease: 1, attempts }, '450', world);
        if (outcome.kind === 'failed') {
          expect(attempts).toBe(mailAttemptsMax - 1);
          return nowMs;
        }
        expect(outcome.runAtMs - nowMs).toBeWithin(0, 4 * 3_600_000 + 1);
        nowMs = outcome.runAtMs;
      }
    });
    const days = lengths.map((ms) => ms / 86_400_000);
    expect(days.reduce((sum, each) => sum + each, 0) / days.length).toBeWithin(2.7, 3.3);
    expect(Math.min(...days)).toBeGreaterThan(1.5);
  });
});
