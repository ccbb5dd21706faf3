import type Stripe from 'stripe';
import type { ProviderRefundOutcome, ProviderRefundRequest } from '../../core/provider.ts';
import { type Call, callStripe, type Reply } from './calls.ts';
import { toStripe } from './format/amounts.ts';
import { field, isTrue, list, text } from './format/read.ts';

/**
 * First looks whether the refund was already made, since Stripe forgets keys after a day. Then requests it
 * with the refund's id as the idempotency key, so that concurrent calls make it once.
 */
export const refund = async (
  stripe: Stripe,
  call: Call,
  request: ProviderRefundRequest,
): Promise<ProviderRefundOutcome> => {
  const amount = toStripe(request.amount);
  if (amount === null) return { kind: 'refused', reason: 'amount_not_supported' };
  const existing = await findRefund(stripe, call, request);
  if (existing.kind !== 'none') return existing;
  const parameters = {
    ...chargeNamed(request.reference),
    amount: amount.amount,
    metadata: { refund_id: request.refundId },
  };
  const reply = await callStripe(call, (options) =>
    stripe.refunds.create(parameters, { ...options, idempotencyKey: request.refundId }),
  );
  return reply.kind === 'succeeded' ? outcomeOf(reply.value) : failureOf(reply);
};

/** Our own charges are named by their payment intent. A charge without one is named by its own id. */
const chargeNamed = (reference: string) =>
  reference.startsWith('pi_') ? { payment_intent: reference } : { charge: reference };

/** A charge with more refunds than this is not expected. Its outcome is then unknown rather than guessed. */
const pagesMax = 10;

const findRefund = async (
  stripe: Stripe,
  call: Call,
  { refundId, reference }: ProviderRefundRequest,
): Promise<ProviderRefundOutcome | { readonly kind: 'none' }> => {
  let after: string | null = null;
  for (let page = 0; page < pagesMax; page++) {
    const query: Stripe.RefundListParams = {
      ...chargeNamed(reference),
      limit: 100,
      ...(after === null ? {} : { starting_after: after }),
    };
    const reply: Reply<unknown> = await callStripe(call, (options) => stripe.refunds.list(query, options));
    if (reply.kind !== 'succeeded') return failureOf(reply);
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

type FailedReply = Exclude<Reply<never>, { readonly kind: 'succeeded' }>;

const failureOf = (reply: FailedReply): ProviderRefundOutcome => {
  switch (reply.kind) {
    case 'refused': {
      const code = reply.code ?? (reply.param === 'amount' ? 'amount_too_large' : null);
      if (code !== null && finalCodes.has(code)) return { kind: 'refused', reason: code };
      return { kind: 'unavailable', reason: `stripe: refused, ${code ?? 'without a code'}` };
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

/** Codes of refunds that will fail again however often they are requested. */
const finalCodes = new Set([
  'amount_too_large',
  'charge_already_refunded',
  'charge_disputed',
  'charge_not_refundable',
  'refund_disputed_payment',
  'resource_missing',
]);

const unknown = (detail: string): ProviderRefundOutcome => ({ kind: 'unknown', reason: `stripe: ${detail}` });
