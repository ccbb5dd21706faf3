import type { OperatorCommand } from './activity.ts';
import type { Actor } from './actor.ts';
import type { Keyed, KeyReused, Replayable } from './commandKey.ts';
import type { Money } from './money.ts';
import { orderStatusesBefore } from './order.ts';
import type { Page } from './page.ts';
import type { PaymentStatus } from './payment.ts';
import type { RefundStatus } from './refund.ts';
import type { AsyncResult } from './result.ts';
import type { Caused } from './trace.ts';

/**
 * Each money check is a list of cases, without an open one in a healthy shop:
 * - `paid_without_progress`: paid orders whose pipeline failed or takes too long, except those that are being refunded.
 * - `unknown`: payments without a final outcome for too long.
 * - `charged_twice`: orders of the last day that more than one successful payment paid for.
 * - `refunds_stuck`: refunds that take too long and that no dispute holds back, and failed refunds whose money did not
 *   go back in another way: something of their order stays paid, and it has no later request, nor an adopted refund
 *   that is as large, nor were they shared out again.
 * - `refunds_unassigned`: refunds that the provider made of part of a charge of several orders, and that have no order
 *   yet. They stay cases until an operator assigns them.
 * - `disputes_open`: disputes that a customer's bank has not decided.
 * - `ledger_differences`: the differences that the newest reconciliation of each of the last 31 days found.
 * - `stock_differs`: products and orders whose units do not add up, as `compareStock` has found them last.
 */
export const moneyChecks = [
  'paid_without_progress',
  'unknown',
  'charged_twice',
  'refunds_stuck',
  'refunds_unassigned',
  'disputes_open',
  'ledger_differences',
  'stock_differs',
] as const;
export type MoneyCheck = (typeof moneyChecks)[number];

/** The time limits of the money checks, ms. */
export const moneyCheckLimits = {
  progressMs: 15 * 60_000,
  outcomeMs: 3_600_000,
  refundMs: 15 * 60_000,
  chargedTwiceMs: 24 * 3_600_000,
  reconciliationsMs: 31 * 24 * 3_600_000,
} as const;

/** The statuses of orders whose pipeline failed. An operator can retry it. */
export const failedOrderStatuses = orderStatusesBefore('retry');

/** The statuses of paid orders whose pipeline has not ended. */
export const unfinishedOrderStatuses = orderStatusesBefore('complete');

/** One case of a money check. Ids that do not apply are null. */
export type MoneyCase = {
  /** The id of the order, payment, refund, dispute, difference or product. Lists are sorted by it. */
  readonly id: string;
  readonly orderId: string | null;
  readonly paymentId: string | null;
  readonly refundId: string | null;
  readonly amount: Money | null;
  /** When the case began, ms. */
  readonly sinceMs: number;
  /** For an operator: the error, or how the two ledgers differ. */
  readonly detail: string | null;
  /** Null for an open case. */
  readonly acknowledgement: Acknowledgement | null;
};

/** An operator has dealt with a case. It is still listed, and no longer counted. */
export type Acknowledgement = {
  readonly note: string;
  readonly actor: Actor;
  readonly atMs: number;
};

export type AcknowledgeCommand = {
  readonly check: MoneyCheck;
  readonly caseId: string;
  readonly note: string;
  readonly actor: Actor;
  readonly command?: OperatorCommand | undefined;
};

/** Of the open cases. `oldestMs` is the earliest `sinceMs`, null if there are none. */
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
 * One entry on which the two ledgers do not agree.
 * - `…_unknown`: the provider has an entry that belongs to no payment or refund of ours.
 * - `…_unbooked`: the provider has an entry, but the status of our payment or refund says that no money moved.
 * - `…_missing`: our status says that money moved, but the provider has no entry.
 * - `…_twice`: the provider has more than one entry for the same payment or refund.
 * - `amount_differs`: both have an entry, with different amounts or currencies.
 */
