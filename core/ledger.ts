import type { Money } from './money.ts';
import { orderStatusesBefore } from './order.ts';
import type { Page } from './page.ts';
import type { PaymentStatus } from './payment.ts';
import type { RefundStatus } from './refund.ts';
import type { AsyncResult } from './result.ts';

/**
 * What must be empty while money is well, each a list:
 * - `paid_without_progress`: orders that were paid and whose pipeline failed, or has not ended in time; those
 *   that are being refunded are not among them.
 * - `unknown`: payments without an outcome for too long.
 * - `charged_twice`: orders of the last day that more than one payment succeeded for.
 * - `refunds_stuck`: refunds that are not done in time, and those that failed and whose order has had no other one
 *   asked for since.
 * - `ledger_differences`: what the newest audit of each day of the last month found.
 */
export const moneyChecks = [
  'paid_without_progress',
  'unknown',
  'charged_twice',
  'refunds_stuck',
  'ledger_differences',
] as const;
export type MoneyCheck = (typeof moneyChecks)[number];

/** How long is too long, ms. */
export const moneyCheckLimits = {
  progressMs: 15 * 60_000,
  outcomeMs: 3_600_000,
  refundMs: 15 * 60_000,
  chargedTwiceMs: 24 * 3_600_000,
  auditsMs: 31 * 24 * 3_600_000,
} as const;

/** Paid orders whose pipeline failed: an operator may retry it. */
export const stoppedOrderStatuses = orderStatusesBefore('retry');

/** Paid orders whose pipeline has not ended. */
export const unfinishedOrderStatuses = orderStatusesBefore('complete');

/** One case, with whatever ids it has. */
export type MoneyCase = {
  /** Of the order, payment, refund or difference; the list is in its order. */
  readonly id: string;
  readonly orderId: string | null;
  readonly paymentId: string | null;
  readonly refundId: string | null;
  readonly amount: Money | null;
  readonly sinceMs: number;
  /** What an operator wants to know first: the error, or how the books differ. */
  readonly detail: string | null;
};

export type MoneyCount = { readonly count: number; readonly oldestMs: number | null };

export const ledgerDifferences = [
  'charge_unknown',
  'charge_unbooked',
  'charge_missing',
  'charged_twice',
  'refund_unknown',
  'refund_unbooked',
  'refund_missing',
  'refunded_twice',
  'amount_differs',
] as const;

/**
 * `…_unknown`: the provider has it, and nothing of ours stands for it. `…_unbooked`: ours is not as the money
 * is. `…_missing`: ours says that the money moved, and the provider does not.
 */
export type LedgerDifference = {
  readonly kind: (typeof ledgerDifferences)[number];
  readonly providerId: string | null;
  readonly paymentId: string | null;
  readonly refundId: string | null;
  readonly ours: Money | null;
  readonly theirs: Money | null;
  readonly atMs: number;
};

/** The comparison of one day, UTC. */
export type Reconciliation = {
  readonly id: string;
  readonly dayMs: number;
  readonly createdAtMs: number;
  /** Null until it is done; the numbers are 0 until then. */
  readonly finishedAtMs: number | null;
  readonly charges: number;
  readonly refunds: number;
  /** How many differences were found; at most `differencesMax` of them are kept. */
  readonly differences: number;
};

export type ReconciliationReport = {
  readonly charges: number;
  readonly refunds: number;
  readonly differences: number;
  readonly kept: readonly (LedgerDifference & { readonly id: string })[];
};

/** Ours of a charge or refund, as an audit compares it. */
export type OwnRecord<Status> = {
  readonly id: string;
  readonly status: Status;
  readonly amount: Money;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
};

/** The money side of our books, to be looked at. */
export interface Ledger {
  counts(nowMs: number): AsyncResult<Readonly<Record<MoneyCheck, MoneyCount>>>;

  /** The cases behind a count, by id upwards; `after` is the id of the last one of the page before. */
  cases(query: {
    readonly check: MoneyCheck;
    readonly nowMs: number;
    readonly after: string | null;
    /** 1 to 100. */
    readonly limit: number;
  }): AsyncResult<Page<MoneyCase, string>>;

  /** Writes the audit and its task, in one transaction. */
  requestReconciliation(
    audit: { readonly id: string; readonly taskId: string; readonly dayMs: number },
    nowMs: number,
  ): AsyncResult<Reconciliation>;

  /** Keeps what an audit found. One that is finished stays as it is. */
  finishReconciliation(
    reconciliationId: string,
    report: ReconciliationReport,
    nowMs: number,
  ): AsyncResult<void>;

  findReconciliation(reconciliationId: string): AsyncResult<Reconciliation | null>;

  /** Newest first; `after` is the id of the last one of the page before. */
  reconciliations(query: {
    readonly after: string | null;
    readonly limit: number;
  }): AsyncResult<Page<Reconciliation, string>>;

  /** What an audit kept, by id upwards. */
  differences(query: {
    readonly reconciliationId: string;
    readonly after: string | null;
    readonly limit: number;
  }): AsyncResult<Page<LedgerDifference & { readonly id: string }, string>>;

  /** Those of these ids that we have. */
  payments(ids: readonly string[]): AsyncResult<readonly OwnRecord<PaymentStatus>[]>;
  refunds(ids: readonly string[]): AsyncResult<readonly OwnRecord<RefundStatus>[]>;

  /** Payments made in `[fromMs, toMs)` (by id) that are `succeeded` or `returned`, by id upwards. */
  paymentsMade(query: Span): AsyncResult<Page<OwnRecord<PaymentStatus>, string>>;

  /** Refunds that succeeded in `[fromMs, toMs)` (by `updatedAtMs`), by id upwards. */
  refundsMade(query: Span): AsyncResult<Page<OwnRecord<RefundStatus>, string>>;
}

export type Span = {
  readonly fromMs: number;
  readonly toMs: number;
  readonly after: string | null;
  readonly limit: number;
};
