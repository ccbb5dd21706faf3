import type { Failure, FailureKind } from './failures.ts';

/** Every `code` that a problem can have. `rate_limited` is for a gateway in front: nothing here says it. */
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
  'checkout_in_progress',
  'order_in_progress',
  'order_not_payable',
  'order_not_pending',
  'order_not_refundable',
  'refund_too_large',
  'out_of_stock',
  'body_too_large',
  'unsupported_media_type',
  'validation_failed',
  'idempotency_key_reused',
  'mixed_currency',
  'rate_limited',
  'internal',
  'unavailable',
  'payment_unavailable',
] as const;
type ProblemCode = (typeof problemCodes)[number];

type Row = {
  readonly status: number;
  readonly code: ProblemCode;
  readonly title: string;
  /** For people; what a program needs is in members of its own. */
  readonly detail: string;
};

/** The one table from failures to what HTTP says. A failure without a row does not compile. */
export const problems: Readonly<Record<FailureKind, Row>> = {
  malformed_body: {
    status: 400,
    code: 'malformed_body',
    title: 'The body is not JSON',
    detail: 'The body could not be read as JSON in UTF-8.',
  },
  idempotency_key_missing: {
    status: 400,
    code: 'idempotency_key_missing',
    title: 'The Idempotency-Key is missing',
    detail: 'Send a UUID that names this checkout or refund as the header Idempotency-Key.',
  },
  idempotency_key_invalid: {
    status: 400,
    code: 'idempotency_key_invalid',
    title: 'The Idempotency-Key is not a UUID',
    detail: 'The header Idempotency-Key must be one UUID, bare or in double quotes.',
  },
  signature_invalid: {
    status: 400,
    code: 'signature_invalid',
    title: 'The event is not signed',
    detail: 'Nothing was taken in: an event must be signed by the payment provider, and lately.',
  },
  unauthenticated: {
    status: 401,
    code: 'unauthenticated',
    title: 'Not signed in',
    detail: 'Send a valid token as Authorization: Bearer <JWT>.',
  },
  payment_declined: {
    status: 402,
    code: 'payment_declined',
    title: 'The payment was declined',
    detail: 'Nothing was charged. The orders are pending again and can be paid under a new Idempotency-Key.',
  },
  forbidden: {
    status: 403,
    code: 'forbidden',
    title: 'Not allowed',
    detail: 'This token does not allow that.',
  },
  not_found: {
    status: 404,
    code: 'not_found',
    title: 'Not found',
    detail: 'There is nothing here that this caller may see.',
  },
  method_not_allowed: {
    status: 405,
    code: 'method_not_allowed',
    title: 'The method is not allowed here',
    detail: 'The header Allow lists the methods of this resource.',
  },
  checkout_in_progress: {
    status: 409,
    code: 'checkout_in_progress',
    title: 'This checkout is running',
    detail: 'The first request under this Idempotency-Key is still being worked on.',
  },
  order_in_progress: {
    status: 409,
    code: 'order_in_progress',
    title: 'An order is being paid',
    detail: 'An order of this cart is being paid under another Idempotency-Key right now.',
  },
  order_not_payable: {
    status: 409,
    code: 'order_not_payable',
    title: 'An order cannot be paid',
    detail: 'An order of this cart is paid already or was cancelled.',
  },
  order_not_pending: {
    status: 409,
    code: 'order_not_pending',
    title: 'The order is not pending',
    detail: 'Only a pending order can be cancelled.',
  },
  order_not_refundable: {
    status: 409,
    code: 'order_not_refundable',
    title: 'The order cannot be refunded',
    detail: 'Only what was paid can be given back.',
  },
  refund_too_large: {
    status: 409,
    code: 'refund_too_large',
    title: 'The refund is too large',
    detail: 'It is more than is left of what was paid, refunds under way counted: see left.',
  },
  out_of_stock: {
    status: 409,
    code: 'out_of_stock',
    title: 'Out of stock',
    detail: 'There is less left of a product than this cart asks for. Nothing was charged.',
  },
  body_too_large: {
    status: 413,
    code: 'body_too_large',
    title: 'The body is too large',
    detail: 'A body may have 1 MiB at most.',
  },
  unsupported_media_type: {
    status: 415,
    code: 'unsupported_media_type',
    title: 'The body is of another type',
    detail: 'Send the body as application/json in UTF-8, without a Content-Encoding.',
  },
  validation_failed: {
    status: 422,
    code: 'validation_failed',
    title: 'A value is not valid',
    detail: 'What is wrong, and where, is in errors.',
  },
  amount_too_large: {
    status: 422,
    code: 'validation_failed',
    title: 'A value is not valid',
    detail: 'What is wrong, and where, is in errors.',
  },
  idempotency_key_reused: {
    status: 422,
    code: 'idempotency_key_reused',
    title: 'The Idempotency-Key is used already',
    detail: 'This Idempotency-Key came before with another request.',
  },
  mixed_currency: {
    status: 422,
    code: 'mixed_currency',
    title: 'Mixed currencies',
    detail: 'All orders of a cart must be in one currency, and a refund in that of its order.',
  },
  internal: {
    status: 500,
    code: 'internal',
    title: 'Something went wrong',
    detail: 'The request failed for a reason on our side. Its id is in instance.',
  },
  unavailable: {
    status: 503,
    code: 'unavailable',
    title: 'Not available',
    detail: 'The request could not be worked on now. It may be sent again.',
  },
  not_ready: {
    status: 503,
    code: 'unavailable',
    title: 'Not ready',
    detail: 'What is not ready is in missing.',
  },
  payment_unavailable: {
    status: 503,
    code: 'payment_unavailable',
    title: 'The payment provider cannot be reached',
    detail: 'Nothing was charged. The same request may be sent again under the same Idempotency-Key.',
  },
};

