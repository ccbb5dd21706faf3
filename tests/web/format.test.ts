import { describe, expect, test } from 'bun:test';
import { currencies, decimalsOf as decimalsOfCore } from '../../core/currency.ts';
import { decimalsOf } from '../../web/shared/currency.ts';
import { createId } from '../../web/shared/ids.ts';
import { languageOf } from '../../web/shared/language.ts';
import { formatCount, formatMoney, totalsOf } from '../../web/shared/money.ts';
import { formatAge, formatClock, formatRelative, formatSpan, formatTime } from '../../web/shared/time.ts';

/** Intl sets amounts apart with a space that does not break. */
const plain = (text: string) => text.replaceAll(/\s/g, ' ');

describe('An amount', () => {
  test('VND has no decimals, and each language writes it in its own way', () => {
    const amount = { amount: 1_199_000, currency: 'VND' };
    expect(plain(formatMoney(amount, 'vi'))).toBe('1.199.000 ₫');
    expect(plain(formatMoney(amount, 'en'))).toBe('₫1,199,000');
  });

  test('The decimals are those of the currency', () => {
    expect(formatMoney({ amount: 5_900, currency: 'USD' }, 'en')).toBe('$59.00');
    expect(plain(formatMoney({ amount: 1_234, currency: 'KWD' }, 'en'))).toBe('KWD 1.234');
  });

  test('The decimals are those of the API, whatever the browser has', () => {
    const differing = [...currencies, 'DEM'].filter((code) => decimalsOf(code) !== decimalsOfCore(code));
    expect(differing).toEqual([]);
    expect(plain(formatMoney({ amount: 12_345, currency: 'UYW' }, 'en'))).toBe('UYW 1.2345');
  });

  test('A total is one amount a currency', () => {
    const amounts = [
      { amount: 2, currency: 'VND' },
      { amount: 3, currency: 'USD' },
      { amount: 5, currency: 'VND' },
    ];
    expect(totalsOf(amounts)).toEqual([
      { amount: 7, currency: 'VND' },
      { amount: 3, currency: 'USD' },
    ]);
    expect(totalsOf([])).toEqual([]);
  });

  test('A count has the separators of its language', () => {
    expect([formatCount(12_345, 'vi'), formatCount(12_345, 'en')]).toEqual(['12.345', '12,345']);
  });
});

describe('A time', () => {
  const at = '2026-11-26T07:02:00.000Z';
  const atMs = Date.parse(at);

  test('It is written in each language', () => {
    expect(plain(formatTime(at, 'en', 'UTC'))).toBe('Nov 26, 2026, 7:02 AM');
    expect(plain(formatTime(at, 'vi', 'UTC'))).toBe('07:02 26 thg 11, 2026');
    expect(formatClock(at, 'vi', 'UTC')).toBe('07:02');
  });

  test.each([
    [0, 'now', 'bây giờ'],
    [59_000, 'now', 'bây giờ'],
    [3 * 60_000, '3 minutes ago', '3 phút trước'],
    [119 * 60_000, '1 hour ago', '1 giờ trước'],
    [-2 * 3_600_000, 'in 2 hours', 'sau 2 giờ nữa'],
    [26 * 3_600_000, 'yesterday', 'hôm qua'],
  ])('%d ms later it is “%s”', (laterMs, en, vi) => {
    expect(formatRelative(at, atMs + laterMs, 'en')).toBe(en);
    expect(formatRelative(at, atMs + laterMs, 'vi').toLowerCase()).toBe(vi);
  });

  test('After a week it is a date', () => {
    expect(plain(formatRelative(at, atMs + 8 * 86_400_000, 'en', 'UTC'))).toBe('Nov 26, 2026, 7:02 AM');
  });

  test('A span is rounded up', () => {
    expect(formatSpan(500, 'en')).toBe('1 second');
    expect(formatSpan(240_001, 'en')).toBe('5 minutes');
    expect(formatSpan(45_000, 'vi')).toBe('45 giây');
  });
});

describe('An age', () => {
  test.each([
    [10_000, '1 minute'],
    [119_000, '1 minute'],
    [3_600_000, '1 hour'],
    [7_199_999, '1 hour'],
    [200_000_000, '2 days'],
  ] as const)('%d ms are %s', (ms, text) => {
    expect(formatAge(ms, 'en')).toBe(text);
  });
});

describe('The language', () => {
  test.each([
    [['en-GB', 'vi'], 'en'],
    [['fr-FR', 'vi-VN', 'en'], 'vi'],
    [['fr'], 'vi'],
    [[], 'vi'],
  ] as const)('With %j it is %s', (preferred, expected) => {
    expect(languageOf(preferred)).toBe(expected);
  });
});

describe('An id', () => {
  test('It is a UUID of version 4, whatever the random bytes are', () => {
    expect(createId((bytes) => bytes.fill(0xff))).toBe('ffffffff-ffff-4fff-bfff-ffffffffffff');
    expect(createId((bytes) => bytes.fill(0))).toBe('00000000-0000-4000-8000-000000000000');
    expect(createId()).not.toBe(createId());
  });
});