export type LedgerDifference = {
  readonly kind: (typeof ledgerDifferences)[number];
  /** The provider's id of the entry. Null for `…_missing`. */
  readonly providerId: string | null;
  /** The `reference` of the provider's entry. Null for `…_missing`. */
  readonly chargeReference: string | null;
  readonly paymentId: string | null;
  readonly refundId: string | null;
  readonly ours: Money | null;
  readonly theirs: Money | null;
  /** When the money moved; for `…_missing`, when our payment or refund was created. */
  readonly atMs: number;
};

/** The comparison of one day of the shop's time zone of the provider's ledger with ours. */
export type Reconciliation = {
  readonly id: string;
  /** `2026-03-01`. */
  readonly day: string;
  /** The first moment of the day, ms … */
  readonly dayMs: number;
  /** … and the first moment after it. They stay as they are if the shop's time zone changes. */
  readonly endMs: number;
  readonly createdAtMs: number;
  /** Null until it is done. The numbers below are 0 until then. */
  readonly finishedAtMs: number | null;
  /** The provider's charges and refunds of the day. */
  readonly charges: number;
  readonly refunds: number;
  /** How many differences were found. Not all of them may be stored. */
  readonly differences: number;
};

/** If a day has more differences, an operator needs no list of all of them. */
export const storedDifferencesMax = 1_000;

/** The result of a reconciliation. `storedDifferences` are at most the first `storedDifferencesMax` of `differences`. */
export type ReconciliationReport = {
  readonly charges: number;
  readonly refunds: number;
  readonly differences: number;
  readonly storedDifferences: readonly (LedgerDifference & { readonly id: string })[];
};

/** The difference for a charge of a payment whose status says that no money moved. */
export const unbookedCharge = 'charge_unbooked' satisfies LedgerDifference['kind'];

/** What a reconciliation says about a payment that has no final outcome. */
export type LedgerEvidence = {
  readonly reconciliation: Reconciliation;
  /** The `chargeReference` of the charge that it found for the payment (`unbookedCharge`). Null if it found none. */
  readonly chargeReference: string | null;
};

/** Our record of a charge (`Status` is `PaymentStatus`) or of a refund (`RefundStatus`). */
export type OwnRecord<Status> = {
  /** The id of the payment or refund. */
  readonly id: string;
  readonly status: Status;
  readonly amount: Money;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** The provider's id of the charge or refund. Null if we do not know it. Parts of one refund have the same one. */
  readonly reference: string | null;
};

/** The check has no such case now. */
export type CaseFailure = { readonly kind: 'not_found' };

/** A day to compare, with the ids that the reconciliation and its task get. */
type ReconciliationRequest = Pick<Reconciliation, 'id' | 'day' | 'dayMs' | 'endMs'> &
  Caused & {
    readonly taskId: string;
    readonly command?: OperatorCommand | undefined;
  };

/** The money side of our records, the checks over it, and its reconciliations with the provider's ledger. */
export interface Ledger {
  /** How many open cases each money check has now. */
  counts(nowMs: number): AsyncResult<Readonly<Record<MoneyCheck, MoneyCount>>>;

  /**
   * The open and acknowledged cases of a money check, by id, ascending. `after` is the id of the last case of the
   * previous page.
   */
  cases(query: {
    readonly check: MoneyCheck;
    readonly nowMs: number;
    readonly after: string | null;
    /** 1 to 100. */
    readonly limit: number;
  }): AsyncResult<Page<MoneyCase, string>>;

  /** The case of a check, or null if the check does not have it now. */
  findCase(
    query: { readonly check: MoneyCheck; readonly caseId: string },
    nowMs: number,
  ): AsyncResult<MoneyCase | null>;

  /**
   * Acknowledges a case, as `judgeAcknowledgement` decides. It is stored by `caseSubject`, so a difference stays
   * acknowledged when its day is reconciled again. Fails with `not_found` if the check does not have the case now.
   */
  acknowledge(command: AcknowledgeCommand, nowMs: number): AsyncResult<MoneyCase, CaseFailure>;

