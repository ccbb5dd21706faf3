import type { Intent } from '../intent.ts';
import {
  authenticationFailed,
  cancelOpenIntent,
  confirm,
  create,
  findByKey,
  retrieve,
  type WrongState,
} from '../intents.ts';
import { methodOf } from '../methods.ts';
import { intentObject } from '../objects.ts';
import type { StripeRequest } from './api.ts';
import { fingerprint, groupOf, moneyOf, unknownParameter } from './form.ts';
import {
  createResponse,
  type HttpResponse,
  internal,
  missing,
  otherParameters,
  problem,
  refusal,
  wrongParameter,
} from './responses.ts';

const known = [
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
  const stranger = unknownParameter(form, known);
  if (stranger !== null)
    return wrongParameter(stranger, 'parameter_unknown', `Received unknown parameter: ${stranger}`);
  const amount = moneyOf(form);
  if (amount === null) return wrongParameter('amount', 'parameter_invalid_integer', 'Invalid amount.');
  const isConfirmed = form.get('confirm') === 'true';
  const method = form.get('payment_method');
  if (isConfirmed && method === undefined)
    return wrongParameter('payment_method', 'parameter_missing', 'Nothing to confirm with.');

  const asked = fingerprint(form);
  const challengeUrlOf = (id: string, secret: string) => `${origin}/challenges/${id}?client_secret=${secret}`;
  const made = await create(engine, {
    key,
    amount,
    metadata: groupOf(form, 'metadata'),
    as: isConfirmed && method !== undefined ? { method } : 'unconfirmed',
    wire: { asked, returnUrl: form.get('return_url') ?? null, challengeUrlOf },
  });
  if (made.isErr()) return internal();
  const { intent } = made.value;
  return intent.asked === asked ? shown({ ...intent, ...intent.first }) : otherParameters();
};

const shown = (intent: Intent): HttpResponse =>
  intent.error === null ? createResponse(intentObject(intent)) : refusal(intent, intent.error);

export const retrieveIntent = async ({ engine, id }: StripeRequest): Promise<HttpResponse> => {
  const found = await retrieve(engine, id);
  if (found.isErr()) return internal();
  return found.value === null ? missing('payment_intent', id) : createResponse(intentObject(found.value));
};

/** Stripe's index is behind by this much and more: what is younger is not found. */
const indexLagMs = 2_000;

/** Only `metadata['payment_id']:'…'` is understood: in our own use, that is the key. */
export const searchIntents = async ({ engine, form }: StripeRequest): Promise<HttpResponse> => {
  const [, escaped] = /^metadata\['payment_id'\]:'((?:[^'\\]|\\.)*)'$/.exec(form.get('query') ?? '') ?? [];
  if (escaped === undefined) return wrongParameter('query', 'parameter_invalid', 'Not understood.');
  const paymentId = escaped.replaceAll(/\\(.)/g, '$1');
  const found = await findByKey(engine, paymentId);
  if (found.isErr()) return internal();
  const indexedMs = engine.world.clock.nowMs() - indexLagMs;
  const data = [found.value].flatMap((intent) =>
    intent !== null && intent.metadata.payment_id === paymentId && intent.createdAtMs <= indexedMs
      ? [intentObject(intent)]
      : [],
  );
  return createResponse({
    object: 'search_result',
    data,
    has_more: false,
    url: '/v1/payment_intents/search',
  });
};

export const cancelIntent = async ({ engine, id }: StripeRequest): Promise<HttpResponse> => {
  const called = await cancelOpenIntent(engine, id);
  return called.isOk() ? createResponse(intentObject(called.value)) : unchanged(called.error, id);
};

/** As the customer's browser does: with the secret, and with another card where one is named. */
export const confirmIntent = async ({ engine, form, id }: StripeRequest): Promise<HttpResponse> => {
  const secret = form.get('client_secret') ?? id;
  if (!secret.startsWith(id)) return missing('payment_intent', id);
  const method = form.get('payment_method');
  const verdict = method === undefined ? null : methodOf(method).verdict;
  const outcome = form.get('challenge') === 'fail' ? authenticationFailed : 'succeed';
  const confirmed = await confirm(
    engine,
    secret,
    verdict !== null && 'error' in verdict ? verdict.error : outcome,
  );
  return confirmed.isOk() ? shown(confirmed.value) : unchanged(confirmed.error, id);
};

const unchanged = (
  failure: WrongState | { readonly kind: 'not_found' | 'unavailable' | 'unknown' },
  id: string,
): HttpResponse => {
  if (failure.kind === 'not_found') return missing('payment_intent', id);
  if (failure.kind !== 'unexpected_state') return internal();
  return problem(400, {
    type: 'invalid_request_error',
    code: 'payment_intent_unexpected_state',
    message: `This cannot be done with a PaymentIntent whose status is ${failure.intent.status}.`,
    payment_intent: intentObject(failure.intent),
  });
};
