import type Stripe from 'stripe';
import type { ChargeOutcome } from '../../core/provider.ts';
import { type Call, callStripe } from './calls.ts';
import { list } from './format/read.ts';
import { declined, type Intent, intentOf, isOpen, outcomeOf, unknown } from './intent.ts';

/** The current PaymentIntent; null if it cannot be read. */
export const retrieveIntent = async (stripe: Stripe, call: Call, id: string): Promise<Intent | null> => {
  const reply = await callStripe(call, (options) => stripe.paymentIntents.retrieve(id, {}, options));
  return reply.kind === 'succeeded' ? intentOf(reply.value) : null;
};

/**
 * Makes sure that it can never charge any more, or returns the outcome if it was charged or declined before.
 */
export const cancelIntent = async (stripe: Stripe, call: Call, intent: Intent): Promise<ChargeOutcome> => {
  if (!isOpen(intent)) return outcomeOf(intent) ?? unknown(intent.status);
  const reply = await callStripe(call, (options) =>
    stripe.paymentIntents.cancel(intent.id, { cancellation_reason: 'abandoned' }, options),
  );
  const cancelled = reply.kind === 'succeeded' ? intentOf(reply.value) : null;
  // A failed challenge is a decline, even if Stripe's response no longer has the error.
  if (cancelled?.status === 'canceled')
    return intent.error === null ? { kind: 'cancelled' } : declined(intent.error);
  const current = await retrieveIntent(stripe, call, intent.id);
  const outcome = current === null ? null : outcomeOf(current);
  // Still open, or not read: nobody knows yet what comes of it.
  return outcome === null || outcome.kind === 'requires_action'
    ? unknown('the payment could not be cancelled')
    : outcome;
};

/**
 * Searches by our payment id, for a key whose response does not help. Stripe's index lags behind by up to a
 * minute, so an empty result proves nothing. Of several results it returns the paid one.
 */
export const findIntent = async (stripe: Stripe, call: Call, paymentId: string): Promise<Intent | null> => {
  const query = `metadata['payment_id']:'${paymentId.replaceAll(/[\\']/g, '\\$&')}'`;
  const reply = await callStripe(call, (options) =>
    stripe.paymentIntents.search({ query, limit: 100 }, options),
  );
  const rows = reply.kind === 'succeeded' ? (list(reply.value, 'data') ?? []) : [];
  const ours = rows.map(intentOf).filter((intent) => intent?.paymentId === paymentId);
  return (
    ours.find((intent) => intent?.status === 'succeeded') ??
    ours.find((intent) => intent !== null && isOpen(intent)) ??
    ours[0] ??
    null
  );
};
