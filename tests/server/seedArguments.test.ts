import { describe, expect, test } from 'bun:test';
import { parseArguments } from '../../server/seedArguments.ts';

describe('the command line of the seeder', () => {
  test('The default is a thousand orders over a year', () => {
    expect(parseArguments([])._unsafeUnwrap()).toEqual({
      orders: 1_000,
      days: 365,
      force: false,
      help: false,
    });
  });

  test.each([
    [['--orders', '100000', '--days=30'], { orders: 100_000, days: 30, force: false, help: false }],
    [['--force'], { orders: 1_000, days: 365, force: true, help: false }],
    [['-h'], { orders: 1_000, days: 365, force: false, help: true }],
  ])('The arguments %p are accepted', (argv, expected) => {
    expect(parseArguments(argv)._unsafeUnwrap()).toEqual(expected);
  });

  test.each([
    [['--orders', '0'], '--orders must be a whole number from 1 to 10000000, not "0"'],
    [['--orders', '1e3'], '--orders must'],
    [['--orders=-5'], '--orders must'],
    [['--orders', '10000001'], '--orders must'],
    [['--days', '3651'], '--days must be a whole number from 1 to 3650'],
    [['--days', ''], '--days must'],
    [['--order', '5'], '--order'],
    [['500'], '500'],
    [['--orders'], '--orders'],
  ])('The arguments %p are refused', (argv, message) => {
    expect(parseArguments(argv)._unsafeUnwrapErr()).toContain(message);
  });
});
