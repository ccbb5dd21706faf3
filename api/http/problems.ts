import type { Failure, FailureKind } from './failures.ts';
import { problemExtras } from './problemExtras.ts';
import { productProblems } from './productProblems.ts';
import { rateLimitProblems } from './rateLimit.ts';
import { sizeProblems } from './sizeProblems.ts';

/** Every `code` of a problem. */
export const problemCodes = [
  'malformed_body',
  'idempotency_key_missing',
  'idempotency_key_invalid',
  'signature_invalid',
  'unauthenticated',
  'payment_declined',
  'forbidden',
  'not_found',
  'method_not_allowed',
  'request_timeout',
  'checkout_in_progress',
  'checkout_not_cancellable',
  'order_in_progress',
  'order_not_payable',
  'order_not_pending',
  'order_not_refundable',
  'refund_too_large',
  'payment_disputed',
  'stock_changed',
  'out_of_stock',
  'body_too_large',
  'uri_too_long',
  'unsupported_media_type',
  'validation_failed',
  'idempotency_key_reused',
  'mixed_currency',
  'url_refused',
  'rate_limited',
  'headers_too_large',
  'internal',
  'unavailable',
  'payment_unavailable',
] as const;
type ProblemCode = (typeof problemCodes)[number];

type ProblemRow = {
  readonly status: number;
  readonly code: ProblemCode;
  readonly title: string;
  /** For people. Data for programs is in separate members. */
  readonly detail: string;
};

