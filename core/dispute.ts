import type { Money } from './money.ts';
import type { Order } from './order.ts';
import { amountDetail } from './refund.ts';
import type { AsyncResult } from './result.ts';

export const disputeStatuses = ['open', 'won', 'lost'] as const;

/** `won`: the shop keeps the money. `lost`: the customer's bank has taken it. */
export type DisputeStatus = (typeof disputeStatuses)[number];

/** A dispute as the provider reports it. */
export type ReportedDispute = {
  /** The provider's id of the dispute. */
  readonly reference: string;
  readonly amount: Money;
  /** The provider's word for the customer's reason: `fraudulent`, … */
  readonly reason: string;
  readonly status: DisputeStatus;
  /** When it began, ms. 0 if the provider does not say it. */
  readonly atMs: number;
};

/** A customer's bank asks for the money of a charge back. */
export type Dispute = ReportedDispute & {
  readonly id: string;
  readonly paymentId: string;
  readonly updatedAtMs: number;
};

/** The rows that decide what reported disputes change. The adapter reads them under lock. */
export type DisputeSnapshot = {
  readonly paymentId: string;
  /** The orders that the charge has paid for. Empty for a late charge. */
  readonly orders: readonly Pick<Order, 'id' | 'disputed'>[];
  /** All stored disputes of the charge. */
  readonly disputes: readonly Dispute[];
};

/** What reported disputes change. An adapter writes all of it in one transaction. */
export type DisputeChanges = {
  /** New and changed disputes. */
  readonly disputes: readonly Dispute[];
  /** The orders' field `disputed` after the change. */
  readonly disputed: boolean;
  /** Rows for the history of each order, oldest first. */
  readonly history: readonly { readonly state: string; readonly detail: string | null }[];
  /** True if requested refunds of the charge need not wait any more. */
  readonly resumesRefunds: boolean;
};

/**
 * Decides what reported disputes of a charge change. Reports come late and in any order, so one that says `open` never
 * reopens a dispute. Only the provider's own answer, `isConfirmed`, changes a dispute that was won or lost.
 */
export const planDisputes = (
  { paymentId, orders, disputes }: DisputeSnapshot,
  reported: readonly (ReportedDispute & { readonly isConfirmed: boolean })[],
  createId: () => string,
  nowMs: number,
): DisputeChanges => {
  const changed: Dispute[] = [];
  for (const { isConfirmed, ...report } of reported) {
    const known = [...changed, ...disputes].find(({ reference }) => reference === report.reference);
    if (known === undefined)
      changed.push({ ...report, atMs: report.atMs || nowMs, id: createId(), paymentId, updatedAtMs: nowMs });
    else if (!['open', known.status].includes(report.status) && (known.status === 'open' || isConfirmed))
      changed.push({ ...known, ...report, atMs: report.atMs || known.atMs, updatedAtMs: nowMs });
  }
  const current = new Map([...disputes, ...changed].map((dispute) => [dispute.reference, dispute]));
  const disputed = [...current.values()].some(({ status }) => status === 'open');
  return {
    disputes: changed,
    disputed,
    history: changed.flatMap(({ status, amount, reason }) => [
      { state: historyStates[status], detail: `${amountDetail(amount)}, ${reason}` },
    ]),
    resumesRefunds: !disputed && (changed.length > 0 || orders.some((order) => order.disputed)),
  };
};

const historyStates: Readonly<Record<DisputeStatus, string>> = {
  open: 'disputed',
  won: 'dispute_won',
  lost: 'dispute_lost',
};

export interface Disputes {
  /**
   * Writes what the provider reports of a charge's disputes, as `planDisputes` decides on the locked payment and orders:
   * the disputes, and for each order that the charge has paid for its field `disputed` and its history. When the last
   * open dispute ends, the tasks of the charge's requested refunds are due at once. Returns how many disputes changed.
   */
  record(
    charge: {
      readonly paymentId: string;
      readonly disputes: readonly (ReportedDispute & { readonly isConfirmed: boolean })[];
      /** A new id for each dispute that is written. */
      readonly createId: () => string;
    },
    nowMs: number,
  ): AsyncResult<number>;
}
