import { t } from 'elysia';
import { err, ok, type Result } from 'neverthrow';
import type { Calendar, DayRange } from '../../core/calendar.ts';
import { type ValidationFailure, validationFailure } from './check.ts';

const datePattern = '[0-9]{4}-[0-9]{2}-[0-9]{2}';
const timePattern = '[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]{1,9})?';

/** A query parameter that is a time or a day. `readFrom` and `readTo` check and parse its text. */
export const timeParameter = (description: string) =>
  t.String({
    description,
    examples: ['2026-03-01T08:00:00Z', '2026-03-01'],
    documented: { pattern: `^${datePattern}(?:[Tt]${timePattern}(?:[Zz]|[+-][0-9]{2}:[0-9]{2}))?$` },
  });

const expectedDay = 'a day of the shop’s time zone such as 2026-03-01, from 2020 to today';

/** A body field that is a day. `readDay` checks and parses its text. */
export const dayField = t.String({
  description: expectedDay,
  examples: ['2026-03-01'],
  documented: { pattern: '^20[2-9][0-9]-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$' },
});

const firstDay = '2020-01-01';

/** A day that has begun in the shop's time zone. */
export const readDay = (
  path: string,
  day: string,
  nowMs: number,
  calendar: Calendar,
): Result<DayRange & { readonly day: string }, ValidationFailure> => {
  const range = calendar.rangeOf(day);
  // At the date line a zone once had no such day at all.
  return range === null || range.fromMs === range.toMs || day < firstDay || range.fromMs > nowMs
    ? err(validationFailure([{ path, message: `Expected ${expectedDay}` }]))
    : ok({ day, ...range });
};

/** The last time that RFC 3339 can write: its years have four digits. */
export const lastTimeMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** A body field that is a time to come. `readTime` parses its text, and `refusePast` compares it with the clock. */
export const futureTimeField = t.String({
  format: 'date-time',
  description: 'a time to come, such as 2027-03-01T08:00:00Z',
});

const notFuture = (path: string): ValidationFailure =>
  validationFailure([{ path, message: 'Expected a time to come, such as 2027-03-01T08:00:00Z' }]);

export const readTime = (path: string, text: string): Result<number, ValidationFailure> => {
  const ms = parse(text);
  return ms === null || ms > lastTimeMs ? err(notFuture(path)) : ok(ms);
};

/** Why a time is not one to come; null if it is. A request that is sent again later can have one that has passed. */
export const refusePast = (path: string, ms: number, nowMs: number): ValidationFailure | null =>
  ms <= nowMs ? notFuture(path) : null;

// A plus sign that was not URL-encoded arrives as a blank, so a blank here means a plus sign.
const rfc3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+\- ])(\d\d):(\d\d))$/;

/**
 * Where a time range begins, in epoch milliseconds (finer fractions are cut off); null without a beginning. A plain date
 * is the whole day in the shop's time zone, so the range begins with it.
 */
export const readFrom = (text: string | undefined, calendar: Calendar) =>
  readEdge('from', text, (day) => calendar.rangeOf(day)?.fromMs ?? null);

/** Where a time range ends, exclusive. A plain date is the whole day, so the range ends after it. */
export const readTo = (text: string | undefined, calendar: Calendar) =>
  readEdge('to', text, (day) => calendar.rangeOf(day)?.toMs ?? null);

const readEdge = (
  name: string,
  text: string | undefined,
  edgeOfDay: (day: string) => number | null,
): Result<number | null, ValidationFailure> => {
  if (text === undefined) return ok(null);
  const ms = parse(text) ?? edgeOfDay(text);
  const message = 'Expected a time such as 2026-03-01T08:00:00Z, or a day such as 2026-03-01';
  return ms === null ? err(validationFailure([{ path: `/${name}`, message }])) : ok(ms);
};

const parse = (text: string): number | null => {
  const parts = rfc3339.exec(text);
  if (parts === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number);
  const [, , , , , , , fraction = '', sign, offsetHour = '0', offsetMinute = '0'] = parts;
  const local = new Date(0);
  local.setUTCFullYear(year, month - 1, day);
  const isDay = local.getUTCMonth() === month - 1 && local.getUTCDate() === day;
  const isTime = hour < 24 && minute < 60 && second <= 60 && +offsetHour < 24 && +offsetMinute < 60;
  if (!isDay || !isTime) return null;
  const offsetMinutes = (sign === '-' ? -1 : 1) * (+offsetHour * 60 + +offsetMinute);
  local.setUTCHours(hour, minute - offsetMinutes, second, Number(fraction.padEnd(3, '0').slice(0, 3)));
  return local.getTime();
};
