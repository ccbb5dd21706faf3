import type Stripe from 'stripe';
import type { ProviderRefundOutcome, ProviderRefundRequest } from '../../core/provider.ts';
import { type Call, callStripe, type Reply } from './calls.ts';
import { toStripe } from './format/amounts.ts';
import { field, isTrue, list, text } from './format/read.ts';

/**
 * Looks first whether that refund was made, for Stripe forgets keys after a day; then asks for it under the
 * refund's id, so that calls side by side make it once.
 */
export const refund = async (
  stripe: Stripe,
  call: Call,
  request: ProviderRefundRequest,
): Promise<ProviderRefundOutcome> => {
  const amount = toStripe(request.amount);
  if (amount === null) return { kind: 'refused', reason: 'amount_not_supported' };
  const made = await foundAmong(stripe, call, request);
  if (made.kind !== 'none') return made;
  const parameters = {
    payment_intent: request.reference,
    amount: amount.amount,
    metadata: { refund_id: request.refundId },
  };
  const reply = await callStripe(call, (options) =>
    stripe.refunds.create(parameters, { ...options, idempotencyKey: request.refundId }),
  );
  return reply.kind === 'answered' ? outcomeOf(reply.value) : failureOf(reply);
};

/** A charge can hardly have more refunds than this; where it has, nobody should guess. */
const pagesMax = 10;

const foundAmong = async (
  stripe: Stripe,
  call: Call,
  { refundId, reference }: ProviderRefundRequest,
): Promise<ProviderRefundOutcome | { readonly kind: 'none' }> => {
  let after: string | null = null;
  for (let page = 0; page < pagesMax; page++) {
    const query: Stripe.RefundListParams = {
      payment_intent: reference,
      limit: 100,
      ...(after === null ? {} : { starting_after: after }),
    };
    const reply: Reply<unknown> = await callStripe(call, (options) => stripe.refunds.list(query, options));
    if (reply.kind !== 'answered') return failureOf(reply);
    const refunds = list(reply.value, 'data');
    if (refunds === null) return unknown('not understood');
    const ours = refunds.find((each) => text(field(each, 'metadata'), 'refund_id') === refundId);
    if (ours !== undefined) return outcomeOf(ours);
    after = text(refunds.at(-1), 'id');
    if (!isTrue(reply.value, 'has_more') || after === null) return { kind: 'none' };
  }
  return unknown('the charge has too many refunds');
};

const outcomeOf = (refund: unknown): ProviderRefundOutcome => {
  const reference = text(refund, 'id');
  if (reference === null || text(refund, 'object') !== 'refund') return unknown('not understood');
  const status = text(refund, 'status');
  switch (status) {
    case 'succeeded':
      return { kind: 'succeeded', reference };
    case 'pending':
    case 'requires_action':
      return { kind: 'pending', reference };
    case 'failed':
    case 'canceled':
      return { kind: 'refused', reason: text(refund, 'failure_reason') ?? status };
    default:
      return unknown(status ?? 'not understood');
  }
};

type Failed = Exclude<Reply<never>, { readonly kind: 'answered' }>;

const failureOf = (reply: Failed): ProviderRefundOutcome => {
  switch (reply.kind) {
    case 'refused': {
      const word = reply.code ?? (reply.param === 'amount' ? 'amount_too_large' : null);
      if (word !== null && final.has(word)) return { kind: 'refused', reason: word };
      return { kind: 'unavailable', reason: `stripe: refused, ${word ?? 'for no known reason'}` };
    }
    case 'declined':
      return { kind: 'unavailable', reason: `stripe: refused, ${reply.code ?? 'declined'}` };
    case 'key_taken':
      return unknown('the key is taken');
    case 'unavailable':
      return reply;
    case 'unknown':
      return { kind: 'unknown', reason: reply.reason };
  }
};

/** What no waiting mends. */
const final = new Set([
  'amount_too_large',
  'charge_already_refunded',
  'charge_disputed',
  'charge_not_refundable',
  'refund_disputed_payment',
  'resource_missing',
]);

const unknown = (said: string): ProviderRefundOutcome => ({ kind: 'unknown', reason: `stripe: ${said}` });
