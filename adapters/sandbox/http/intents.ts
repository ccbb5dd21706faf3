import type { Intent } from '../intent.ts';
import {
  authenticationFailed,
  cancelOpenIntent,
  confirm,
  create,
  findIntent,
  findIntentByKey,
  type WrongState,
} from '../intents.ts';
import { methodOf } from '../methods.ts';
import { intentObject } from '../objects.ts';
import { fingerprintOf, metadataOf, moneyOf, unknownParameter } from './form.ts';
import type { StripeRequest } from './request.ts';
import {
  cardError,
  errorResponse,
  type HttpResponse,
  internalError,
  invalidParameter,
  jsonResponse,
  keyReused,
  notFound,
} from './responses.ts';

const knownParameters = [
  'amount',
  'currency',
  'payment_method',
  'confirm',
  'metadata[]',
  'automatic_payment_methods[]',
  'use_stripe_sdk',
  'return_url',
];

export const createIntent = async ({ engine, form, key, origin }: StripeRequest): Promise<HttpResponse> => {
  const unknown = unknownParameter(form, knownParameters);
  if (unknown !== null)
    return invalidParameter(unknown, 'parameter_unknown', `Received unknown parameter: ${unknown}`);
  const amount = moneyOf(form);
  if (amount === null) return invalidParameter('amount', 'parameter_invalid_integer', 'Invalid amount.');
  const isConfirmed = form.get('confirm') === 'true';
  const method = form.get('payment_method');
  if (isConfirmed && method === undefined)
    return invalidParameter('payment_method', 'parameter_missing', 'A payment method is required.');

  const fingerprint = fingerprintOf(form);
  const challengeUrlOf = (id: string, secret: string) => `${origin}/challenges/${id}?client_secret=${secret}`;
  const created = await create(engine, {
    key,
    amount,
    metadata: metadataOf(form),
    mode: isConfirmed && method !== undefined ? { method } : 'unconfirmed',
    http: { fingerprint, returnUrl: form.get('return_url') ?? null, challengeUrlOf },
  });
  if (created.isErr()) return internalError();
  const { intent } = created.value;
  return intent.fingerprint === fingerprint ? responseOf({ ...intent, ...intent.initial }) : keyReused();
};

const responseOf = (intent: Intent): HttpResponse =>
  intent.error === null ? jsonResponse(intentObject(intent)) : cardError(intent, intent.error);

export const retrieveIntent = async ({ engine, id }: StripeRequest): Promise<HttpResponse> => {
  const found = await findIntent(engine, id);
  if (found.isErr()) return internalError();
  return found.value === null ? notFound('payment_intent', id) : jsonResponse(intentObject(found.value));
};

/** Younger intents are not found, since Stripe's search index lags behind by this much and more. */
const indexLagMs = 2_000;

/**
 * Only understands the query `metadata['payment_id']:'…'`. Our adapter sends this id as the idempotency key,
 * too.
 */
export const searchIntents = async ({ engine, form }: StripeRequest): Promise<HttpResponse> => {
  const [, escaped] = /^metadata\['payment_id'\]:'((?:[^'\\]|\\.)*)'$/.exec(form.get('query') ?? '') ?? [];
  if (escaped === undefined)
    return invalidParameter('query', 'parameter_invalid', 'The query is not understood.');
  const paymentId = escaped.replaceAll(/\\(.)/g, '$1');
  const found = await findIntentByKey(engine, paymentId);
  if (found.isErr()) return internalError();
  const indexedMs = engine.world.clock.nowMs() - indexLagMs;
  const data = [found.value].flatMap((intent) =>
    intent !== null && intent.metadata.payment_id === paymentId && intent.createdAtMs <= indexedMs
      ? [intentObject(intent)]
      : [],
  );
  return jsonResponse({
    object: 'search_result',
    data,
    has_more: false,
    url: '/v1/payment_intents/search',
  });
};

export const cancelIntent = async ({ engine, id }: StripeRequest): Promise<HttpResponse> => {
  const cancelled = await cancelOpenIntent(engine, id);
  return cancelled.isOk()
    ? jsonResponse(intentObject(cancelled.value))
    : failureResponse(cancelled.error, id);
};

/** What the customer's browser calls, with the client secret and optionally another card. */
export const confirmIntent = async ({ engine, form, id }: StripeRequest): Promise<HttpResponse> => {
  const secret = form.get('client_secret') ?? id;
  if (!secret.startsWith(id)) return notFound('payment_intent', id);
  const method = form.get('payment_method');
  const verdict = method === undefined ? null : methodOf(method).verdict;
  const outcome = form.get('challenge') === 'fail' ? authenticationFailed : 'succeed';
  const confirmed = await confirm(
    engine,
    secret,
    verdict !== null && 'error' in verdict ? verdict.error : outcome,
  );
  return confirmed.isOk() ? responseOf(confirmed.value) : failureResponse(confirmed.error, id);
};

const failureResponse = (
  failure: WrongState | { readonly kind: 'not_found' | 'unavailable' | 'unknown' },
  id: string,
): HttpResponse => {
  if (failure.kind === 'not_found') return notFound('payment_intent', id);
  if (failure.kind !== 'unexpected_state') return internalError();
  return errorResponse(400, {
    type: 'invalid_request_error',
    code: 'payment_intent_unexpected_state',
    message: `This cannot be done with a PaymentIntent whose status is ${failure.intent.status}.`,
    payment_intent: intentObject(failure.intent),
  });
};
