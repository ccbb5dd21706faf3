import { err, ok, type Result } from 'neverthrow';
import { type Money, sum } from './money.ts';
import { nextStatus, type Order, type OrderStatus, orderStatusAfter } from './order.ts';
import type { RecordedOutcome } from './outcome.ts';
import { initialPaymentStatus, nextPaymentStatus, type Payment, type PaymentStatus } from './payment.ts';
import { pipelineFor } from './pipelines/index.ts';
import type { AsyncResult } from './result.ts';

/** What a customer asks to pay: the audit GUID, and the orders under it. */
export type CheckoutRequest = {
  /** The id that the checkout and its payment get if this is the first time the key is seen. */
  readonly checkoutId: string;
  /** The audit GUID: the caller's `Idempotency-Key`. */
  readonly key: string;
  readonly customerId: string;
  /** 1 to 100, no id twice. */
  readonly orderIds: readonly string[];
  readonly method: string;
  /** When the reconciler may take it up, if nobody has settled it by then. */
  readonly reconcileAtMs: number;
};

/**
 * Two requests under one key must be the same request. A length before each part keeps two different
 * requests from reading alike; the customer is a part, so that a stranger's key replays nothing to anyone.
 */
export const fingerprintOf = ({
  customerId,
  orderIds,
  method,
}: Pick<CheckoutRequest, 'customerId' | 'orderIds' | 'method'>): string =>
  [customerId, method, ...[...orderIds].sort()].map((part) => `${part.length}:${part}`).join('');

/** A claim that holds: the orders are `paying`, the payment is `initiated`, and nobody else may charge them. */
export type Claim = {
  readonly checkoutId: string;
  /** Raised each time somebody takes the payment up; only the newest attempt may release it. */
  readonly attempt: number;
  readonly amount: Money;
  readonly method: string;
  /** As they stand after the claim. */
  readonly orders: readonly Order[];
};

/** A claim that nobody has settled in time. */
export type OpenClaim = Claim & { readonly claimedAtMs: number };

export type ClaimFailure =
  | { readonly kind: 'idempotency_key_reused' }
  | { readonly kind: 'checkout_in_progress'; readonly checkoutId: string }
  /** The key was answered before: `answer` is what it was answered. */
  | { readonly kind: 'already_answered'; readonly response: CheckoutResponse }
  | { readonly kind: 'not_found'; readonly orderIds: readonly string[] }
  | {
      readonly kind: 'order_not_payable';
      readonly orders: readonly { readonly orderId: string; readonly status: OrderStatus }[];
    }
  | { readonly kind: 'order_in_progress'; readonly orderIds: readonly string[] }
  | { readonly kind: 'mixed_currency' }
  | { readonly kind: 'out_of_stock'; readonly orderIds: readonly string[] };

/** What the customer was told, kept so that the same key hears the same words again. */
export type CheckoutResponse = {
  readonly status: 'succeeded' | 'declined' | 'requires_action' | 'unknown' | 'cancelled';
  readonly checkoutId: string;
  /** The request that was answered first. */
  readonly requestId: string;
  readonly payment: Payment;
  readonly orders: readonly Order[];
};

/** A checkout as it now stands. */
export type Checkout = {
  readonly id: string;
  readonly customerId: string;
  readonly payment: Payment;
  /** In the order of the cart. */
  readonly orders: readonly Order[];
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
};

/** What a charge came to, to be written down. */
export type OutcomeRecord = {
  readonly checkoutId: string;
  /** Of the claim: a `released` payment must not have been taken up by somebody else meanwhile. */
  readonly attempt: number;
  readonly outcome: RecordedOutcome;
  /** Kept where the key has no answer yet; null for `released`, which leaves the key free to be sent again. */
  readonly response: CheckoutResponse | null;
  /** For `succeeded`: one task an order, in the pipeline of its type. */
  readonly tasks: readonly { readonly id: string; readonly orderId: string; readonly pipeline: string }[];
};

export type RecordResult = {
  /** False where somebody else had settled it before, and nothing was changed now. */
  readonly applied: boolean;
  readonly paymentStatus: PaymentStatus;
  /** The answer that stands under the key after this, whoever gave it. */
  readonly response: CheckoutResponse | null;
};

/** The audit: who asked for what under which GUID, what was charged, and what was answered. */
export interface Audits {
  /**
   * Claims each request whole or not at all, all in one transaction, as `judgeClaims` decides on rows that have
   * not changed since: orders `pending → paying` with a history row, the audit with its GUID and order ids, a
   * payment `initiated`. A refused request leaves no trace. Orders are locked in the order of their ids, so
   * that overlapping carts wait and never deadlock. Answers are in the requests' order.
   */
  claim(
    requests: readonly CheckoutRequest[],
    nowMs: number,
  ): AsyncResult<readonly Result<Claim, ClaimFailure>[]>;

  /**
   * Writes each settlement whole or not at all, all in one transaction: payment, stored answer, orders
   * (`paying → paid`, or back to `pending`), a history row and the task of each, as `outcomeChanges` decides.
   * It changes nothing where the payment is no longer open, or where `released` names an attempt that is not
   * the newest.
   */
  recordOutcomes(settlements: readonly OutcomeRecord[], nowMs: number): AsyncResult<readonly RecordResult[]>;

