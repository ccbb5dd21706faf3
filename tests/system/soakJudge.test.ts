import { expect, test } from 'bun:test';
import { judgeSoak } from '../../bench/soak/judge.ts';
import type { SoakSample } from '../../bench/soak/plan.ts';

const flat: SoakSample = {
  minute: 0,
  boughtPerSecond: 100,
  failed: 0,
  p50Ms: 5,
  p99Ms: 20,
  searchP99Ms: 10,
  residentMb: 200,
  databaseMb: 0,
  orders: 0,
  tasks: 10,
  events: 0,
  expiring: 0,
  counted: 50,
};

const soak = (change: (minute: number) => Partial<SoakSample> = () => ({})): readonly SoakSample[] =>
  Array.from({ length: 60 }, (_, minute) => {
    const grown = { orders: minute * 6_000, databaseMb: minute * 24 };
    return { ...flat, minute, ...grown, ...change(minute) };
  });

test('A soak is flat if only the orders grow, and at first the memory', () => {
  expect(judgeSoak(soak())).toEqual([]);
  expect(judgeSoak(soak((minute) => ({ residentMb: minute < 20 ? 100 + 5 * minute : 200 })))).toEqual([]);
});

test.each([
  ['memory', (minute: number) => ({ residentMb: 200 + 3 * minute })],
  ['the median', (minute: number) => ({ p50Ms: 5 + minute })],
  ['the slowest purchases', (minute: number) => ({ p99Ms: 20 + minute ** 2 / 10 })],
  ['the slowest searches', (minute: number) => ({ searchP99Ms: 10 + minute ** 2 / 10 })],
  ['the queue', (minute: number) => ({ tasks: 100 * minute })],
  ['events', (minute: number) => ({ events: 100 * minute })],
  ['orders that expire', (minute: number) => ({ expiring: 100 * minute })],
  ['counters', (minute: number) => ({ counted: 100 * minute })],
  ['the bytes of an order', (minute: number) => ({ databaseMb: minute ** 2 })],
])('A soak is not flat if %s grow to the end', (_, change) => {
  expect(judgeSoak(soak(change))).toHaveLength(1);
});

test('A soak fails for one request that failed, and says nothing without samples', () => {
  expect(judgeSoak(soak((minute) => ({ failed: minute === 3 ? 1 : 0 })))).toEqual(['1 requests failed']);
  expect(() => judgeSoak([flat])).toThrow('6 samples');
});
