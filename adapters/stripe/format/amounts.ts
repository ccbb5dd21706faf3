import type { Money } from '../../../core/money.ts';

/**
 * Currencies that Stripe does not count in the minor unit of ISO 4217, which `Money` uses. From
 * https://docs.stripe.com/currencies (zero-decimal, three-decimal and special cases). Króna and Ugandan
 * shilling have no decimals any more, but two at Stripe. The ariary has fifths, but no decimals at Stripe. In
 * currencies with three decimals the last one must be 0. A Stripe amount is `amount * multiplier / divisor`,
 * a multiple of `step`.
 */
const specialUnits: Readonly<
  Record<string, { readonly multiplier?: number; readonly divisor?: number; readonly step?: number }>
> = {
  ISK: { multiplier: 100 },
  UGX: { multiplier: 100 },
  MGA: { divisor: 100 },
  BHD: { step: 10 },
  JOD: { step: 10 },
  KWD: { step: 10 },
  OMR: { step: 10 },
  TND: { step: 10 },
};

export type StripeAmount = { readonly amount: number; readonly currency: string };

/** Null if Stripe cannot express the amount, which is never rounded. */
export const toStripe = ({ amount, currency }: Money): StripeAmount | null => {
  const { multiplier = 1, divisor = 1, step = 1 } = specialUnits[currency] ?? {};
  const stripeAmount = (amount * multiplier) / divisor;
  const isValid = Number.isSafeInteger(stripeAmount) && stripeAmount > 0 && stripeAmount % step === 0;
  return isValid ? { amount: stripeAmount, currency: currency.toLowerCase() } : null;
};

export const fromStripe = ({ amount, currency: lower }: StripeAmount): Money => {
  const currency = lower.toUpperCase();
  const { multiplier = 1, divisor = 1 } = specialUnits[currency] ?? {};
  return { amount: (amount * divisor) / multiplier, currency };
};