  /**
   * For the reconciler: takes up payments that are open and due, the longest due first. Each is marked
   * `unknown` (but `requires_action` stays), its attempt raised, and due again at
   * `againAtMs(attempt, claimedAtMs)`, so that reconcilers side by side share the work and an API process that
   * was slow can no longer release it. With `only` it is that payment or none, due or not; one that is
   * `initiated` and not due is left to the checkout that is charging it now.
   */
  claimOpenPayments(query: {
    readonly nowMs: number;
    readonly againAtMs: (attempt: number, claimedAtMs: number) => number;
    readonly limit: number;
    readonly only: string | null;
  }): AsyncResult<readonly OpenClaim[]>;

  find(checkoutId: string): AsyncResult<Checkout | null>;
}

/** What is known of a key that was seen before. */
export type KnownAudit = {
  readonly checkoutId: string;
  readonly fingerprint: string;
  /** The cart as it was asked for first, in whose order it is stored and answered ever after. */
  readonly orderIds: readonly string[];
  readonly paymentStatus: PaymentStatus;
  readonly attempt: number;
  readonly response: CheckoutResponse | null;
};

/** The rows that claims are judged by; an adapter writes only what they still allow when it does. */
export type ClaimSnapshot = {
  readonly audits: ReadonlyMap<string, KnownAudit>;
  readonly orders: ReadonlyMap<string, Order>;
  /** What is left of each order's product; null where it cannot run out. By product id. */
  readonly stock: ReadonlyMap<string, number | null>;
};

/**
 * Decides a batch of claims, one after the other: an order or key that an earlier claim of the batch took is
 * taken for the later ones. It only decides; the adapter writes.
 */
export const judgeClaims = (
  requests: readonly CheckoutRequest[],
  ground: ClaimSnapshot,
  nowMs: number,
): readonly Result<Claim, ClaimFailure>[] => {
  const audits = new Map(ground.audits);
  const orders = new Map(ground.orders);
  return requests.map((request) => {
    const verdict = judgeClaim(request, { audits, orders, stock: ground.stock }, nowMs);
    if (verdict.isOk()) {
      const { checkoutId, attempt } = verdict.value;
      const known = { checkoutId, fingerprint: fingerprintOf(request), orderIds: request.orderIds, attempt };
      audits.set(request.key, { ...known, paymentStatus: initialPaymentStatus, response: null });
      for (const order of verdict.value.orders) orders.set(order.id, order);
    }
    return verdict;
  });
};

const judgeClaim = (
  request: CheckoutRequest,
  ground: ClaimSnapshot,
  nowMs: number,
): Result<Claim, ClaimFailure> => {
  const known = ground.audits.get(request.key);
  if (known !== undefined) {
    if (known.fingerprint !== fingerprintOf(request)) return err({ kind: 'idempotency_key_reused' });
    if (known.response !== null) return err({ kind: 'already_answered', response: known.response });
    if (nextPaymentStatus(known.paymentStatus, 'retry') === null)
      return err({ kind: 'checkout_in_progress', checkoutId: known.checkoutId });
  }
  const checkoutId = known?.checkoutId ?? request.checkoutId;
  const orderIds = known?.orderIds ?? request.orderIds;
  return judgeOrders({ ...request, orderIds }, ground).andThen((orders) =>
    sum(orders.map(({ total }) => total)).map((amount) => ({
      checkoutId,
      attempt: (known?.attempt ?? 0) + 1,
      amount,
      method: request.method,
      orders: orders.map((order) => ({
        ...order,
        status: orderStatusAfter.claim,
        checkoutId,
        updatedAtMs: nowMs,
      })),
    })),
  );
};

/** The orders, all of them payable by this customer, or the first thing that stands against it. */
const judgeOrders = (
  { orderIds, customerId }: CheckoutRequest,
  { orders, stock }: ClaimSnapshot,
): Result<readonly Order[], ClaimFailure> => {
  const found = orderIds.flatMap((id) => orders.get(id) ?? []);
  const own = new Set(found.filter((order) => order.customerId === customerId).map(({ id }) => id));
  const missing = orderIds.filter((id) => !own.has(id));
  if (missing.length > 0) return err({ kind: 'not_found', orderIds: missing });

  const barred = found.filter(({ status }) => nextStatus(status, 'claim') === null);
  const gone = barred.filter(({ status }) => status !== orderStatusAfter.claim);
  if (gone.length > 0) {
    const named = gone.map(({ id, status }) => ({ orderId: id, status }));
    return err({ kind: 'order_not_payable', orders: named });
  }
  if (barred.length > 0) return err({ kind: 'order_in_progress', orderIds: barred.map(({ id }) => id) });

  // Throws where there is none: what could not be settled must not be charged.
  for (const { product } of found) pipelineFor(product.type);

  const short = shortOf(found, stock);
  return short.length > 0 ? err({ kind: 'out_of_stock', orderIds: short }) : ok(found);
};

/** The orders whose product has less left than this cart asks of it in all. */
const shortOf = (orders: readonly Order[], stock: ReadonlyMap<string, number | null>): readonly string[] => {
  const wanted = new Map<string, number>();
  for (const { product, quantity } of orders)
    wanted.set(product.id, (wanted.get(product.id) ?? 0) + quantity);
  const lacks = (productId: string) => {
    const left = stock.get(productId) ?? null;
    return left !== null && (wanted.get(productId) ?? 0) > left;
  };
  return orders.filter(({ product }) => lacks(product.id)).map(({ id }) => id);
};