/** The problem of each failure. A new failure kind without a row does not compile. */
export const problems: Readonly<Record<FailureKind, ProblemRow>> = {
  malformed_body: {
    status: 400,
    code: 'malformed_body',
    title: 'The body is not JSON',
    detail: 'The body is not valid JSON in UTF-8. Check its syntax and its encoding.',
  },
  idempotency_key_missing: {
    status: 400,
    code: 'idempotency_key_missing',
    title: 'The Idempotency-Key is missing',
    detail: 'The header Idempotency-Key is missing. Send it with a new UUID for each checkout or refund.',
  },
  idempotency_key_invalid: {
    status: 400,
    code: 'idempotency_key_invalid',
    title: 'The Idempotency-Key is not a UUID',
    detail: 'The header Idempotency-Key is not valid. Send one UUID, with or without double quotes.',
  },
  signature_invalid: {
    status: 400,
    code: 'signature_invalid',
    title: 'The signature is not valid',
    detail: 'The event was not stored. Send it with a valid, recent signature of the payment provider.',
  },
  unauthenticated: {
    status: 401,
    code: 'unauthenticated',
    title: 'Not authenticated',
    detail:
      'The token is missing or not valid. Send a valid one as Authorization: Bearer <JWT or service key>.',
  },
  payment_declined: {
    status: 402,
    code: 'payment_declined',
    title: 'The payment was declined',
    detail:
      'Nothing was charged; declineCode has the reason. The orders are pending again. Pay them with a new Idempotency-Key.',
  },
  forbidden: {
    status: 403,
    code: 'forbidden',
    title: 'Not allowed',
    detail: 'The token or service key does not allow this request. The member missing names what it lacks.',
  },
  not_found: {
    status: 404,
    code: 'not_found',
    title: 'Not found',
    detail:
      'The resource does not exist, or the token does not allow you to see it. Check the path and the ids.',
  },
  id_not_found: {
    status: 404,
    code: 'not_found',
    title: 'Not found',
    detail: 'A field of the body has the id of nothing, or the token does not allow you to see it.',
  },
  invoice_elsewhere: {
    status: 404,
    code: 'not_found',
    title: 'Not found',
    detail: 'The shop has no PDF of the invoice: its invoice service has issued it.',
  },
  ...productProblems,
  ...rateLimitProblems,
  method_not_allowed: {
    status: 405,
    code: 'method_not_allowed',
    title: 'The method is not allowed here',
    detail: 'This resource does not support the method. The header Allow lists the supported methods.',
  },
  checkout_in_progress: {
    status: 409,
    code: 'checkout_in_progress',
    title: 'The checkout is in progress',
    detail:
      'The first request with this Idempotency-Key is still in progress. Wait, or follow the header Location to see its status.',
  },
  checkout_not_cancellable: {
    status: 409,
    code: 'checkout_not_cancellable',
    title: 'The checkout cannot be given up',
    detail:
      'The payment is being processed and can no longer be called off. Follow the header Location to see its outcome.',
  },
  order_in_progress: {
    status: 409,
    code: 'order_in_progress',
    title: 'An order is being paid',
    detail:
      'Another checkout is paying for the orders in orderIds. Wait for its result before you try again.',
  },
  order_not_payable: {
    status: 409,
    code: 'order_not_payable',
    title: 'An order cannot be paid',
    detail:
      'The orders in orders are already paid or cancelled, or were not paid before their expiresAt. Leave them out and send a new checkout.',
  },
  order_not_pending: {
    status: 409,
    code: 'order_not_pending',
    title: 'The order is not pending',
    detail:
      'Only a pending order can be changed or cancelled, and only before its expiresAt. The status of this order is in orderStatus.',
  },
  order_not_refundable: {
    status: 409,
    code: 'order_not_refundable',
    title: 'The order cannot be refunded',
    detail:
      'Only a paid order can be refunded, and a refund can be assigned only once, to an order of its charge. The status of this order is in orderStatus.',
  },
  case_not_refundable: {
    status: 409,
    code: 'order_not_refundable',
    title: 'The order cannot be refunded',
    detail: 'This case is not a charge without an order. Refund its orders with POST /refunds.',
  },
  refund_too_large: {
    status: 409,
    code: 'refund_too_large',
    title: 'The refund is too large',
    detail:
      'The amount is more than can still be refunded, open refunds included. Send at most the amount in left.',
  },
  payment_disputed: {
    status: 409,
    code: 'payment_disputed',
    title: 'The payment is disputed',
    detail:
      'The customer’s bank disputes the payment, so the money may go back that way. Request the refund when the dispute has ended.',
  },
  out_of_stock: {
    status: 409,
    code: 'out_of_stock',
    title: 'Out of stock',
    detail:
      'There are too few units for the orders in orderIds. Nothing was charged. products says how many are left of each product at this moment. Leave the orders out, or order fewer units, and send a new checkout.',
  },
  ...sizeProblems,
  unsupported_media_type: {
    status: 415,
    code: 'unsupported_media_type',
    title: 'The media type is not supported',
    detail:
      'The body has an unsupported type or encoding. Send application/json in UTF-8 without a Content-Encoding.',
  },
  validation_failed: {
    status: 422,
    code: 'validation_failed',
    title: 'A value is not valid',
    detail: 'At least one value is not valid. The member errors lists each path and what is expected there.',
  },
  amount_too_large: {
    status: 422,
    code: 'validation_failed',
    title: 'A value is not valid',
    detail: 'At least one value is not valid. The member errors lists each path and what is expected there.',
  },
  idempotency_key_reused: {
    status: 422,
    code: 'idempotency_key_reused',
    title: 'The Idempotency-Key is already in use',
    detail: 'This Idempotency-Key belongs to a different request. Use a new UUID for this one.',
  },
  mixed_currency: {
    status: 422,
    code: 'mixed_currency',
    title: 'Mixed currencies',
    detail:
      'All orders of a checkout must have the same currency, and a refund must have the currency of its order.',
  },
  url_refused: {
    status: 422,
    code: 'url_refused',
    title: 'The URL is refused',
    detail: 'Events are sent only to https URLs with a public address.',
  },
  internal: {
    status: 500,
    code: 'internal',
    title: 'Something went wrong',
    detail:
      'The server failed to handle the request. If it happens again, report the request id in instance.',
  },
  unavailable: {
    status: 503,
    code: 'unavailable',
    title: 'Not available',
    detail:
      'The service cannot handle the request now. Send the same request again after the time in Retry-After.',
  },
  claim_unconfirmed: {
    status: 503,
    code: 'unavailable',
    title: 'Not available',
    detail:
      'The database did not answer, so the checkout may stand and may be charged. Send the same request again with the same Idempotency-Key after the time in Retry-After: it tells.',
  },
  not_ready: {
    status: 503,
    code: 'unavailable',
    title: 'Not available',
    detail: 'The process is not ready to serve requests. The member missing lists what is not ready.',
  },
  cancel_unavailable: {
    status: 503,
    code: 'payment_unavailable',
    title: 'The payment provider cannot be reached',
    detail:
      'It is not known whether the provider has called the payment off. Send the same request again after the time in Retry-After.',
  },
  payment_unavailable: {
    status: 503,
    code: 'payment_unavailable',
    title: 'The payment provider cannot be reached',
    detail:
      'Nothing was charged. Send the same request again with the same Idempotency-Key after the time in Retry-After.',
  },
};

export type Problem = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The members of RFC 9457 and our own, to send as `application/problem+json`. */
  readonly body: Readonly<Record<string, unknown>>;
};

export const problemOf = (failure: Failure, requestId: string): Problem => {
  const { status, code, title, detail } = problems[failure.kind];
  const { members, headers } = problemExtras(failure);
  // A path and not a whole URL: the API does not know under which name a caller reaches it.
  const type = `/docs/problems/${code}`;
  return {
    status,
    headers: headers ?? {},
    body: { type, title, status, detail, instance: requestId, code, ...members },
  };
};
