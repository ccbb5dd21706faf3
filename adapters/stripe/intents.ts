import type Stripe from 'stripe';
import type { ChargeOutcome } from '../../core/provider.ts';
import { type Call, callStripe } from './calls.ts';
import { list } from './format/read.ts';
import { declined, type Intent, intentOf, isOpen, outcomeOf, unknown } from './intent.ts';

/** As it is now; null where that cannot be learnt. */
export const retrieveIntent = async (stripe: Stripe, call: Call, id: string): Promise<Intent | null> => {
  const reply = await callStripe(call, (options) => stripe.paymentIntents.retrieve(id, {}, options));
  return reply.kind === 'answered' ? intentOf(reply.value) : null;
};

/** Makes sure that it never charges any more, or answers the charge that it has come to meanwhile. */
export const cancelIntent = async (stripe: Stripe, call: Call, seen: Intent): Promise<ChargeOutcome> => {
  if (!isOpen(seen)) return outcomeOf(seen) ?? unknown(seen.status);
  const reply = await callStripe(call, (options) =>
    stripe.paymentIntents.cancel(seen.id, { cancellation_reason: 'abandoned' }, options),
  );
  const answered = reply.kind === 'answered' ? intentOf(reply.value) : null;
  // A challenge that failed is a decline, also where Stripe no longer names the failure.
  if (answered?.status === 'canceled')
    return seen.error === null ? { kind: 'cancelled' } : declined(seen.error);
  const intent = await retrieveIntent(stripe, call, seen.id);
  if (intent === null || isOpen(intent)) return unknown('it could not be called off');
  return outcomeOf(intent) ?? unknown(intent.status);
};

/**
 * By our own id, for when the key does not lead to it. Stripe's index is behind by up to a minute, so nothing
 * found proves nothing. Of several, the one that was paid.
 */
export const findIntent = async (stripe: Stripe, call: Call, paymentId: string): Promise<Intent | null> => {
  const query = `metadata['payment_id']:'${paymentId.replaceAll(/[\\']/g, '\\$&')}'`;
  const reply = await callStripe(call, (options) =>
    stripe.paymentIntents.search({ query, limit: 100 }, options),
  );
  const answered = reply.kind === 'answered' ? (list(reply.value, 'data') ?? []) : [];
  const ours = answered.map(intentOf).filter((intent) => intent?.paymentId === paymentId);
  return (
    ours.find((intent) => intent?.status === 'succeeded') ??
    ours.find((intent) => intent !== null && isOpen(intent)) ??
    ours[0] ??
    null
  );
};
