import type { Result } from 'neverthrow';
import type { CheckoutLimits, RateLimited } from './limits.ts';
import type { Money } from './money.ts';
import type { Order, OrderStatus } from './order.ts';
import type { RecordedOutcome } from './outcome.ts';
import type { Payment, PaymentStatus } from './payment.ts';
import type { AsyncResult } from './result.ts';
import type { Shortage } from './stock.ts';

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
  /** The span of the request, as W3C `traceparent`. */
  readonly traceparent?: string | undefined;
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

/** Identifies an audit GUID. It belongs to its customer: equal GUIDs of two customers are two keys. */
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
  /** The key has had a response, which retention has dropped since. The checkout has a final outcome. */
  | { readonly kind: 'response_dropped'; readonly checkoutId: string }
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

/** What is stored under a key. `dropped`: there was a response. Null: there was none yet. */
export type KnownResponse = CheckoutResponse | 'dropped' | null;

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
  /** The span that records the outcome, as W3C `traceparent`. The tasks keep it. */
  readonly traceparent?: string | undefined;
};

export type RecordResult = {
  /** False if nothing was changed, because another process had recorded an outcome or claimed the payment. */
  readonly applied: boolean;
  readonly paymentStatus: PaymentStatus;
  /** The response that is now stored under the key. Another process may have stored it. Null if it was dropped. */
  readonly response: CheckoutResponse | null;
};

/** The record of checkouts under their audit GUIDs: the request, the payment and the response. */
export interface Audits {
  /**
   * Begins checkouts, all in one transaction. `judgeClaims` decides, on rows that do not change before the commit. For
   * each accepted request, writes the audit, a payment `initiated`, and the orders `pending → paying` with a history
   * row each. A new checkout gets its number. A retry has the amount that its orders have now. Takes the orders' units
   * from the stock of each limited product, and writes on the order what it holds, with the row `stock_reserved`. A
   * refused request changes nothing. Lock order: payments of retried keys, orders, keys, then the stock of products,
   * each in the order of their ids. So overlapping requests wait and never deadlock. Returns one result for each
   * request, in their order. Without `limits` there is no limit.
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
   * release, with a history row for each. A record changes nothing if its payment is no longer open, or if it is
   * `released` and its attempt is not the newest. Returns one result for each record, in their order. If somebody else
   * holds one of the rows for too long, nothing is written, and the batch fails with `rowsHeld`.
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
