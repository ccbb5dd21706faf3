import { expect, test } from 'bun:test';
import { currencies, decimalsOf } from '../../core/currency.ts';
import { parseAmount, typedAmount } from '../../web/shared/amount.ts';

test.each([
  ['1199000', 'VND', 'vi', 1_199_000],
  ['1.199.000', 'VND', 'vi', 1_199_000],
  [' 1 199 000 ', 'VND', 'vi', 1_199_000],
  ['1,199,000', 'VND', 'en', 1_199_000],
  ['12.5', 'USD', 'en', 1_250],
  ['1,234.56', 'USD', 'en', 123_456],
  ['1.234,56', 'USD', 'vi', 123_456],
  ['0', 'VND', 'vi', 0],
  // The signs of the other language, which would make another amount of it.
  ['1,199,000', 'VND', 'vi', null],
  ['1.199.000', 'VND', 'en', null],
  ['1,50', 'USD', 'en', null],
  ['1.199', 'VND', 'en', null],
  ['12.345', 'USD', 'en', null],
  ['1.19.000', 'VND', 'vi', null],
  ['', 'VND', 'vi', null],
  ['-5', 'VND', 'vi', null],
  ['5e3', 'VND', 'vi', null],
  ['NaN', 'VND', 'vi', null],
  ['5,', 'VND', 'vi', null],
  ['99999999999999999999', 'VND', 'vi', null],
] as const)('“%s” of %s in %s is %p', (text, currency, language, amount) => {
  expect(parseAmount(text, currency, language)).toEqual(amount === null ? null : { amount, currency });
});

test('An amount is typed as it is read', () => {
  for (const language of ['vi', 'en'] as const)
    for (const money of [
      { amount: 1_199_000, currency: 'VND' },
      { amount: 123_456, currency: 'USD' },
      { amount: 5, currency: 'USD' },
    ])
      expect(parseAmount(typedAmount(money, language), money.currency, language)).toEqual(money);
});

test('The decimals are those of the API, whatever the browser has', () => {
  for (const currency of currencies)
    expect(parseAmount('1000', currency, 'en')).toEqual({
      amount: 1000 * 10 ** decimalsOf(currency),
      currency,
    });
  expect(typedAmount({ amount: 12_345, currency: 'UYW' }, 'en')).toBe('1.2345');
});
