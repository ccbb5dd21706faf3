import type { Money } from '../../core/money.ts';
import { type StripeAmount, toStripe } from '../stripe/format/amounts.ts';
import type { SandboxDispute } from './dispute.ts';
import type { Intent } from './intent.ts';
import type { Failure } from './methods.ts';
import type { Refund } from './refund.ts';

/** Stripe's PaymentIntent, with the fields that our code reads. Times are whole seconds. */
export const intentObject = (intent: Intent) => ({
  id: intent.id,
  object: 'payment_intent',
  ...stripeAmountOf(intent.amount),
  amount_received: intent.status === 'succeeded' ? stripeAmountOf(intent.amount).amount : 0,
  cancellation_reason: null,
  capture_method: 'automatic',
  client_secret: intent.clientSecret,
  created: secondsOf(intent.createdAtMs),
  last_payment_error: intent.error && errorObject(intent.error),
  latest_charge: intent.chargeId,
  livemode: false,
  metadata: intent.metadata,
  next_action: intent.status === 'requires_action' ? nextAction(intent) : null,
  payment_method: intent.method,
  status: intent.status,
});

const nextAction = ({ challengeUrl, returnUrl }: Intent) =>
  challengeUrl === null
    ? { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect' } }
    : { type: 'redirect_to_url', redirect_to_url: { url: challengeUrl, return_url: returnUrl } };

export const errorObject = ({ code, declineCode }: Failure) => ({
  type: 'card_error',
  code,
  ...(declineCode === null ? {} : { decline_code: declineCode }),
  message: 'The card was declined.',
});

/** Stripe's Charge of a paid intent. */
export const chargeObject = (intent: Intent, id: string, createdAtMs: number) => {
  const { amount, currency } = stripeAmountOf(intent.amount);
  return {
    id,
    object: 'charge',
    amount,
    amount_captured: amount,
    amount_refunded: stripeAmountOf({ ...intent.amount, amount: intent.refunded }).amount,
    captured: true,
    created: secondsOf(createdAtMs),
    currency,
    metadata: intent.metadata,
    paid: true,
    payment_intent: intent.id,
    status: 'succeeded',
  };
};

export const refundObject = (refund: Refund) => ({
  id: refund.id,
  object: 'refund',
  ...stripeAmountOf(refund.amount),
  charge: refund.chargeId,
  created: secondsOf(refund.createdAtMs),
  ...(refund.reason === null ? {} : { failure_reason: refund.reason }),
  metadata: refund.metadata,
  payment_intent: refund.intentId,
  status: refund.status,
});

export const disputeObject = (dispute: SandboxDispute) => ({
  id: dispute.id,
  object: 'dispute',
  ...stripeAmountOf(dispute.amount),
  charge: dispute.chargeId,
  created: secondsOf(dispute.createdAtMs),
  livemode: false,
  metadata: {},
  payment_intent: dispute.intentId,
  reason: dispute.reason,
  status: dispute.status,
});

const secondsOf = (ms: number): number => Math.floor(ms / 1000);

const stripeAmountOf = (money: Money): StripeAmount =>
  toStripe(money) ?? { amount: money.amount, currency: money.currency.toLowerCase() };
