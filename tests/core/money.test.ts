import { describe, expect, test } from 'bun:test';
import { formatMoney, orderAmountMax, sum, times } from '../../core/money.ts';

const dong = (amount: number) => ({ amount, currency: 'VND' });

describe('Money', () => {
  test('A price is multiplied by a quantity', () => {
    expect(times(dong(199_000), 3)).toEqual(dong(597_000));
    expect(times({ amount: 0, currency: 'USD' }, 7)).toEqual({ amount: 0, currency: 'USD' });
  });

  test('The sum of the largest possible checkout is exact', () => {
    const totals = Array.from({ length: 100 }, (_, index) => dong(orderAmountMax - index));
    const exact = totals.reduce((total, { amount }) => total + BigInt(amount), 0n);
    expect(BigInt(sum(totals)._unsafeUnwrap().amount)).toBe(exact);
    expect(sum([dong(5)])._unsafeUnwrap()).toEqual(dong(5));
  });

  test('Amounts in two currencies are not added', () => {
    const mixed = sum([dong(1), { amount: 1, currency: 'USD' }, dong(1)]);
    expect(mixed._unsafeUnwrapErr()).toEqual({ kind: 'mixed_currency' });
  });

  test('A sum needs at least one amount', () => {
    expect(() => sum([])).toThrow('at least one amount');
  });

  test.each([
    [1_299_000, 'VND', 'vi', '1.299.000 ₫'],
    [1_299_000, 'VND', 'en', '₫1,299,000'],
    [0, 'VND', 'vi', '0 ₫'],
    [123_456, 'USD', 'en', '$1,234.56'],
    [5, 'USD', 'en', '$0.05'],
    [123_456, 'USD', 'vi', '1.234,56 US$'],
    [1_500, 'JPY', 'en', '¥1,500'],
    [1_234, 'KWD', 'en', 'KWD 1.234'],
    [123_456, 'LAK', 'en', 'LAK 1,234.56'],
    [123_456, 'IQD', 'en', 'IQD 123.456'],
    [123_456, 'CLF', 'vi', '12,3456 CLF'],
    [123_456, 'UYW', 'en', 'UYW 12.3456'],
    [123_456, 'UYI', 'en', 'UYI 123,456'],
    [123_456, 'VED', 'en', 'VED 1,234.56'],
    [123_456, 'BGN', 'en', 'BGN 1,234.56'],
  ])('%d %s in the language %s is shown as %s', (amount, currency, language, read) => {
    // Formatters separate the number and the sign with one of several no-break spaces.
    expect(formatMoney({ amount, currency }, language).replace(/\s/g, ' ')).toBe(read);
  });
});
