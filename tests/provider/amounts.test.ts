import { expect, test } from 'bun:test';
import { fromStripe, toStripe } from '../../adapters/stripe/format/amounts.ts';
import { formatMoney } from '../../core/money.ts';

test.each([
  // No decimals at Stripe and in ISO 4217.
  ...'BIF CLP DJF GNF JPY KMF KRW PYG RWF VND VUV XAF XOF XPF'
    .split(' ')
    .map((code) => [code, 5, 5] as const),
  ['USD', 1_099, 1_099],
  ['EUR', 1_099, 1_099],
  ['HUF', 1_000, 1_000],
  // No decimals in ISO 4217, two at Stripe.
  ['ISK', 5, 500],
  ['UGX', 5, 500],
  // Two decimals in ISO 4217, none at Stripe.
  ['MGA', 500, 5],
  // Three decimals, the last of which must be 0.
  ['KWD', 5_120, 5_120],
  ['JOD', 10, 10],
])('%s %d is %d at Stripe, and is read back as the same amount', (currency, amount, stripeAmount) => {
  const stripe = { amount: stripeAmount, currency: currency.toLowerCase() };
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
])('%s %d cannot be charged at Stripe', (currency, amount) => {
  expect(toStripe({ amount, currency })).toBeNull();
});

test('The customer sees the amount that Stripe charges', () => {
  expect(formatMoney({ amount: 5, currency: 'ISK' }, 'en')).toContain('5');
  expect(formatMoney({ amount: 500, currency: 'MGA' }, 'en')).toContain('5.00');
});
