import type { Money } from '../../../core/money.ts';

/**
 * What Stripe counts a currency in, where that is not ISO 4217's minor unit, in which `Money` counts. From
 * https://docs.stripe.com/currencies (zero-decimal, three-decimal and special cases): króna and Ugandan
 * shilling have lost their decimals and keep them at Stripe, the ariary has fifths, which Stripe does not
 * know, and of three decimals the last must be 0.
 */
const special: Readonly<
  Record<string, { readonly times?: number; readonly step?: number; readonly by?: number }>
> = {
  ISK: { times: 100 },
  UGX: { times: 100 },
  MGA: { by: 100 },
  BHD: { step: 10 },
  JOD: { step: 10 },
  KWD: { step: 10 },
  OMR: { step: 10 },
  TND: { step: 10 },
};

export type StripeAmount = { readonly amount: number; readonly currency: string };

/** Null for what Stripe cannot express: it is refused here, never rounded. */
export const toStripe = ({ amount, currency }: Money): StripeAmount | null => {
  const { times = 1, by = 1, step = 1 } = special[currency] ?? {};
  const counted = (amount * times) / by;
  const expressible = Number.isSafeInteger(counted) && counted > 0 && counted % step === 0;
  return expressible ? { amount: counted, currency: currency.toLowerCase() } : null;
};

export const fromStripe = ({ amount, currency: lower }: StripeAmount): Money => {
  const currency = lower.toUpperCase();
  const { times = 1, by = 1 } = special[currency] ?? {};
  return { amount: (amount * by) / times, currency };
};
