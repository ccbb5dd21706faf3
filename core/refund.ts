import type { OperatorCommand } from './activity.ts';
import type { CheckoutResponse } from './audit.ts';
import type { Money } from './money.ts';
import type { Contact, Order, OrderStatus } from './order.ts';
import type { Page } from './page.ts';
import type { AsyncResult } from './result.ts';
import type { Caused } from './trace.ts';

export const refundStatuses = ['requested', 'succeeded', 'failed'] as const;

/** `failed`: the provider will never make it. Its amount can be refunded again under a new key. */
export type RefundStatus = (typeof refundStatuses)[number];

/** An order's line on the invoice with this number. Lines count from 1. */
export type CreditedLine = { readonly invoice: string; readonly line: number };

export type RefundEvent = 'succeed' | 'fail';

/**
 * The refund's state machine: the next status for each event that a status allows. ARCHITECTURE.md shows it as a
 * diagram. `succeeded → failed`: the customer's bank rejected the money.
 */
const refundEdges: Readonly<Record<RefundStatus, Partial<Record<RefundEvent, RefundStatus>>>> = {
  requested: { succeed: 'succeeded', fail: 'failed' },
  succeeded: { fail: 'failed' },
  failed: {},
};

/** The status after `event`, or null if `status` does not allow it. */
export const nextRefundStatus = (status: RefundStatus, event: RefundEvent): RefundStatus | null =>
  refundEdges[status][event] ?? null;

const refundStatusesBefore = (event: RefundEvent): readonly RefundStatus[] =>
  refundStatuses.filter((status) => nextRefundStatus(status, event) !== null);

/** The provider has not decided yet. */
export const openRefundStatuses = refundStatusesBefore('succeed');

/** Their amounts count against what was paid, because the money has left or may still leave. */
export const countedRefundStatuses = refundStatusesBefore('fail');

/** The money has left. */
export const succeededRefundStatuses = countedRefundStatuses.filter(
  (status) => !openRefundStatuses.includes(status),
);

/** The money has not left and never will. */
export const failedRefundStatuses = refundStatuses.filter(
  (status) => !countedRefundStatuses.includes(status),
);

/**
 * Who began a refund.
 * - `operator`: an operator requested it.
 * - `system`: we requested it ourselves.
 * - `provider`: it was made at the provider, and we did not request it.
 * - `dispute`: the customer's bank took the money, because a dispute was lost.
 */
export const refundOrigins = ['operator', 'system', 'provider', 'dispute'] as const;
export type RefundOrigin = (typeof refundOrigins)[number];

/** The origins of refunds that we did not request. We adopt such a refund when the provider reports it. */
export const adoptedOrigins = ['provider', 'dispute'] as const satisfies readonly RefundOrigin[];
export type AdoptedOrigin = (typeof adoptedOrigins)[number];
export const isAdoptedOrigin = (origin: RefundOrigin): boolean =>
  adoptedOrigins.some((adopted) => adopted === origin);

/** A lost dispute takes the money and cancels no sale. Every other refund of an invoiced order has a credit note. */
export const isCredited = (origin: RefundOrigin): boolean => origin !== 'dispute';
export const creditedOrigins = refundOrigins.filter(isCredited);

/** Money on its way back to the customer: of one order, of a late charge, or of a charge of several orders. */
export type Refund = {
  /** Also the idempotency key at the provider. */
  readonly id: string;
  /**
   * Null for a late charge, because it paid for no order. Null also for an adopted refund of part of a charge of several
   * orders, until an operator assigns it to an order.
   */
  readonly orderId: string | null;
  /** Null for a charge that belongs to no payment of ours. */
  readonly paymentId: string | null;
  readonly amount: Money;
  readonly origin: RefundOrigin;
  readonly reason: string;
  /**
   * Whether the goods are put back into stock if nothing of the order stays paid after this refund. Null: if they have
   * not left the shop.
   */
  readonly restock: boolean | null;
  readonly status: RefundStatus;
  /**
   * `CN-2026-000001`. Null until the refund has succeeded and the order is invoiced, whichever comes last. It is void if
   * the refund fails after that.
   */
  readonly creditNote: string | null;
  /** The line of the invoice that the credit note is about. Null without a credit note. */
  readonly creditedLine: CreditedLine | null;
  /** Why it failed. Null unless the status is `failed`. */
  readonly error: string | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
};

/** A refund with what is needed to send it to the provider and to notify the customer. */
export type RefundDetail = Refund & {
  /** The provider's id of the charge. */
  readonly chargeReference: string;
  /** True while a dispute of the charge is open: then the refund waits. */
  readonly disputed: boolean;
  /** The refunded order. For a late charge, the first order of its checkout. Null without a payment of ours. */
  readonly order: Order | null;
  /** Null without an order: then nobody is notified. */
  readonly contact: Contact | null;
};

