import { fromStripe } from '../../stripe/format/amounts.ts';
import { findIntent } from '../intents.ts';
import { readRefunds } from '../lists.ts';
import { intentObject, refundObject } from '../objects.ts';
import type { Refund } from '../refund.ts';
import { findRefund, refund } from '../refunds.ts';
import { timeRangeOf } from './charges.ts';
import { fingerprintOf, integerOf, metadataOf, unknownParameter } from './form.ts';
import type { StripeRequest } from './request.ts';
import {
  errorResponse,
  type HttpResponse,
  internalError,
  invalidParameter,
  jsonResponse,
  keyReused,
  notFound,
} from './responses.ts';

const knownParameters = ['payment_intent', 'amount', 'metadata[]', 'reason'];

export const createRefund = async ({ engine, form, key }: StripeRequest): Promise<HttpResponse> => {
  const unknown = unknownParameter(form, knownParameters);
  if (unknown !== null)
    return invalidParameter(unknown, 'parameter_unknown', `Received unknown parameter: ${unknown}`);
  const intentId = form.get('payment_intent') ?? '';
  const intent = await findIntent(engine, intentId);
  if (intent.isErr()) return internalError();
  const stripeAmount = integerOf(form, 'amount');
  const currency = intent.value?.amount.currency ?? 'XXX';
  const amount = stripeAmount === null ? null : fromStripe({ amount: stripeAmount, currency });
  const fingerprint = fingerprintOf(form);
  const metadata = metadataOf(form);
  const result = await refund(engine, { key, intentId, amount, metadata, fingerprint });
  if (result.isErr()) return internalError();
  if (result.value.refund.fingerprint !== fingerprint) return keyReused();
  return result.value.isLost ? internalError() : responseOf(result.value.refund);
};

/** The refund at its creation. A client reads its current status by its id. */
const responseOf = (created: Refund): HttpResponse => {
  if (created.initialStatus !== 'refused')
    return jsonResponse(refundObject({ ...created, status: created.initialStatus, reason: null }));
  if (created.reason === 'resource_missing') return notFound('payment_intent', created.intentId);
  const message = 'The charge cannot be refunded.';
  // Stripe has no code for an amount that is too large: it names the parameter.
  return created.reason === 'amount_too_large'
    ? errorResponse(400, { type: 'invalid_request_error', param: 'amount', message })
    : errorResponse(400, { type: 'invalid_request_error', code: created.reason ?? 'refused', message });
};

export const retrieveRefund = async ({ engine, id }: StripeRequest): Promise<HttpResponse> => {
  const found = await findRefund(engine, id);
  if (found.isErr()) return internalError();
  return found.value === null ? notFound('refund', id) : jsonResponse(refundObject(found.value));
};

export const listRefunds = async (request: StripeRequest): Promise<HttpResponse> => {
  const { engine, form } = request;
  if (form.has('payment_intent')) return listRefundsOfIntent(request);
  const page = await readRefunds(engine, timeRangeOf(form));
  if (page.isErr()) return internalError();
  const isExpanded = [...form.values()].includes('data.payment_intent');
  const data: unknown[] = [];
  for (const each of page.value.rows) {
    const intent = isExpanded ? await findIntent(engine, each.intentId) : null;
    if (intent?.isErr()) return internalError();
    const expanded = intent?.isOk() && intent.value !== null ? intentObject(intent.value) : each.intentId;
    data.push({ ...refundObject(each), payment_intent: expanded });
  }
  return jsonResponse({ object: 'list', data, has_more: page.value.hasMore, url: '/v1/refunds' });
};

const listRefundsOfIntent = async ({ engine, form }: StripeRequest): Promise<HttpResponse> => {
  const intentId = form.get('payment_intent') ?? '';
  const intent = await findIntent(engine, intentId);
  if (intent.isErr()) return internalError();
  if (intent.value === null) return notFound('payment_intent', intentId);
  const { after, limit } = timeRangeOf(form);
  const ids = intent.value.refunds;
  const from = after === null ? 0 : ids.indexOf(after) + 1;
  const data: unknown[] = [];
  for (const id of ids.slice(from, from + limit)) {
    const found = await findRefund(engine, id);
    if (found.isErr()) return internalError();
    if (found.value !== null) data.push(refundObject(found.value));
  }
  return jsonResponse({ object: 'list', data, has_more: ids.length > from + limit, url: '/v1/refunds' });
};
