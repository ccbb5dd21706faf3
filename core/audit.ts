import { err, ok, type Result } from 'neverthrow';
import {
  type CheckoutLimits,
  type CountedCheckouts,
  judgeCheckoutLimits,
  noCheckoutLimits,
  type RateLimited,
} from './limits.ts';
import { type Money, sum } from './money.ts';
import { isExpired, nextOrderStatus, type Order, type OrderStatus, orderStatusAfter } from './order.ts';
import type { RecordedOutcome } from './outcome.ts';
import { initialPaymentStatus, nextPaymentStatus, type Payment, type PaymentStatus } from './payment.ts';
import { pipelineFor } from './pipelines/index.ts';
import type { AsyncResult } from './result.ts';
import { findShortages, type Shortage, type StockLevels, takeUnits } from './stock.ts';

/** A request to pay for some orders, under an audit GUID. */
export type CheckoutRequest = {
  /** The id of the checkout and its payment, if the key is new. */
  readonly checkoutId: string;
  /** The audit GUID: the caller's `Idempotency-Key`. Each customer has keys of their own. */
  readonly key: string;
  readonly customerId: string;
  /** 1 to 100, no id twice. */
  readonly orderIds: readonly string[];
  /** The provider's name of the payment method. */
  readonly method: string;
  /** When recovery may ask the provider about the payment, if no outcome is recorded before, ms. */
  readonly recoverAtMs: number;
};

/**
 * Identifies a request, so that a key cannot be reused for another one. The order of the ids does not matter. The
 * length before each part keeps different requests from having the same text.
 */
export const fingerprintOf = ({
  customerId,
  orderIds,
  method,
}: Pick<CheckoutRequest, 'customerId' | 'orderIds' | 'method'>): string =>
  [customerId, method, ...[...orderIds].sort()].map((part) => `${part.length}:${part}`).join('');

/** Identifies an audit GUID. It belongs to its customer: two customers may use the same one, and never meet. */
export const auditKeyOf = ({ customerId, key }: Pick<CheckoutRequest, 'customerId' | 'key'>): string =>
  `${key} ${customerId}`;

/** A checkout that has begun: its orders are `paying`, its payment is `initiated`, and nobody else can claim them. */
export type Claim = {
  readonly checkoutId: string;
  /** For people. The store gives it to a new checkout; a retry keeps it. */
  readonly number: string;
  /** Counts from 1. Each claim of the payment raises it. Only the newest attempt may release the orders. */
  readonly attempt: number;
  /** The sum of the orders. */
  readonly amount: Money;
  readonly method: string;
  /** The orders after the claim. */
  readonly orders: readonly Order[];
};

/** A claim before it is written. Its number is null if the checkout is new. */
export type JudgedClaim = Omit<Claim, 'number'> & { readonly number: string | null };

/** The claim with the number that the store has for its checkout. */
export const withNumber = (claim: JudgedClaim, number: string): Claim => ({
  ...claim,
  number,
  orders: claim.orders.map((order) => ({ ...order, number })),
});

/** A claim whose outcome is not final yet. `claimedAtMs` is when the checkout claimed its orders. */
export type OpenClaim = Claim & { readonly claimedAtMs: number };

/** Why a checkout cannot begin. */
export type ClaimFailure =
  /** The key belongs to another request. */
  | { readonly kind: 'idempotency_key_reused' }
  /** The first request with the key is still running. */
  | { readonly kind: 'checkout_in_progress'; readonly checkoutId: string }
  /** The key has a stored response. */
  | { readonly kind: 'already_answered'; readonly response: CheckoutResponse }
  /** These orders do not exist or belong to another customer. */
  | { readonly kind: 'not_found'; readonly orderIds: readonly string[] }
  /** These orders are paid, cancelled or refunded. One that has expired counts as cancelled. */
  | {
      readonly kind: 'order_not_payable';
      readonly orders: readonly { readonly orderId: string; readonly status: OrderStatus }[];
    }
  /** Another checkout is paying for these orders now. */
  | { readonly kind: 'order_in_progress'; readonly orderIds: readonly string[] }
  | { readonly kind: 'mixed_currency' }
  /** These products have fewer units left than the request needs. `orderIds` are the orders of all of them. */
  | {
      readonly kind: 'out_of_stock';
      readonly orderIds: readonly string[];
      readonly products: readonly Shortage[];
    }
  /** The customer has reached a limit. */
  | RateLimited;

/** Somebody else holds rows of this request, and a batch does not wait for them. Nothing was written. */
export type RowsHeld = { readonly kind: 'rows_held' };

/** The response to a checkout. It is stored under the audit GUID, and a retry gets it again. */
export type CheckoutResponse = {
  readonly status: 'succeeded' | 'declined' | 'requires_action' | 'unknown' | 'cancelled';
  readonly checkoutId: string;
  readonly number: string;
  /** The id of the HTTP request that got the response first; the checkout's id if the recovery recorded the outcome. */
  readonly requestId: string;
  readonly payment: Payment;
  readonly orders: readonly Order[];
};