export type RefundCommand = Caused & {
  /** The id of the refund, if the key is new. */
  readonly refundId: string;
  /** The id of the refund's task, if the key is new. */
  readonly taskId: string;
  /** The idempotency key: see `operatorRefundKey`. */
  readonly key: string;
  readonly orderId: string;
  /** Null for all that is left. A null currency is the order's currency. */
  readonly amount: { readonly amount: number; readonly currency: string | null } | null;
  readonly origin: Exclude<RefundOrigin, AdoptedOrigin>;
  readonly reason: string;
  /** See `Refund.restock`. */
  readonly restock?: boolean | null;
  readonly command?: OperatorCommand | undefined;
};

export type RefundFailure =
  /** The key belongs to another command. */
  | { readonly kind: 'idempotency_key_reused' }
  /** The order does not exist. */
  | { readonly kind: 'not_found' }
  /** The order was never paid. */
  | { readonly kind: 'order_not_refundable'; readonly status: OrderStatus }
  /** The amount is 0 or less, or more than `left`: what was paid, without the refunds in `countedRefundStatuses`. */
  | { readonly kind: 'refund_too_large'; readonly left: Money }
  /** The customer's bank disputes the charge. The money may go back that way. */
  | { readonly kind: 'payment_disputed' }
  /** The currency is not the order's. */
  | { readonly kind: 'mixed_currency' };

/** A charge that belongs to no payment of ours, to be refunded. */
export type UnknownCharge = Caused & {
  readonly refundId: string;
  readonly taskId: string;
  /** The provider's id of the charge. */
  readonly reference: string;
  readonly amount: Money;
  readonly reason: string;
  readonly command?: OperatorCommand | undefined;
};

/** A refund as the provider reports it. It may be one of ours. */
export type ReportedRefund = {
  /** The provider's id of the refund or dispute. */
  readonly reference: string;
  /** Our id, if the provider stored one with it. A refund with an id that we do not know is not ours. */
  readonly refundId: string | null;
  readonly origin: AdoptedOrigin;
  readonly amount: Money;
  /** When the money left, ms. */
  readonly atMs: number;
};

export type AssignmentFailure =
  /** The refund or the order does not exist. */
  | { readonly kind: 'not_found' }
  /** The refund waits for no order, or its charge did not pay for this order. */
  | { readonly kind: 'order_not_refundable'; readonly status: OrderStatus }
  /** Nothing of the order is left to refund. */
  | { readonly kind: 'refund_too_large'; readonly left: Money };

/** What a refund changes in its order. The transaction that writes the refund writes this too. */
export type RefundOrderChanges = {
  /** Rows for the order's history, oldest first. */
  readonly history: readonly { readonly state: string; readonly detail: string | null }[];
  /** Null if the status does not change. */
  readonly status: OrderStatus | null;
  /** What happens to the order's unfinished work, if there is any. Null if it does not change. */
  readonly task: RefundTaskChange | null;
};

/**
 * A task that has only this order is paused, fails or is deleted. From a larger group the order is taken out: the task
 * goes on for the other orders, under the lease that it has.
 */
export type RefundTaskChange =
  /**
   * No worker can claim it. The fencing token of its task is raised, so that a worker with its lease cannot continue. An
   * order that is taken out of its group gets a paused task of its own, at the same step.
   */
  | { readonly kind: 'pause'; readonly lastError: string }
  /** An operator can retry it. The task has only this order, because it was paused. */
  | { readonly kind: 'fail'; readonly lastError: string; readonly runAtMs: number }
  /** Nothing is left to do for the order. */
  | { readonly kind: 'delete' };

/** An accepted refund command. */
export type RefundVerdict = {
  readonly refund: Refund;
  /** True if the key already had this refund. */
  readonly replayed: boolean;
  /** Null if it is replayed: then nothing is written, not even the refund. */
  readonly changes: RefundOrderChanges | null;
};

/** An amount as an order's history shows it: `1299000 VND`, in the minor unit. */
export const amountDetail = ({ amount, currency }: Money): string => `${amount} ${currency}`;

/** The provider's decision on a refund. `reference` is the provider's id of the refund. */
export type FinishedRefund = {
  readonly refundId: string;
  readonly outcome:
    | { readonly kind: 'succeeded'; readonly reference: string }
    | { readonly kind: 'failed'; readonly reason: string };
};

export type RefundQuery = {
  readonly orderId: string | null;
  readonly status: RefundStatus | null;
  /** The id of the last refund of the previous page. */
  readonly after: string | null;
  /** 1 to 100. */
  readonly limit: number;
};

