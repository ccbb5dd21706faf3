import type Stripe from 'stripe';
import type { ChargeRequest } from '../../core/provider.ts';
import type { StripeAmount } from './format/amounts.ts';

/**
 * Under one key these must be the same to the last octet, now and after the next deployment: Stripe compares
 * them, and turns away what differs.
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

/** Takes a key away from every charge to come: what is never confirmed charges nobody. */
export const spendKeyParameters = (
  { paymentId }: ChargeRequest,
  amount: StripeAmount,
): Stripe.PaymentIntentCreateParams => ({
  ...amount,
  confirm: false,
  metadata: { payment_id: paymentId },
  automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
});
