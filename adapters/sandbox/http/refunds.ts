import { fromStripe } from '../../stripe/format/amounts.ts';
import { retrieve } from '../intents.ts';
import { listRefunds } from '../lists.ts';
import { intentObject, refundObject } from '../objects.ts';
import type { Refund } from '../refund.ts';
import { refund, retrieveRefund } from '../refunds.ts';
import type { StripeRequest } from './api.ts';
import { spanOf } from './charges.ts';
import { fingerprint, groupOf, integerOf, unknownParameter } from './form.ts';
import {
  createResponse,
  type HttpResponse,
  internal,
  missing,
  otherParameters,
  problem,
  wrongParameter,
} from './responses.ts';

const known = ['payment_intent', 'amount', 'metadata[]', 'reason'];

export const createRefund = async ({ engine, form, key }: StripeRequest): Promise<HttpResponse> => {
  const stranger = unknownParameter(form, known);
  if (stranger !== null)
    return wrongParameter(stranger, 'parameter_unknown', `Received unknown parameter: ${stranger}`);
  const intentId = form.get('payment_intent') ?? '';
  const intent = await retrieve(engine, intentId);
  if (intent.isErr()) return internal();
  const counted = integerOf(form, 'amount');
  const currency = intent.value?.amount.currency ?? 'XXX';
  const amount = counted === null ? null : fromStripe({ amount: counted, currency });
  const asked = fingerprint(form);
  const made = await refund(engine, { key, intentId, amount, metadata: groupOf(form, 'metadata'), asked });
  if (made.isErr()) return internal();
  if (made.value.refund.asked !== asked) return otherParameters();
  return made.value.isLost ? internal() : shown(made.value.refund);
};

/** As it was made; what it came to since is told to whoever asks for it by its id. */
const shown = (made: Refund): HttpResponse => {
  if (made.first !== 'refused')
    return createResponse(refundObject({ ...made, status: made.first, reason: null }));
  if (made.reason === 'resource_missing') return missing('payment_intent', made.intentId);
  const message = 'The charge cannot be refunded so.';
  // Of an amount that is too large Stripe says which parameter is wrong, and has no code for it.
  return made.reason === 'amount_too_large'
    ? problem(400, { type: 'invalid_request_error', param: 'amount', message })
    : problem(400, { type: 'invalid_request_error', code: made.reason ?? 'refused', message });
};

export const retrievedRefund = async ({ engine, id }: StripeRequest): Promise<HttpResponse> => {
  const found = await retrieveRefund(engine, id);
  if (found.isErr()) return internal();
  return found.value === null ? missing('refund', id) : createResponse(refundObject(found.value));
};

export const listedRefunds = async (asked: StripeRequest): Promise<HttpResponse> => {
  const { engine, form } = asked;
  if (form.has('payment_intent')) return refundsOfIntent(asked);
  const page = await listRefunds(engine, spanOf(form));
  if (page.isErr()) return internal();
  const isExpanded = [...form.values()].includes('data.payment_intent');
  const data: unknown[] = [];
  for (const each of page.value.rows) {
    const intent = isExpanded ? await retrieve(engine, each.intentId) : null;
    if (intent?.isErr()) return internal();
    const expanded = intent?.isOk() && intent.value !== null ? intentObject(intent.value) : each.intentId;
    data.push({ ...refundObject(each), payment_intent: expanded });
  }
  return createResponse({ object: 'list', data, has_more: page.value.hasMore, url: '/v1/refunds' });
};

const refundsOfIntent = async ({ engine, form }: StripeRequest): Promise<HttpResponse> => {
  const intentId = form.get('payment_intent') ?? '';
  const intent = await retrieve(engine, intentId);
  if (intent.isErr()) return internal();
  if (intent.value === null) return missing('payment_intent', intentId);
  const { after, limit } = spanOf(form);
  const ids = intent.value.refunds;
  const from = after === null ? 0 : ids.indexOf(after) + 1;
  const data: unknown[] = [];
  for (const id of ids.slice(from, from + limit)) {
    const found = await retrieveRefund(engine, id);
    if (found.isErr()) return internal();
    if (found.value !== null) data.push(refundObject(found.value));
  }
  return createResponse({ object: 'list', data, has_more: ids.length > from + limit, url: '/v1/refunds' });
};