/** `CN-2026-000001`. `sequence` counts from 1 within a year without a gap, apart from the invoices' sequence. */
export const creditNoteNumber = (year: number, sequence: number): string =>
  `CN-${year}-${String(sequence).padStart(6, '0')}`;

/** The key of an operator's command. Each operator has `Idempotency-Key`s of their own. */
export const operatorRefundKey = (operatorId: string, key: string): string => `${key} ${operatorId}`;

/** Refunds, and what they change in orders, stock and credit notes. Each method is one transaction. */
export interface Refunds {
  /**
   * Requests a refund, as `judgeRefund` decides on the locked order, so that refunds of one order wait for one another.
   * Writes the refund, its task, and `refund_requested` with the amount to the order's history. A refund of all that is
   * left also takes the order out of its group and pauses its work, with an error that names the refund (see
   * `RefundTaskChange`): an order that is being refunded is not shipped. Fails as `RefundFailure` says.
   */
  request(
    command: RefundCommand,
    nowMs: number,
  ): AsyncResult<Pick<RefundVerdict, 'refund' | 'replayed'>, RefundFailure>;

  /**
   * Requests the refund of a charge that succeeded after its payment was `declined` or `cancelled`, as `planLateRefund`
   * decides on the locked payment. The payment becomes `refunded`; writes a refund of its whole amount and the refund's
   * task. The payment's key is spent: `response` becomes its response if it has none yet. Returns false, and writes
   * nothing, if the payment has another status.
   */
  refundLateCharge(
    charge: Caused & {
      readonly refundId: string;
      readonly taskId: string;
      readonly paymentId: string;
      /** The provider's id of the charge. */
      readonly reference: string;
      /** An operator's reason. Without it nobody requested the refund: its origin is `system`. */
      readonly reason?: string;
      readonly command?: OperatorCommand | undefined;
      readonly response: CheckoutResponse;
    },
    nowMs: number,
  ): AsyncResult<boolean>;

  /**
   * Requests the refund of a charge that belongs to no payment of ours, as `planUnknownChargeRefund` decides: writes a
   * refund of its whole amount and the refund's task. A charge gets one such refund; a repeated call returns it.
   */
  refundUnknownCharge(charge: UnknownCharge, nowMs: number): AsyncResult<Refund>;

  /** The refund with this idempotency key, or null if there is none. */
  findByKey(key: string): AsyncResult<Refund | null>;

  /** The refund, or null if there is none. */
  find(refundId: string): AsyncResult<RefundDetail | null>;

  /** Newest first, which is by id. */
  list(query: RefundQuery): AsyncResult<Page<Refund, string>>;

  /**
   * Writes the provider's decision, as `planRefundOutcome` decides on locked rows. If the refund fails, what other orders
   * of its charge have too much of is shared out again, as `planRedistribution` decides, in the same transaction. That
   * transaction also fails the paused tasks whose pause nothing ends any more, as `planStranded` decides; so do `adopt`,
   * `assign` and `failAdopted`. Returns false, and changes nothing, if the decision was written before or the refund does
   * not exist.
   */
  finish(refund: FinishedRefund, nowMs: number): AsyncResult<boolean>;

  /**
   * Adopts those of the reported refunds of a charge that we did not request, as `planAdoption` decides on the locked
   * payment and orders. A refund is adopted once, by its `reference`. Also gives orders to refunds that were adopted
   * before, if only one answer is left. Does nothing to an order but what `planRefundOutcome` says. Returns how many
   * refunds it wrote.
   */
  adopt(
    charge: {
      readonly paymentId: string;
      readonly refunds: readonly ReportedRefund[];
      /** A new id for each refund that is written. */
      readonly createId: () => string;
    },
    nowMs: number,
  ): AsyncResult<number>;

  /**
   * Assigns an adopted refund without an order to an order of its charge, as `judgeAssignment` decides on locked rows.
   * What does not fit into the order stays without an order, as its own refund. Returns the refund; an assignment
   * to the same order again changes nothing. Fails as `AssignmentFailure` says.
   */
  assign(
    assignment: { readonly refundId: string; readonly orderId: string; readonly createId: () => string },
    nowMs: number,
    command?: OperatorCommand,
  ): AsyncResult<Refund, AssignmentFailure>;

  /** The adopted refunds with this reference of the provider failed, all together, as `finish` does for one. */
  failAdopted(reference: string, reason: string, nowMs: number): AsyncResult<number>;

  /** Makes the refund's task ready now if it waits, because the provider has sent an event about the refund. */
  runNow(refundId: string, nowMs: number): AsyncResult<void>;
}
