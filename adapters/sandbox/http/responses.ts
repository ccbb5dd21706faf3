import type { Intent } from '../intent.ts';
import { type Failure, noSuchMethod } from '../methods.ts';
import { errorObject, intentObject } from '../objects.ts';

/** A response of Stripe's API, with a JSON body. */
export type HttpResponse = { readonly status: number; readonly body: unknown };

export const toResponse = ({ status, body }: HttpResponse): Response => Response.json(body, { status });

export const jsonResponse = (body: unknown): HttpResponse => ({ status: 200, body });

type StripeError = {
  readonly type: 'invalid_request_error' | 'idempotency_error' | 'card_error' | 'api_error';
  readonly message: string;
  readonly code?: string;
  readonly param?: string;
  readonly decline_code?: string;
  readonly payment_intent?: unknown;
};

export const errorResponse = (status: number, error: StripeError): HttpResponse => ({
  status,
  body: { error },
});

export const invalidParameter = (param: string, code: string, message: string): HttpResponse =>
  errorResponse(400, { type: 'invalid_request_error', code, param, message });

export const notFound = (kind: string, id: string): HttpResponse =>
  errorResponse(404, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    param: kind,
    message: `No such ${kind}: '${id}'`,
  });

export const keyReused = (): HttpResponse =>
  errorResponse(400, {
    type: 'idempotency_error',
    message:
      'Keys for idempotent requests can only be used with the same parameters they were first used with.',
  });

export const keyInUse = (): HttpResponse =>
  errorResponse(409, {
    type: 'idempotency_error',
    code: 'idempotency_key_in_use',
    message: 'There is currently another in-progress request using this Idempotency Key.',
  });

export const internalError = (): HttpResponse =>
  errorResponse(500, { type: 'api_error', message: 'An unknown error occurred.' });

export const rateLimited = (): HttpResponse =>
  errorResponse(429, { type: 'invalid_request_error', code: 'rate_limit', message: 'Too many requests.' });

export const unauthorized = (): HttpResponse =>
  errorResponse(401, { type: 'invalid_request_error', message: 'Invalid API Key provided.' });

/** For a declined card, or for an unknown payment method. */
export const cardError = (intent: Intent, error: Failure): HttpResponse =>
  error.code === noSuchMethod.code
    ? invalidParameter('payment_method', error.code, `No such PaymentMethod: '${intent.method}'`)
    : errorResponse(402, { ...errorObject(error), type: 'card_error', payment_intent: intentObject(intent) });
