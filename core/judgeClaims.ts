import { err, ok, type Result } from 'neverthrow';
import {
  auditKeyOf,
  type CheckoutRequest,
  type ClaimFailure,
  fingerprintOf,
  type JudgedClaim,
  type KnownResponse,
} from './audit.ts';
import {
  type CheckoutLimits,
  type CountedCheckouts,
  judgeCheckoutLimits,
  noCheckoutLimits,
} from './limits.ts';
import { sum } from './money.ts';
import { isExpired, nextOrderStatus, type Order, type OrderStatus, orderStatusAfter } from './order.ts';
import { initialPaymentStatus, nextPaymentStatus, type PaymentStatus } from './payment.ts';
import { pipelineFor } from './pipelines/index.ts';
import { findShortages, type StockLevels, takeUnits } from './stock.ts';

/** The stored state of a key that was used before. */
export type KnownAudit = {
  readonly checkoutId: string;
  readonly number: string;
  readonly fingerprint: string;
  /** In the order of the first request; responses keep this order. */
  readonly orderIds: readonly string[];
  readonly paymentStatus: PaymentStatus;
  readonly attempt: number;
  readonly response: KnownResponse;
};

/**
 * The rows that decide claims. The adapter reads them under lock, or checks when it writes that they have not changed.
 */
export type ClaimSnapshot = {
  /** By `auditKeyOf`. */
  readonly audits: ReadonlyMap<string, KnownAudit>;
  /** By order id. */
  readonly orders: ReadonlyMap<string, Order>;
  readonly stock: StockLevels;
  /** What counts towards the limits of these customers. Empty without a limit. */
  readonly counted: CountedCheckouts;
};

/**
 * Decides a batch of claims, one after the other: the orders, key and units of an accepted request are in use for the
 * later requests. A request gets all its units or none; a later, smaller request may still fit. It only decides; the
 * adapter writes. A later request of this batch with the key of a new checkout is refused, so it needs no number.
 */
export const judgeClaims = (
  requests: readonly CheckoutRequest[],
  snapshot: ClaimSnapshot,
  nowMs: number,
  limits: CheckoutLimits = noCheckoutLimits,
): readonly Result<JudgedClaim, ClaimFailure>[] => {
  const { counted } = snapshot;
  const audits = new Map(snapshot.audits);
  const orders = new Map(snapshot.orders);
  const stock = new Map(snapshot.stock);
  return requests.map((request) => {
    const verdict = judgeClaim(request, { audits, orders, stock, counted }, nowMs, limits);
    if (verdict.isOk()) {
      const { checkoutId, attempt } = verdict.value;
      const number = verdict.value.number ?? '';
      const known = { checkoutId, number, orderIds: request.orderIds, attempt };
      audits.set(auditKeyOf(request), {
        ...known,
        fingerprint: fingerprintOf(request),
        paymentStatus: initialPaymentStatus,
        response: null,
      });
      for (const order of verdict.value.orders) orders.set(order.id, order);
      takeUnits(stock, verdict.value.orders);
    }
    return verdict;
  });
};

const judgeClaim = (
  request: CheckoutRequest,
  snapshot: ClaimSnapshot,
  nowMs: number,
  limits: CheckoutLimits,
): Result<JudgedClaim, ClaimFailure> => {
  const known = snapshot.audits.get(auditKeyOf(request));
  if (known !== undefined) {
    if (known.fingerprint !== fingerprintOf(request)) return err({ kind: 'idempotency_key_reused' });
    // Before anything that depends on the payment: a cancelled one may be claimed again only if it never had a response.
    if (known.response === 'dropped') return err({ kind: 'response_dropped', checkoutId: known.checkoutId });
    if (known.response !== null) return err({ kind: 'already_answered', response: known.response });
    if (nextPaymentStatus(known.paymentStatus, 'retry') === null)
      return err({ kind: 'checkout_in_progress', checkoutId: known.checkoutId });
  }
  const allowed = judgeCheckoutLimits(snapshot.counted.get(request.customerId) ?? [], limits, nowMs);
  if (allowed.isErr()) return err(allowed.error);
  const checkoutId = known?.checkoutId ?? request.checkoutId;
  const orderIds = known?.orderIds ?? request.orderIds;
  const number = known?.number ?? null;
  return judgeOrders({ ...request, orderIds }, snapshot, nowMs).andThen((orders) =>
    sum(orders.map(({ total }) => total)).map((amount) => ({
      checkoutId,
      number,
      attempt: (known?.attempt ?? 0) + 1,
      amount,
      method: request.method,
      orders: orders.map((order) => ({
        ...order,
        status: orderStatusAfter.claim,
        checkoutId,
        number,
        updatedAtMs: nowMs,
      })),
    })),
  );
};

/** The orders if this customer can pay for all of them, or the first reason against it. */
const judgeOrders = (
  { orderIds, customerId }: CheckoutRequest,
  { orders, stock }: ClaimSnapshot,
  nowMs: number,
): Result<readonly Order[], ClaimFailure> => {
  const found = orderIds.flatMap((id) => orders.get(id) ?? []);
  const own = new Set(found.filter((order) => order.customerId === customerId).map(({ id }) => id));
  const missing = orderIds.filter((id) => !own.has(id));
  if (missing.length > 0) return err({ kind: 'not_found', orderIds: missing });

  const notPending = found.filter(({ status }) => nextOrderStatus(status, 'claim') === null);
  const finished = found
    .map((order) => ({ orderId: order.id, status: payableStatusOf(order, nowMs) }))
    .filter(({ status }) => status !== orderStatusAfter.claim && nextOrderStatus(status, 'claim') === null);
  if (finished.length > 0) return err({ kind: 'order_not_payable', orders: finished });
  if (notPending.length > 0)
    return err({ kind: 'order_in_progress', orderIds: notPending.map(({ id }) => id) });

  // Throws if a type has no pipeline: an order that could not be processed must not be charged.
  for (const { product } of found) pipelineFor(product.type);

  const products = findShortages(found, stock);
  if (products.length === 0) return ok(found);
  const short = new Set(products.flatMap((each) => each.orderIds));
  return err({ kind: 'out_of_stock', orderIds: orderIds.filter((id) => short.has(id)), products });
};

/** The status that decides a claim: an order that could be claimed and has expired counts as cancelled. */
const payableStatusOf = (order: Order, nowMs: number): OrderStatus =>
  nextOrderStatus(order.status, 'claim') !== null && isExpired(order, nowMs)
    ? orderStatusAfter.cancel
    : order.status;
