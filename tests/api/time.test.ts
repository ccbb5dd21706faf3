import { expect, test } from 'bun:test';
import { readFrom, readTo } from '../../api/http/time.ts';
import { createCalendar } from '../../core/calendar.ts';

const vietnam = createCalendar('Asia/Ho_Chi_Minh');
const read = (text: string) => readFrom(text, vietnam).unwrapOr(null);

test.each([
  ['2026-03-01T08:00:00Z', Date.UTC(2026, 2, 1, 8)],
  ['2026-03-01t08:00:00.5z', Date.UTC(2026, 2, 1, 8, 0, 0, 500)],
  ['2026-03-01T08:00:00.123456789Z', Date.UTC(2026, 2, 1, 8, 0, 0, 123)],
  ['2026-03-01T08:00:00+07:00', Date.UTC(2026, 2, 1, 1)],
  ['2026-03-01T08:00:00 07:00', Date.UTC(2026, 2, 1, 1)],
  ['2026-03-01T08:00:00-03:30', Date.UTC(2026, 2, 1, 11, 30)],
  ['2024-02-29T23:59:60Z', Date.UTC(2024, 2, 1)],
  ['0001-01-01T00:00:00Z', -62_135_596_800_000],
])('The time %s is %p in epoch milliseconds', (text, ms) => {
  expect(read(text)).toBe(ms);
});

test.each([
  [''],
  ['now'],
  ['1772352000000'],
  ['2026-3-1'],
  ['2026-02-29'],
  [' 2026-03-01'],
  ['20260301'],
  ['2026-03-01T08:00Z'],
  ['2026-03-01T08:00:00'],
  ['2026-03-01 08:00:00Z'],
  ['2026-02-29T08:00:00Z'],
  ['2026-13-01T08:00:00Z'],
  ['2026-00-01T08:00:00Z'],
  ['2026-04-31T08:00:00Z'],
  ['2026-03-01T24:00:00Z'],
  ['2026-03-01T08:60:00Z'],
  ['2026-03-01T08:00:61Z'],
  ['2026-03-01T08:00:00+24:00'],
  ['2026-03-01T08:00:00+07:60'],
  ['2026-03-01T08:00:00+0700'],
  ['2026-03-01T08:00:00.1234567890Z'],
])('The text %p is not a valid time', (text) => {
  expect(read(text)).toBeNull();
});

test('A plain date is the whole day in the time zone of the shop, at both ends', () => {
  expect(read('2026-03-01')).toBe(Date.UTC(2026, 1, 28, 17));
  expect(readTo('2026-03-01', vietnam).unwrapOr(null)).toBe(Date.UTC(2026, 2, 1, 17));
});

test('A plain date on which the clocks change is the whole day', () => {
  const berlin = createCalendar('Europe/Berlin');
  expect(readFrom('2026-10-25', berlin).unwrapOr(null)).toBe(Date.UTC(2026, 9, 24, 22));
  expect(readTo('2026-10-25', berlin).unwrapOr(null)).toBe(Date.UTC(2026, 9, 25, 23));
});
