import type Stripe from 'stripe';
import type { ChargeRequest } from '../../core/provider.ts';
import type { StripeAmount } from './format/amounts.ts';

/**
 * Under one key these must be the same to the last byte, also after the next deployment: Stripe compares them
 * with the first request, and rejects a request that differs.
 */
export const chargeParameters = (
  { paymentId, method }: ChargeRequest,
  amount: StripeAmount,
  returnUrl: string | null,
): Stripe.PaymentIntentCreateParams => ({
  ...amount,
  payment_method: method,
  confirm: true,
  metadata: { payment_id: paymentId },
  ...(returnUrl === null
    ? { automatic_payment_methods: { enabled: true, allow_redirects: 'never' }, use_stripe_sdk: true }
    : { automatic_payment_methods: { enabled: true, allow_redirects: 'always' }, return_url: returnUrl }),
});

/** Spends the key for all later charges. An intent that is never confirmed charges nobody. */
export const spendKeyParameters = (
  { paymentId }: ChargeRequest,
  amount: StripeAmount,
): Stripe.PaymentIntentCreateParams => ({
  ...amount,
  confirm: false,
  metadata: { payment_id: paymentId },
  automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
});
