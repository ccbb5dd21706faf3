/** The calendar days and years of the shop's time zone. The machine's own zone is never used. */
export type Calendar = {
  /** The IANA name of the zone: `UTC`, `Asia/Ho_Chi_Minh`. */
  readonly timeZone: string;
  yearOf(ms: number): number;
  /** The day at this time: `2026-03-01`. */
  dayOf(ms: number): string;
  /** A day such as `2026-03-01`, or null if the text is none. Where clocks change, a day has 23 or 25 hours. */
  rangeOf(day: string): DayRange | null;
};

export type DayRange = {
  /** The first moment of the day, ms … */
  readonly fromMs: number;
  /** … and the first moment after it. */
  readonly toMs: number;
};

/** True for the IANA name of a time zone that this runtime knows. Offsets such as `+07:00` are no names. */
export const isTimeZone = (name: string): boolean => {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== null;
  } catch {
    return false;
  }
};

/** Throws if `isTimeZone` is false. */
export const createCalendar = (timeZone: string): Calendar => {
  const localOf = createLocalTime(timeZone);

  /** The first moment at which the wall clock shows this time or a later one. */
  const firstAt = (localMs: number): number => {
    const offsets = [-dayMs, dayMs].map((ms) => localOf(localMs + ms) - (localMs + ms));
    const [fromMs, toMs] = [localMs - Math.max(...offsets), localMs - Math.min(...offsets)];
    if (localOf(fromMs) === localMs) return fromMs;
    if (localOf(toMs) === localMs) return toMs;
    // The clocks skip this time, so the day begins at the change.
    return firstWhere(fromMs, toMs, (ms) => localOf(ms) >= localMs);
  };

  return {
    timeZone,
    yearOf: (ms) => new Date(localOf(ms)).getUTCFullYear(),
    dayOf: (ms) => new Date(localOf(ms)).toISOString().slice(0, 'YYYY-MM-DD'.length),
    rangeOf: (day) => {
      const localMs = parseDay(day);
      return localMs === null ? null : { fromMs: firstAt(localMs), toMs: firstAt(localMs + dayMs) };
    },
  };
};

const dayMs = 24 * 3_600_000;

/** Zones of older times have odd offsets, and later rules are not known: outside, the nearest offset is used. */
const [oldestMs, newestMs] = [Date.UTC(1970), Date.UTC(2200)];

/** Cached, because creating a format takes twenty times as long as using it (Bun 1.4). */
const formatOf = (timeZone: string): Intl.DateTimeFormat => {
  const cached = formats.get(timeZone);
  if (cached !== undefined) return cached;
  const format = new Intl.DateTimeFormat('en', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  if (formats.size === formatsMax) formats.clear();
  formats.set(timeZone, format);
  return format;
};

const formats = new Map<string, Intl.DateTimeFormat>();

/** A shop has one time zone, and its old invoices may have others. */
const formatsMax = 20;

/** Creates a function that returns what a wall clock in the zone shows, as ms of the same time in UTC. */
const createLocalTime = (timeZone: string): ((ms: number) => number) => {
  if (timeZone === 'UTC') return (ms) => ms;
  const format = formatOf(timeZone);
  const convert = (ms: number): number => {
    const knownMs = Math.min(Math.max(ms, oldestMs), newestMs);
    const parts = new Map(format.formatToParts(knownMs).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
    const day = [part('year'), part('month') - 1, part('day')] as const;
    const localMs = Date.UTC(...day, part('hour'), part('minute'), part('second'));
    return ms + localMs - Math.floor(knownMs / 1_000) * 1_000;
  };
  // A batch of invoices asks for one moment.
  let last = { ms: Number.NaN, localMs: Number.NaN };
  return (ms) => {
    if (ms !== last.ms) last = { ms, localMs: convert(ms) };
    return last.localMs;
  };
};

/** The start of a day in UTC, ms. Null if the text is no day of the calendar. */
const parseDay = (text: string): number | null => {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return null;
  const ms = Date.parse(`${text}T00:00:00.000Z`);
  const isDay = !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
  return isDay ? ms : null;
};

/** The least number in `[from, to]` for which `holds` is true. It is true for `to`, and from there on for all. */
const firstWhere = (from: number, to: number, holds: (ms: number) => boolean): number => {
  let [least, most] = [from, to];
  while (least < most) {
    const middle = Math.floor((least + most) / 2);
    if (holds(middle)) most = middle;
    else least = middle + 1;
  }
  return least;
};
