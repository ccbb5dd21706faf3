import { t } from 'elysia';
import { err, ok, type Result } from 'neverthrow';
import { type ValidationFailure, validationFailure } from './check.ts';

/** A query parameter that is a time. `readTime` checks and parses its text. */
export const timeParameter = (description: string) =>
  t.String({ description, examples: ['2026-03-01T08:00:00Z'] });

/** A body field that is a day. `readDay` checks and parses its text. */
export const dayField = t.String({
  description: 'A day in UTC, from 2020-01-01 to today.',
  examples: ['2026-03-01'],
});

const firstDayMs = Date.UTC(2020);

/** The start of a calendar day in UTC, in epoch milliseconds. */
export const readDay = (path: string, text: string, nowMs: number): Result<number, ValidationFailure> => {
  const ms = parse(`${text}T00:00:00Z`);
  return ms === null || ms < firstDayMs || ms > nowMs
    ? err(validationFailure([{ path, message: 'Expected a day such as 2026-03-01, from 2020 to today' }]))
    : ok(ms);
};

// A plus sign that was not URL-encoded arrives as a blank, so a blank here means a plus sign.
const rfc3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+\- ])(\d\d):(\d\d))$/;

/** Parses an RFC 3339 time to epoch milliseconds (finer fractions are cut off). Null without one. */
export const readTime = (
  name: string,
  text: string | undefined,
): Result<number | null, ValidationFailure> => {
  if (text === undefined) return ok(null);
  const ms = parse(text);
  return ms === null
    ? err(validationFailure([{ path: `/${name}`, message: 'Expected a time such as 2026-03-01T08:00:00Z' }]))
    : ok(ms);
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
