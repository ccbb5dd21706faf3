import { expect, test } from 'bun:test';
import { fromStripe, toStripe } from '../../adapters/stripe/format/amounts.ts';
import { formatMoney } from '../../core/money.ts';

test.each([
  // Zero-decimal at Stripe and in ISO 4217.
  ...'BIF CLP DJF GNF JPY KMF KRW PYG RWF VND VUV XAF XOF XPF'
    .split(' ')
    .map((code) => [code, 5, 5] as const),
  ['USD', 1_099, 1_099],
  ['EUR', 1_099, 1_099],
  ['HUF', 1_000, 1_000],
  // No decimals any more, and two of them at Stripe all the same.
  ['ISK', 5, 500],
  ['UGX', 5, 500],
  // Two decimals in ISO 4217, none at Stripe.
  ['MGA', 500, 5],
  // Three decimals, the last of which must be 0.
  ['KWD', 5_120, 5_120],
  ['JOD', 10, 10],
])('%s %d is %d at Stripe, and the same on the way back', (currency, amount, counted) => {
  const stripe = { amount: counted, currency: currency.toLowerCase() };
  expect(toStripe({ amount, currency })).toEqual(stripe);
  expect(fromStripe(stripe)).toEqual({ amount, currency });
});

test.each([
  ['KWD', 5_124],
  ['TND', 1],
  ['MGA', 550],
  ['USD', 0],
  ['USD', -1],
  ['USD', 1.5],
  ['ISK', Number.MAX_SAFE_INTEGER],
])('%s %d cannot be expressed', (currency, amount) => {
  expect(toStripe({ amount, currency })).toBeNull();
});

test('what customers read is what is charged: as much at Stripe as on the page', () => {
  expect(formatMoney({ amount: 5, currency: 'ISK' }, 'en')).toContain('5');
  expect(formatMoney({ amount: 500, currency: 'MGA' }, 'en')).toContain('5.00');
});
