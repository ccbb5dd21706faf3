import type { Language } from './language.ts';

/** For example `14:02, 26 thg 11, 2026`. */
export const formatTime = (
  at: string | number,
  language: Language,
  timeZone?: string,
  timeStyle: 'short' | 'medium' = 'short',
): string =>
  new Intl.DateTimeFormat(language, {
    dateStyle: 'medium',
    timeStyle,
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(new Date(at));

/** For example `14:02`. */
export const formatClock = (at: string | number, language: Language, timeZone?: string): string =>
  new Intl.DateTimeFormat(language, {
    timeStyle: 'short',
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(new Date(at));

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** Older than this, a date says more than a number of days. */
const relativeDaysMax = 7;

/** `3 minutes ago`, `in 2 hours`, `now` within a minute, and the date of what is more than a week away. */
export const formatRelative = (
  at: string | number,
  nowMs: number,
  language: Language,
  timeZone?: string,
): string => {
  const differenceMs = new Date(at).getTime() - nowMs;
  const size = Math.abs(differenceMs);
  if (size > relativeDaysMax * 86_400_000) return formatTime(at, language, timeZone);
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  for (const [unit, unitMs] of units)
    if (size >= unitMs) return format.format(Math.trunc(differenceMs / unitMs), unit);
  return format.format(0, 'second');
};

/** A time span for people, rounded up: `2 minutes`, `45 seconds`. */
export const formatSpan = (ms: number, language: Language): string => {
  const inMinutes = ms > 90_000;
  const value = Math.max(1, Math.ceil(ms / (inMinutes ? 60_000 : 1_000)));
  const unit = inMinutes ? 'minute' : 'second';
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(value);
};

/** How old something is, in the largest whole unit: `3 days`, `2 hours`, `5 minutes`. */
export const formatAge = (ms: number, language: Language): string => {
  const [unit, unitMs] = units.find(([, each]) => ms >= each) ?? ['minute', 60_000];
  const value = Math.max(1, Math.floor(ms / unitMs));
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(value);
};
