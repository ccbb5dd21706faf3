import type { Failure } from './failures.ts';
import { productProblemMembers } from './productProblems.ts';
import { rateLimitExtras } from './rateLimit.ts';

type ProblemExtras = {
  readonly members?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Long enough for most charges to end, and short enough for a customer who watches a spinner. */
export const retryAfterSeconds = '1';

/** What a failure adds to the row of its kind: members of its own, and headers. */
export const problemExtras = (failure: Failure): ProblemExtras => {
  switch (failure.kind) {
    case 'malformed_body':
      return { members: { detail: failure.reason } };
    case 'url_refused':
      return { members: { detail: `${failure.reason}.` } };
    case 'forbidden':
      return { members: { detail: failure.reason, missing: failure.missing } };
    case 'validation_failed':
      return { members: { errors: failure.errors } };
    case 'amount_too_large':
      return {
        members: {
          errors: [{ path: '/quantity', message: 'The total is too large. Use a smaller quantity' }],
        },
      };
    case 'product_not_found':
    case 'stock_changed':
    case 'stock_too_large':
      return { members: productProblemMembers(failure) };
    case 'rate_limited':
      return rateLimitExtras(failure);
    case 'unauthenticated':
      return unauthenticatedExtras(failure);
    case 'id_not_found':
      return { members: { detail: `Nothing that you may see has the ${failure.field} ${failure.id}.` } };
    case 'invoice_elsewhere':
      return {
        members: {
          detail: `The shop has no PDF of the invoice ${failure.number}: its invoice service has issued it. ${failure.url === null ? 'Ask the shop for it.' : `It is at ${failure.url}`}`,
        },
      };
    case 'method_not_allowed':
      return { headers: { allow: failure.allow } };
    case 'not_found':
      return 'orderIds' in failure
        ? {
            members: {
              detail: `You have no order with these ids in orderIds: ${failure.orderIds.join(', ')}.`,
              orderIds: failure.orderIds,
            },
          }
        : {};
    case 'out_of_stock':
      return { members: { orderIds: failure.orderIds, products: failure.products } };
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
    case 'checkout_not_cancellable':
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
    case 'request_timeout':
      // The connection ends, because the rest of the body may never come.
      return { headers: { connection: 'close' } };
    case 'not_ready':
      return { members: { missing: failure.missing }, headers: { 'retry-after': retryAfterSeconds } };
    case 'too_many_bodies':
      return { headers: { connection: 'close', 'retry-after': retryAfterSeconds } };
    case 'too_many_streams':
    case 'unavailable':
    case 'claim_unconfirmed':
    case 'payment_unavailable':
    case 'cancel_unavailable':
      return { headers: { 'retry-after': retryAfterSeconds } };
    default:
      return {};
  }
};

/** RFC 6750, 3: no error without a token. */
const unauthenticatedExtras = ({
  tokenSent,
  reason,
}: Extract<Failure, { kind: 'unauthenticated' }>): ProblemExtras => {
  if (!tokenSent) return { headers: { 'www-authenticate': 'Bearer' } };
  if (reason === undefined) return { headers: { 'www-authenticate': 'Bearer error="invalid_token"' } };
  return {
    members: { detail: `${reason}. Send a valid one as Authorization: Bearer <JWT or service key>.` },
    headers: { 'www-authenticate': `Bearer error="invalid_token", error_description="${reason}"` },
  };
};