/** The current state of a checkout. */
export type Checkout = {
  readonly id: string;
  readonly number: string;
  readonly customerId: string;
  readonly payment: Payment;
  /** In the order of the first request. */
  readonly orders: readonly Order[];
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
};

/** The outcome of a charge, to be recorded. */
export type OutcomeRecord = {
  readonly checkoutId: string;
  /** The attempt of the claim. `released` is recorded only if no later attempt has claimed the payment. */
  readonly attempt: number;
  readonly outcome: RecordedOutcome;
  /** Stored if the key has no response yet. Null for `released`, so that the same key can be sent again. */
  readonly response: CheckoutResponse | null;
  /** For `succeeded`, one task for each group: see `groupOrders`. Otherwise empty. */
  readonly tasks: readonly {
    readonly id: string;
    readonly orderIds: readonly string[];
    readonly pipeline: string;
  }[];
};

export type RecordResult = {
  /** False if nothing was changed, because another process had recorded an outcome or claimed the payment. */
  readonly applied: boolean;
  readonly paymentStatus: PaymentStatus;
  /** The response that is now stored under the key. Another process may have stored it. */
  readonly response: CheckoutResponse | null;
};

/** The record of checkouts under their audit GUIDs: the request, the payment and the response. */
export interface Audits {
  /**
   * Begins checkouts, all in one transaction. `judgeClaims` decides, on rows that do not change before the commit.
   * For each accepted request, writes the audit, a payment `initiated`, and the orders `pending → paying` with a
   * history row each. A new checkout gets its number. A retry has the amount that its orders have now. Takes the
   * orders' units from the stock of each limited product, and writes on the order what it holds, with the row
   * `stock_reserved`. A refused request changes nothing. Lock order: payments of retried keys, orders, keys, then the
   * stock of products, each in the order of their ids. So overlapping requests wait and never
   * deadlock. Returns one result for each request, in their order. Without `limits` there is no limit.
   *
   * A batch does not wait for an order or payment that somebody else holds: that request is `rows_held`, and the
   * others go on. If it had to wait for something else for too long, nothing is written, and it fails with `rowsHeld`.
   */
  claim(
    requests: readonly CheckoutRequest[],
    nowMs: number,
    limits?: CheckoutLimits,
  ): AsyncResult<readonly Result<Claim, ClaimFailure | RowsHeld>[]>;

  /** `claim` of one request, which waits some seconds for rows that somebody else holds. */
  claimAlone(
    request: CheckoutRequest,
    nowMs: number,
    limits?: CheckoutLimits,
  ): AsyncResult<Result<Claim, ClaimFailure>>;

  /**
   * Records outcomes, all in one transaction, as `outcomeChanges` decides: the payment, the stored response, and each
   * order (`paying → paid`, or back to `pending`) with a history row and its task. What an order held is given back to
   * the stock with its release; an order that is paid keeps it. An order that has expired is cancelled right after its
   * release, with a history row for each. A record changes nothing if its
   * payment is no longer open, or if it is `released` and its attempt is not the newest. Returns one result for each
   * record, in their order. If somebody else holds one of the rows for too long, nothing is written, and the batch
   * fails with `rowsHeld`.
   */
  recordOutcomes(records: readonly OutcomeRecord[], nowMs: number): AsyncResult<readonly RecordResult[]>;

  /**
   * For recovery: claims at most `limit` open payments that are due, the longest due first. Each becomes `unknown`
   * (`requires_action` stays), its attempt is raised, and it is due again at `nextRecoveryAtMs(attempt, claimedAtMs)`.
   * So several processes can share the work, and a slow checkout can no longer release its orders. With
   * `onlyPaymentId`, claims only that payment, even if it is not due; but a payment that is `initiated` and not due is
   * left to the checkout that is charging it now.
   */
  claimOpenPayments(query: {
    readonly nowMs: number;
    readonly nextRecoveryAtMs: (attempt: number, claimedAtMs: number) => number;
    readonly limit: number;
    readonly onlyPaymentId: string | null;
  }): AsyncResult<readonly OpenClaim[]>;

  /** The checkout, or null if there is none. */
  find(checkoutId: string): AsyncResult<Checkout | null>;

  /**
   * The checkout under the customer's audit GUID, or null if there is none. Waits for claims of these orders that are
   * being written, so that null means: none of them was written.
   */
  findByKey(request: Pick<CheckoutRequest, 'customerId' | 'key' | 'orderIds'>): AsyncResult<Checkout | null>;
}

/** The stored state of a key that was used before. */
export type KnownAudit = {
  readonly checkoutId: string;
  readonly number: string;
  readonly fingerprint: string;
  /** In the order of the first request; responses keep this order. */
  readonly orderIds: readonly string[];
  readonly paymentStatus: PaymentStatus;
  readonly attempt: number;
  readonly response: CheckoutResponse | null;
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
