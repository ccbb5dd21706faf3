import { fromStripe } from '../../stripe/format/amounts.ts';
import { closeDispute, findDispute, openDispute } from '../disputes.ts';
import { findIntent } from '../intents.ts';
import { readDisputes } from '../lists.ts';
import { disputeObject, intentObject } from '../objects.ts';
import { timeRangeOf } from './charges.ts';
import { integerOf } from './form.ts';
import type { StripeRequest } from './request.ts';
import {
  errorResponse,
  type HttpResponse,
  internalError,
  invalidParameter,
  jsonResponse,
  notFound,
} from './responses.ts';

/**
 * `POST /v1/test_helpers/disputes` opens a dispute, as the customer's bank does: `payment_intent`, `amount` (default: all
 * that is not refunded), `reason` (default: `fraudulent`). Stripe itself has no such call: there a test card opens one.
 */
export const createDispute = async ({ engine, form }: StripeRequest): Promise<HttpResponse> => {
  const intentId = form.get('payment_intent') ?? '';
  const intent = await findIntent(engine, intentId);
  if (intent.isErr()) return internalError();
  if (intent.value === null) return notFound('payment_intent', intentId);
  const stripeAmount = integerOf(form, 'amount');
  const { currency } = intent.value.amount;
  const amount = stripeAmount === null ? null : fromStripe({ amount: stripeAmount, currency });
  const opened = await openDispute(engine, { intentId, amount, reason: form.get('reason') ?? 'fraudulent' });
  if (opened.isOk()) return jsonResponse(disputeObject(opened.value));
  if (opened.error.kind !== 'not_disputable') return internalError();
  const message = 'The charge cannot be disputed.';
  return errorResponse(400, { type: 'invalid_request_error', param: 'payment_intent', message });
};

/** As in Stripe's test mode, the evidence decides: `winning_evidence` or `losing_evidence`. */
export const updateDispute = async (request: StripeRequest): Promise<HttpResponse> => {
  switch (request.form.get('evidence[uncategorized_text]')) {
    case 'winning_evidence':
      return close(request, 'won');
    case 'losing_evidence':
      return close(request, 'lost');
    default:
      return invalidParameter('evidence', 'parameter_invalid', 'Send winning_evidence or losing_evidence.');
  }
};

/** Accepts the dispute, which loses it. */
export const acceptDispute = (request: StripeRequest): Promise<HttpResponse> => close(request, 'lost');

const close = async ({ engine, id }: StripeRequest, status: 'won' | 'lost'): Promise<HttpResponse> => {
  const closed = await closeDispute(engine, id, status);
  if (closed.isErr()) return internalError();
  return closed.value === null ? notFound('dispute', id) : jsonResponse(disputeObject(closed.value));
};

export const retrieveDispute = async ({ engine, id }: StripeRequest): Promise<HttpResponse> => {
  const found = await findDispute(engine, id);
  if (found.isErr()) return internalError();
  return found.value === null ? notFound('dispute', id) : jsonResponse(disputeObject(found.value));
};

export const listDisputes = async (request: StripeRequest): Promise<HttpResponse> => {
  const { engine, form } = request;
  if (form.has('payment_intent')) return listDisputesOfIntent(request);
  const page = await readDisputes(engine, timeRangeOf(form));
  if (page.isErr()) return internalError();
  const data: unknown[] = [];
  for (const each of page.value.rows) {
    const intent = await findIntent(engine, each.intentId);
    if (intent.isErr()) return internalError();
    const expanded = intent.value === null ? each.intentId : intentObject(intent.value);
    data.push({ ...disputeObject(each), payment_intent: expanded });
  }
  return jsonResponse({ object: 'list', data, has_more: page.value.hasMore, url: '/v1/disputes' });
};

const listDisputesOfIntent = async ({ engine, form }: StripeRequest): Promise<HttpResponse> => {
  const intentId = form.get('payment_intent') ?? '';
  const intent = await findIntent(engine, intentId);
  if (intent.isErr()) return internalError();
  if (intent.value === null) return notFound('payment_intent', intentId);
  const { after, limit } = timeRangeOf(form);
  const ids = intent.value.disputes;
  const from = after === null ? 0 : ids.indexOf(after) + 1;
  const data: unknown[] = [];
  for (const id of ids.slice(from, from + limit)) {
    const found = await findDispute(engine, id);
    if (found.isErr()) return internalError();
    if (found.value !== null) data.push(disputeObject(found.value));
  }
  return jsonResponse({ object: 'list', data, has_more: ids.length > from + limit, url: '/v1/disputes' });
};
