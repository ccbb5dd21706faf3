import { describe, expect, test } from 'bun:test';
import { assert, constantFrom, integer, property } from 'fast-check';
import { currencies as currenciesOfCore, decimalsOf } from '../../core/currency.ts';
import { currencies, isCurrency } from '../../web/console/products/currencies.ts';
import { amountMax, plainAmount, readAmount } from '../../web/console/products/readAmount.ts';

const read = (text: string, currency = 'VND', mark: 'auto' | '.' | ',' = 'auto'): number | string => {
  const found = readAmount(text, currency, mark);
  return found.kind === 'amount' ? found.amount : found.problem.kind;
};

describe('A price in a file', () => {
  test.each([
    ['1299000', 'VND', 1_299_000],
    ['1.299.000', 'VND', 1_299_000],
    ['1,299,000', 'VND', 1_299_000],
    ['1 299 000 ₫', 'VND', 1_299_000],
    ['1.299.000đ', 'VND', 1_299_000],
    ['VND 299.000', 'VND', 299_000],
    ['１２９９０００', 'VND', 1_299_000],
    ['299.000', 'VND', 299_000],
    ['120000.00', 'VND', 120_000],
    ['0', 'VND', 0],
    ['59', 'USD', 5_900],
    ['59.9', 'USD', 5_990],
    ['59,90 €', 'EUR', 5_990],
    ['$1,299.50', 'USD', 129_950],
    ['1.299,50', 'EUR', 129_950],
    ["1'299.50", 'CHF', 129_950],
    ['1 299,50', 'EUR', 129_950],
    ['1.299.000', 'USD', 129_900_000],
    ['0.005', 'KWD', 5],
    ['1299.000', 'KWD', 1_299_000],
    ['0.5', 'KWD', 500],
  ])('“%s” in %s is the amount %p', (text, currency, amount) => {
    expect(read(text, currency)).toBe(amount);
  });

  test.each([
    ['1.299', 'USD', 'ambiguous_price'],
    ['1,299', 'USD', 'ambiguous_price'],
    ['1.299', 'KWD', 'ambiguous_price'],
    ['12.50', 'VND', 'too_many_decimals'],
    ['1.2345', 'USD', 'too_many_decimals'],
    ['-5', 'VND', 'negative_price'],
    ['(5)', 'VND', 'negative_price'],
    ['1.29.000', 'VND', 'not_a_price'],
    ['1,29,000', 'VND', 'not_a_price'],
    ['1,299.000.00', 'USD', 'not_a_price'],
    ['1.2E+06', 'VND', 'not_a_price'],
    ['€5', 'VND', 'not_a_price'],
    ['', 'VND', 'not_a_price'],
    ['free', 'VND', 'not_a_price'],
    ['=1+1', 'VND', 'not_a_price'],
    ['1000000000001', 'VND', 'price_too_large'],
  ])('“%s” in %s is refused: %s', (text, currency, kind) => {
    expect(read(text, currency)).toBe(kind);
  });

  test('A chosen decimal sign decides what could be read in two ways', () => {
    expect([read('1.299', 'USD', ','), read('1,299', 'USD', '.')]).toEqual([129_900, 129_900]);
    expect([read('1.299', 'KWD', '.'), read('1.299', 'USD', '.')]).toEqual([1_299, 'too_many_decimals']);
    expect(read('1.299.000', 'VND', '.')).toBe('not_a_price');
  });

  test('An amount that is written out is read as the same amount', () => {
    assert(
      property(integer({ min: 0, max: amountMax }), constantFrom(...currencies), (amount, currency) => {
        expect(read(plainAmount(amount, currency), currency, '.')).toBe(amount);
        const whole = plainAmount(amount, currency).split('.')[0] ?? '';
        if (decimalsOf(currency) === 2 || whole.length > 3)
          expect(read(plainAmount(amount, currency), currency)).toBe(amount);
      }),
    );
  });

  test('The currencies are those of the API', () => {
    expect(currencies.toSorted()).toEqual(currenciesOfCore.toSorted());
    expect([isCurrency('VND'), isCurrency('vnd'), isCurrency('XAU')]).toEqual([true, false, false]);
  });
});
