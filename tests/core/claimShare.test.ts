import { describe, expect, test } from 'bun:test';
import { mixClaimed, shareClaim } from '../../core/claimShare.ts';

describe('the shares of a claim', () => {
  test('One task in eight is of the newest, and a claim of a few tasks takes only the oldest', () => {
    expect(shareClaim(500)).toEqual({ oldest: 438, newest: 62 });
    expect(shareClaim(8)).toEqual({ oldest: 7, newest: 1 });
    for (const limit of [1, 7]) expect(shareClaim(limit)).toEqual({ oldest: limit, newest: 0 });
    for (let limit = 1; limit <= 600; limit++) {
      const { oldest, newest } = shareClaim(limit);
      expect(oldest + newest).toBe(limit);
      expect(oldest).toBeGreaterThan(newest);
    }
  });

  test('A batch has one of the newest after each seven of the oldest, and leaves nothing out', () => {
    const numbers = (count: number, from: number) =>
      Array.from({ length: count }, (_, index) => from + index);
    const mixed = mixClaimed(numbers(14, 1), numbers(2, 101));
    expect(mixed).toEqual([1, 2, 3, 4, 5, 6, 7, 101, 8, 9, 10, 11, 12, 13, 14, 102]);
    expect(mixClaimed([1, 2], [101, 102])).toEqual([1, 2, 101, 102]);
    expect(mixClaimed(numbers(9, 1), [])).toEqual(numbers(9, 1));
    expect(mixClaimed([], [101])).toEqual([101]);
    for (const oldest of [0, 6, 7, 8, 20, 438])
      for (const newest of [0, 1, 3, 62])
        expect(
          mixClaimed(numbers(oldest, 1), numbers(newest, 1_001)).toSorted((one, other) => one - other),
        ).toEqual([...numbers(oldest, 1), ...numbers(newest, 1_001)]);
  });
});
