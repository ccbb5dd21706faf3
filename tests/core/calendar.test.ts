import { describe, expect, test } from 'bun:test';
import { createCalendar, isTimeZone } from '../../core/calendar.ts';

const hourMs = 3_600_000;

/** The hours of a day, and its first moment. */
const dayIn = (timeZone: string, day: string) => {
  const range = createCalendar(timeZone).rangeOf(day);
  if (range === null) throw new Error(`${day} is no day`);
  return {
    hours: (range.toMs - range.fromMs) / hourMs,
    from: new Date(range.fromMs).toISOString(),
  };
};

describe('Calendar', () => {
  test('The year and the day are those of the time zone', () => {
    const atMs = Date.UTC(2026, 11, 31, 18, 30);
    const [utc, vietnam] = [createCalendar('UTC'), createCalendar('Asia/Ho_Chi_Minh')];
    expect([utc.yearOf(atMs), utc.dayOf(atMs)]).toEqual([2026, '2026-12-31']);
    expect([vietnam.yearOf(atMs), vietnam.dayOf(atMs)]).toEqual([2027, '2027-01-01']);
    expect(createCalendar('America/Los_Angeles').yearOf(Date.UTC(2027, 0, 1, 7, 59, 59, 999))).toBe(2026);
    expect(createCalendar('America/Los_Angeles').yearOf(Date.UTC(2027, 0, 1, 8))).toBe(2027);
  });

  test.each([
    ['UTC', '2026-03-01', '2026-03-01T00:00:00.000Z', 24],
    ['Asia/Ho_Chi_Minh', '2026-03-01', '2026-02-28T17:00:00.000Z', 24],
    ['Asia/Kathmandu', '2026-03-01', '2026-02-28T18:15:00.000Z', 24],
    ['Europe/Berlin', '2026-03-29', '2026-03-28T23:00:00.000Z', 23],
    ['Europe/Berlin', '2026-10-25', '2026-10-24T22:00:00.000Z', 25],
    ['America/New_York', '2026-03-08', '2026-03-08T05:00:00.000Z', 23],
    ['America/New_York', '2026-11-01', '2026-11-01T04:00:00.000Z', 25],
    ['Australia/Lord_Howe', '2026-10-04', '2026-10-03T13:30:00.000Z', 23.5],
    // The clocks go from midnight to one o'clock, so the day begins at one o'clock.
    ['Africa/Cairo', '2026-04-24', '2026-04-23T22:00:00.000Z', 23],
    ['America/Santiago', '2026-09-06', '2026-09-06T04:00:00.000Z', 23],
    // The clocks go back at midnight, so the day before has an hour more.
    ['America/Santiago', '2026-04-04', '2026-04-04T03:00:00.000Z', 25],
    // A day that was left out at the date line is empty.
    ['Pacific/Apia', '2011-12-29', '2011-12-29T10:00:00.000Z', 24],
    ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00.000Z', 0],
    ['Pacific/Apia', '2011-12-31', '2011-12-30T10:00:00.000Z', 24],
  ])('In %s the day %s begins at %s and has %d hours', (timeZone, day, from, hours) => {
    expect(dayIn(timeZone, day)).toEqual({ from, hours });
  });

  test.each([
    'UTC',
    'Europe/Berlin',
    'Africa/Cairo',
    'America/Santiago',
    'Pacific/Auckland',
    'Africa/Casablanca',
  ])(
    'In %s every day of three years follows the day before, and its first and last moments are on it',
    (timeZone) => {
      const calendar = createCalendar(timeZone);
      let nextMs: number | null = null;
      for (let at = Date.UTC(2025); at < Date.UTC(2028); at += 24 * hourMs) {
        const day = new Date(at).toISOString().slice(0, 10);
        const range = calendar.rangeOf(day);
        if (range === null) throw new Error(`${day} is no day`);
        if (nextMs !== null) expect(range.fromMs).toBe(nextMs);
        nextMs = range.toMs;
        expect([calendar.dayOf(range.fromMs), calendar.dayOf(range.toMs - 1)]).toEqual([day, day]);
      }
    },
  );

  test.each([
    '',
    '2026-3-1',
    '2026-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '2026-03-01T00:00Z',
    'now',
  ])('The text %p is no day', (text) => {
    expect(createCalendar('UTC').rangeOf(text)).toBeNull();
  });

  test.each(['0000-01-01', '0001-01-01', '1582-10-10', '9999-12-31'])(
    'The far day %s has 24 hours',
    (day) => {
      for (const timeZone of ['UTC', 'Europe/Berlin', 'Asia/Ho_Chi_Minh'])
        expect(dayIn(timeZone, day).hours).toBe(24);
    },
  );

  test('A time zone is an IANA name', () => {
    const names = ['UTC', 'Asia/Ho_Chi_Minh', 'Europe/Berlin', 'America/Argentina/Buenos_Aires'];
    expect(names.filter((name) => !isTimeZone(name))).toEqual([]);
    expect(['', 'Hanoi', 'Asia/Hanoi', '+07:00', '-0300', 'UTC+7', 'Etc/Nowhere'].filter(isTimeZone)).toEqual(
      [],
    );
  });
});
