import type { Intent } from '../intent.ts';
import { type Failure, noSuchMethod } from '../methods.ts';
import { errorObject, intentObject } from '../objects.ts';

/** What goes back to a client of Stripe's API. */
export type HttpResponse = { readonly status: number; readonly body: unknown };

export const createResponse = (body: unknown, status = 200): HttpResponse => ({ status, body });

type Problem = {
  readonly type: 'invalid_request_error' | 'idempotency_error' | 'card_error' | 'api_error';
  readonly message: string;
  readonly code?: string;
  readonly param?: string;
  readonly decline_code?: string;
  readonly payment_intent?: unknown;
};

export const problem = (status: number, error: Problem): HttpResponse => ({ status, body: { error } });

export const wrongParameter = (param: string, code: string, message: string): HttpResponse =>
  problem(400, { type: 'invalid_request_error', code, param, message });

export const missing = (what: string, id: string): HttpResponse =>
  problem(404, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    param: what,
    message: `No such ${what}: '${id}'`,
  });

export const otherParameters = (): HttpResponse =>
  problem(400, {
    type: 'idempotency_error',
    message:
      'Keys for idempotent requests can only be used with the same parameters they were first used with.',
  });

export const keyInUse = (): HttpResponse =>
  problem(409, {
    type: 'idempotency_error',
    code: 'idempotency_key_in_use',
    message: 'There is currently another in-progress request using this Idempotency Key.',
  });

export const internal = (): HttpResponse =>
  problem(500, { type: 'api_error', message: 'An unknown error occurred.' });

export const rateLimited = (): HttpResponse =>
  problem(429, { type: 'invalid_request_error', code: 'rate_limit', message: 'Too many requests.' });

export const unauthorized = (): HttpResponse =>
  problem(401, { type: 'invalid_request_error', message: 'Invalid API Key provided.' });

/** A card that was declined, or that nobody has. */
export const refusal = (intent: Intent, error: Failure): HttpResponse =>
  error.code === noSuchMethod.code
    ? wrongParameter('payment_method', error.code, `No such PaymentMethod: '${intent.method}'`)
    : problem(402, { ...errorObject(error), type: 'card_error', payment_intent: intentObject(intent) });