export type Problem = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The members of RFC 9457 and ours, to be sent as `application/problem+json`. */
  readonly body: Readonly<Record<string, unknown>>;
};

export const problemOf = (failure: Failure, requestId: string): Problem => {
  const { status, code, title, detail } = problems[failure.kind];
  const { members, headers } = particulars(failure);
  const type = `urn:cartwright:problem:${code}`;
  return {
    status,
    headers: headers ?? {},
    body: { type, title, status, detail, instance: requestId, code, ...members },
  };
};

type Particulars = {
  readonly members?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Long enough for a charge to come to an end, short enough for somebody who looks at a spinner. */
const retryAfterSeconds = '1';

const particulars = (failure: Failure): Particulars => {
  switch (failure.kind) {
    case 'malformed_body':
      return { members: { detail: failure.reason } };
    case 'forbidden':
      return { members: { detail: failure.reason } };
    case 'validation_failed':
      return { members: { errors: failure.errors } };
    case 'amount_too_large':
      return { members: { errors: [{ path: '/quantity', message: 'The total is too large' }] } };
    case 'unauthenticated':
      return { headers: { 'www-authenticate': failure.given ? 'Bearer error="invalid_token"' : 'Bearer' } };
    case 'method_not_allowed':
      return { headers: { allow: failure.allow } };
    case 'not_found':
      return 'orderIds' in failure ? { members: { orderIds: failure.orderIds } } : {};
    case 'out_of_stock':
      return { members: { orderIds: failure.orderIds } };
    case 'order_in_progress':
      return { members: { orderIds: failure.orderIds }, headers: { 'retry-after': retryAfterSeconds } };
    case 'order_not_payable':
      return { members: { orderIds: failure.orders.map(({ orderId }) => orderId), orders: failure.orders } };
    case 'order_not_pending':
    case 'order_not_refundable':
      return { members: { orderStatus: failure.status } };
    case 'refund_too_large':
      return { members: { left: failure.left } };
    case 'checkout_in_progress':
      return {
        members: { checkoutId: failure.checkoutId },
        headers: { location: `/checkouts/${failure.checkoutId}`, 'retry-after': retryAfterSeconds },
      };
    case 'payment_declined': {
      const { declineCode, checkoutId, requestId, replayed } = failure;
      return {
        members: { instance: requestId, declineCode, checkoutId },
        headers: replayed ? { 'idempotent-replayed': 'true' } : {},
      };
    }
    case 'not_ready':
      return { members: { missing: failure.missing }, headers: { 'retry-after': retryAfterSeconds } };
    case 'unavailable':
    case 'payment_unavailable':
      return { headers: { 'retry-after': retryAfterSeconds } };
    default:
      return {};
  }
};