  /** `acknowledge`, once for each key. A replayed case is as it was then, see `CommandKey`. */
  acknowledgeOnce(
    command: Keyed<AcknowledgeCommand>,
    nowMs: number,
  ): AsyncResult<Replayable<MoneyCase>, CaseFailure | KeyReused>;

  /**
   * Compares a slice of the products (`productsThatDiffer`), each as it is at one moment, and of the orders of the last
   * day (`ordersThatLeak`). Stores what differs, and removes what was stored of this slice and does not differ any more.
   * `after…` is where the last slice ended. Null begins from the start, and is returned at the end.
   */
  compareStock(slice: StockSlice, nowMs: number): AsyncResult<StockSlice>;

  /** Stores a new reconciliation and its task (pipeline `reconciliation`), in one transaction. */
  requestReconciliation(reconciliation: ReconciliationRequest, nowMs: number): AsyncResult<Reconciliation>;

  /** `requestReconciliation`, once for each key. A replayed one is as it was requested, see `CommandKey`. */
  requestReconciliationOnce(
    reconciliation: Keyed<ReconciliationRequest>,
    nowMs: number,
  ): AsyncResult<Replayable<Reconciliation>, KeyReused>;

  /** Stores the report of a reconciliation. Changes nothing if the reconciliation is finished. */
  finishReconciliation(
    reconciliationId: string,
    report: ReconciliationReport,
    nowMs: number,
  ): AsyncResult<void>;

  /** The reconciliation, or null if there is none. */
  findReconciliation(reconciliationId: string): AsyncResult<Reconciliation | null>;

  /**
   * What the reconciliations of exactly this day that were requested at `requestedFromMs` or later say about a payment:
   * the newest finished one, otherwise the newest one. Null if there is none.
   */
  findEvidence(query: {
    readonly paymentId: string;
    readonly dayMs: number;
    readonly endMs: number;
    readonly requestedFromMs: number;
  }): AsyncResult<LedgerEvidence | null>;

  /** Newest first. `after` is the id of the last reconciliation of the previous page. */
  reconciliations(query: {
    readonly after: string | null;
    readonly limit: number;
  }): AsyncResult<Page<Reconciliation, string>>;

  /** The stored difference, or null if there is none. */
  findDifference(id: string): AsyncResult<(LedgerDifference & { readonly id: string }) | null>;

  /** The stored differences of a reconciliation, by id, ascending. `after` is the id of the previous page's last. */
  differences(query: {
    readonly reconciliationId: string;
    readonly after: string | null;
    readonly limit: number;
  }): AsyncResult<Page<LedgerDifference & { readonly id: string }, string>>;

  /** Our payments with these ids. Unknown ids are ignored. */
  payments(ids: readonly string[]): AsyncResult<readonly OwnRecord<PaymentStatus>[]>;
  /** Our refunds with these ids. Unknown ids are ignored. */
  refunds(ids: readonly string[]): AsyncResult<readonly OwnRecord<RefundStatus>[]>;
  /** Our refunds with these ids of the provider. Unknown ids are ignored. */
  refundsByReference(references: readonly string[]): AsyncResult<readonly OwnRecord<RefundStatus>[]>;

  /** Our payments in `chargedPaymentStatuses` whose ids were created in `[fromMs, toMs)`, by id, ascending. */
  listChargedPayments(query: OwnRecordQuery): AsyncResult<Page<OwnRecord<PaymentStatus>, string>>;

  /** Our refunds that succeeded in `[fromMs, toMs)` (by `updatedAtMs`), by id, ascending. */
  listSucceededRefunds(query: OwnRecordQuery): AsyncResult<Page<OwnRecord<RefundStatus>, string>>;
}

/** Where a comparison of the stock has come to. */
export type StockSlice = { readonly afterProductId: string | null; readonly afterOrderId: string | null };

/** A time range, ms, and a page of its records. `after` is the id of the last record of the previous page. */
export type OwnRecordQuery = {
  readonly fromMs: number;
  readonly toMs: number;
  readonly after: string | null;
  readonly limit: number;
};
