import type { CheckoutResponse } from './audit.ts';
import type { Money } from './money.ts';
import type { Contact, Order, OrderStatus } from './order.ts';
import type { Page } from './page.ts';
import type { AsyncResult } from './result.ts';

export const refundStatuses = ['requested', 'succeeded', 'failed'] as const;

/** `failed`: the provider refused it for good, and its amount can be asked for again under a new key. */
export type RefundStatus = (typeof refundStatuses)[number];

export type RefundEvent = 'succeed' | 'fail';

/**
 * Every edge of a refund's life; what is not here cannot happen. Drawn in ARCHITECTURE.md. `succeeded → failed` is
 * money that the customer's bank sent back.
 */
const refundEdges: Readonly<Record<RefundStatus, Partial<Record<RefundEvent, RefundStatus>>>> = {
  requested: { succeed: 'succeeded', fail: 'failed' },
  succeeded: { fail: 'failed' },
  failed: {},
};

/** The status after `event`, or null where that event has no place. */
export const nextRefundStatus = (status: RefundStatus, event: RefundEvent): RefundStatus | null =>
  refundEdges[status][event] ?? null;

const refundStatusesBefore = (event: RefundEvent): readonly RefundStatus[] =>
  refundStatuses.filter((status) => nextRefundStatus(status, event) !== null);

/** The provider has not decided. */
export const openRefundStatuses = refundStatusesBefore('succeed');

/** Counts against what was paid, because the money has left or may leave at any time. */
export const countedRefundStatuses = refundStatusesBefore('fail');

/** The money has left. */
export const succeededRefundStatuses = countedRefundStatuses.filter(
  (status) => !openRefundStatuses.includes(status),
);

/** The money has not left and never will. */
export const failedRefundStatuses = refundStatuses.filter(
  (status) => !countedRefundStatuses.includes(status),
);

/** Money on its way back, of one order; or of a whole payment, where that came when its orders were released. */
export type Refund = {
  /** Also the idempotency key at the provider. */
  readonly id: string;
  /** Null for a payment that came too late: its orders were not paid by it. */
  readonly orderId: string | null;
  readonly paymentId: string;
  readonly amount: Money;
  readonly reason: string;
  readonly status: RefundStatus;
  /** `CN-2026-000001`; null until it succeeded, and where no invoice had been issued. */
  readonly creditNote: string | null;
  /** Why the provider refused it. */
  readonly error: string | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
};

/** All that is needed to give the money back, and to tell the customer. */
export type RefundDetail = Refund & {
  /** The provider's id of the charge that it is taken from. */
  readonly chargeReference: string;
  /** The order; for a late payment the first one of its cart. */
  readonly order: Order;
  readonly contact: Contact;
};

export type RefundCommand = {
  /** The id that the refund gets if this is the first time the key is seen. */
  readonly refundId: string;
  readonly taskId: string;
  /** One refund for each: an operator's `Idempotency-Key`, or `unfulfillable:<order id>`. */
  readonly key: string;
  readonly orderId: string;
  /** Null for all that is left; in the order's own currency where it names none. */
  readonly amount: { readonly amount: number; readonly currency: string | null } | null;
  readonly reason: string;
};

export type RefundFailure =
  | { readonly kind: 'idempotency_key_reused' }
  | { readonly kind: 'not_found' }
  /** It was never paid. */
  | { readonly kind: 'order_not_refundable'; readonly status: OrderStatus }
  /** More than is left of what was paid, counting refunds that are under way. */
  | { readonly kind: 'refund_too_large'; readonly left: Money }
  | { readonly kind: 'mixed_currency' };

/** What a refund changes of its order, all in the transaction that also writes the refund. */
export type RefundOrderChanges = {
  /** Rows for the order's history, oldest first. */
  readonly history: readonly { readonly state: string; readonly detail: string | null }[];
  /** Null where the status stays. */
  readonly status: OrderStatus | null;
  /** What becomes of the order's unfinished task, if it has one. Null where it goes on as it is. */
  readonly task: RefundTaskChange | null;
};

export type RefundTaskChange =
  /** No worker claims it any more. Its lease is raised, so that a worker that holds it cannot go on. */
  | { readonly kind: 'pause'; readonly lastError: string }
  /** An operator may retry it; it is due when it failed. */
  | { readonly kind: 'fail'; readonly lastError: string; readonly runAtMs: number }
  | { readonly kind: 'delete' };

export type RefundVerdict = {
  readonly refund: Refund;
  readonly replayed: boolean;
  /** Null where it is replayed: nothing is written then, not even the refund. */
  readonly changes: RefundOrderChanges | null;
};

/** An amount as an order's history shows it. */
export const amountDetail = ({ amount, currency }: Money): string => `${amount} ${currency}`;

/** What the provider's last word on a refund was. */
export type FinishedRefund = {
  readonly refundId: string;
  readonly outcome:
    | { readonly kind: 'succeeded'; readonly reference: string }
    | { readonly kind: 'failed'; readonly reason: string };
};

export type RefundQuery = {
  readonly orderId: string | null;
  readonly status: RefundStatus | null;
  /** The id of the last refund of the page before. */
  readonly after: string | null;
  /** 1 to 100. */
  readonly limit: number;
};

/** `CN-2026-000001`: credit notes are numbered as invoices are, in a row of their own. */
export const creditNoteNumber = (year: number, sequence: number): string =>
  `CN-${year}-${String(sequence).padStart(6, '0')}`;

export const unfulfillableKey = (orderId: string): string => `unfulfillable:${orderId}`;

/** Refunds, with what they change in orders, stock and invoices. Each verb is one transaction. */
export interface Refunds {
  /**
   * As `judgeRefund` decides on locked rows (the order's, so that refunds of one order wait for one another):
   * writes the refund, its task, and `refund_requested` with the amount into the order's history. One that leaves
   * nothing of the order paid pauses the order's task, where there is one, with a raised lease and an error that
   * names the refund: nothing is sent of an order that is being refunded.
   */
  request(
    command: RefundCommand,
    nowMs: number,
  ): AsyncResult<Pick<RefundVerdict, 'refund' | 'replayed'>, RefundFailure>;

  /**
   * As `planLateRefund` decides on the locked payment, for money that came when the payment was `declined` or
   * `cancelled`: writes that it is `returned`, a refund of the whole payment, and the refund's task. The payment's
   * key is spent; `answer` becomes its response if it has none yet. Answers whether it wrote anything: it does
   * not where the payment has another status by now.
   */
  refundLateCharge(
    late: {
      readonly refundId: string;
      readonly taskId: string;
      readonly paymentId: string;
      readonly reference: string;
      readonly answer: CheckoutResponse;
    },
    nowMs: number,
  ): AsyncResult<boolean>;

  find(refundId: string): AsyncResult<RefundDetail | null>;

  /** Newest first, which is by id. */
  list(query: RefundQuery): AsyncResult<Page<Refund, string>>;

  /**
   * Writes down what the provider said, once, as `planRefundOutcome` decides on locked rows. Answers whether it
   * changed anything.
   */
  finish(settlement: FinishedRefund, nowMs: number): AsyncResult<boolean>;

  /** The refund's task, where it waits, is ready now: the provider has news of it. */
  runNow(refundId: string, nowMs: number): AsyncResult<void>;

  /**
   * Ids of orders whose pipeline was refused what it needs (out of stock), and which have no refund yet; none that
   * cost nothing, for they never will.
   */
  unfulfillable(limit: number): AsyncResult<readonly string[]>;
}
