import { t } from 'elysia';
import { err, ok, type Result } from 'neverthrow';
import { type Invalid, invalid } from './check.ts';

/** A query parameter that is a time; `readMoment` says whether the text is one. */
export const moment = (description: string) => t.String({ description, examples: ['2026-03-01T08:00:00Z'] });

/** A field of a body that is a day; `readDay` says whether the text is one. */
export const day = t.String({ description: 'A day, UTC, from 2020 to today.', examples: ['2026-03-01'] });

const firstDayMs = Date.UTC(2020);

/** When a day of the calendar began, UTC, epoch milliseconds. */
export const readDay = (path: string, given: string, nowMs: number): Result<number, Invalid> => {
  const ms = parse(`${given}T00:00:00Z`);
  return ms === null || ms < firstDayMs || ms > nowMs
    ? err(invalid([{ path, message: 'Expected a day such as 2026-03-01, from 2020 to today' }]))
    : ok(ms);
};

// A plus sign that was not encoded arrives as a blank; nothing else can be meant by one here.
const rfc3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+\- ])(\d\d):(\d\d))$/;

/** Epoch milliseconds of an RFC 3339 time (finer fractions are cut off); null where none is given. */
export const readMoment = (name: string, given: string | undefined): Result<number | null, Invalid> => {
  if (given === undefined) return ok(null);
  const ms = parse(given);
  return ms === null
    ? err(invalid([{ path: `/${name}`, message: 'Expected a time such as 2026-03-01T08:00:00Z' }]))
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
