import type { Calendar } from './calendar.ts';
import { nextOrderStatus, type Order, orderStatusAfter } from './order.ts';
import {
  amountDetail,
  type CreditedLine,
  type FinishedRefund,
  isAdoptedOrigin,
  isCredited,
  nextRefundStatus,
  type Refund,
  type RefundOrderChanges,
  type RefundStatus,
} from './refund.ts';

/** The rows that decide what a refund's outcome changes. The adapter reads them under lock. */
export type RefundOutcomeSnapshot = {
  readonly refund: Pick<Refund, 'amount' | 'status' | 'origin' | 'restock'>;
  /** Null for a late charge, because it paid for no order. */
  readonly order: RefundedOrder | null;
};

/** The order of a refund. */
export type RefundedOrder = {
  readonly order: Order;
  /** True if a refund of all that was left has paused its task. */
  readonly taskPaused: boolean;
  /** The sum of its other refunds in `succeededRefundStatuses`. */
  readonly refunded: number;
  /** Its line on the invoice of its checkout. Null if it is on none. */
  readonly invoiceLine: CreditedLine | null;
  /** True if its units have left the shop: it has a shipment or a licence. */
  readonly gone: boolean;
  /** The units that it has taken from the stock and not given back. */
  readonly held: number;
};

/** What a refund's outcome changes. An adapter writes all of it in one transaction. */
export type RefundChanges = {
  readonly refund: {
    readonly status: RefundStatus;
    /** The provider's id of the refund. If it is null, the refund keeps the one it has. */
    readonly reference: string | null;
    readonly error: string | null;
  };
  /** The year in whose sequence the credit note is numbered, and the line that it is about. Null if none is issued. */
  readonly creditNote: { readonly year: number; readonly line: CreditedLine } | null;
  /** The units to put back into stock. The order then holds none. */
  readonly restock: {
    readonly orderId: string;
    readonly productId: string;
    readonly quantity: number;
  } | null;
  /** By how much the sold units change. An order's units count as sold when it is completed, or refunded and kept. */
  readonly sold: { readonly productId: string; readonly units: number } | null;
  /** Null for a late charge. */
  readonly order: RefundOrderChanges | null;
};

/**
 * Plans what the provider's decision on a refund changes. Null if it changes nothing, because the refund's status does
 * not allow it: the decision was written before, or the refund has failed.
 */
export const planRefundOutcome = (
  { refund, order }: RefundOutcomeSnapshot,
  outcome: FinishedRefund['outcome'],
  nowMs: number,
  calendar: Calendar,
): RefundChanges | null => {
  const status = nextRefundStatus(refund.status, outcome.kind === 'succeeded' ? 'succeed' : 'fail');
  if (status === null) return null;
  if (outcome.kind === 'failed')
    return {
      refund: { status, reference: null, error: outcome.reason },
      creditNote: null,
      restock: null,
      sold: null,
      order: order === null ? null : afterFailure(order, refund, outcome.reason, nowMs),
    };

  const written = { status, reference: outcome.reference, error: null };
  if (order === null) return { refund: written, creditNote: null, restock: null, sold: null, order: null };
  if (!isCredited(refund.origin)) return { refund: written, ...afterLostDispute(refund) };
  return { refund: written, ...afterSuccess(order, refund, calendar.yearOf(nowMs)) };
};

/**
 * The order becomes `refunded` when nothing of it stays paid. If its status does not allow that, it only gets a history
 * row.
 */
const afterSuccess = (
  { order, refunded, invoiceLine, gone, held }: RefundedOrder,
  { amount, restock }: Pick<Refund, 'amount' | 'restock'>,
  year: number,
): Omit<RefundChanges, 'refund'> => {
  const nothingLeft = refunded + amount.amount >= order.total.amount;
  const status = nothingLeft ? nextOrderStatus(order.status, 'refund') : null;
  const state = status ?? 'partially_refunded';
  // An operator knows whether goods that have left the shop have come back.
  const restocks = status !== null && held > 0 && (restock ?? !gone);
  const keeps = status !== null && held > 0 && !restocks;
  const wasSold = order.status === orderStatusAfter.complete;
  const soldUnits = restocks && wasSold ? -held : keeps && !wasSold ? held : 0;
  return {
    creditNote: invoiceLine === null ? null : { year, line: invoiceLine },
    restock: restocks ? { orderId: order.id, productId: order.product.id, quantity: held } : null,
    sold: soldUnits === 0 ? null : { productId: order.product.id, units: soldUnits },
    order: {
      history: [{ state, detail: amountDetail(amount) }],
      status,
      task: status === null ? null : { kind: 'delete' },
    },
  };
};

/**
 * A bank has decided for its customer. The money is gone, but nobody cancelled the sale: the order keeps its status, its
 * pipeline, its goods and its invoice, until an operator decides otherwise.
 */
const afterLostDispute = ({ amount }: Pick<Refund, 'amount'>): Omit<RefundChanges, 'refund'> => ({
  creditNote: null,
  restock: null,
  sold: null,
  order: { history: [{ state: 'charged_back', detail: amountDetail(amount) }], status: null, task: null },
});

/** The task that the refund paused fails: an operator can request the refund again, or retry the task. */
const afterFailure = (
  { order, taskPaused }: RefundedOrder,
  { origin }: Pick<Refund, 'origin'>,
  reason: string,
  nowMs: number,
): RefundOrderChanges => {
  const refundFailed = { state: 'refund_failed', detail: reason };
  // An adopted refund has paused no task. Another refund may have.
  if (!taskPaused || isAdoptedOrigin(origin)) return { history: [refundFailed], status: null, task: null };
  const lastError = `the refund failed: ${reason}`;
  const status = nextOrderStatus(order.status, 'fail');
  return {
    history: status === null ? [refundFailed] : [refundFailed, { state: status, detail: lastError }],
    status,
    task: { kind: 'fail', lastError, runAtMs: nowMs },
  };
};
