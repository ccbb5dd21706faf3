import { invoiceYear } from './invoice.ts';
import { nextStatus, type Order } from './order.ts';
import { pipelines } from './pipelines/index.ts';
import {
  amountDetail,
  type FinishedRefund,
  nextRefundStatus,
  type Refund,
  type RefundOrderChanges,
  type RefundStatus,
} from './refund.ts';

/** The rows that an outcome is judged by; an adapter reads them under lock. */
export type RefundSnapshot = {
  readonly refund: Pick<Refund, 'amount' | 'status'>;
  /** Null for a late payment: no order was paid by it. */
  readonly order: RefundedOrder | null;
};

export type RefundedOrder = {
  readonly order: Order;
  /** Its task is paused by a refund that left nothing of it paid. */
  readonly paused: boolean;
  /** Sum of its other refunds in `succeededRefundStatuses`. */
  readonly refunded: number;
  readonly invoiced: boolean;
  readonly shipped: boolean;
  /** Its history has one of `stockTakenStates`. */
  readonly tookStock: boolean;
};

export type RefundChanges = {
  readonly refund: {
    readonly status: RefundStatus;
    /** The provider's id of the refund. Null where the refund keeps what it has. */
    readonly reference: string | null;
    readonly error: string | null;
  };
  /** The year to number a credit note in; null where none is issued. */
  readonly creditNoteYear: number | null;
  /** What becomes available again. A product without a stock level stays without one. */
  readonly restock: { readonly productId: string; readonly quantity: number } | null;
  readonly order: RefundOrderChanges | null;
};

/**
 * What the provider's decision on a refund changes; null where it changes nothing, because the refund has no edge
 * for it: it was written before, or came too late.
 */
export const planRefundOutcome = (
  { refund, order }: RefundSnapshot,
  outcome: FinishedRefund['outcome'],
  nowMs: number,
): RefundChanges | null => {
  const status = nextRefundStatus(refund.status, outcome.kind === 'succeeded' ? 'succeed' : 'fail');
  if (status === null) return null;
  if (outcome.kind === 'failed')
    return {
      refund: { status, reference: null, error: outcome.reason },
      creditNoteYear: null,
      restock: null,
      order: order === null ? null : afterFailure(order, outcome.reason, nowMs),
    };

  const written = { status, reference: outcome.reference, error: null };
  if (order === null) return { refund: written, creditNoteYear: null, restock: null, order: null };
  return { refund: written, ...afterSuccess(order, refund, nowMs) };
};

/** The order is over when nothing of it stays paid. One that is over already only gets a row in its history. */
const afterSuccess = (
  { order, refunded, invoiced, shipped, tookStock }: RefundedOrder,
  { amount }: Pick<Refund, 'amount'>,
  nowMs: number,
): Omit<RefundChanges, 'refund'> => {
  const nothingLeft = refunded + amount.amount >= order.total.amount;
  const status = nothingLeft ? nextStatus(order.status, 'refund') : null;
  const state = status ?? 'partially_refunded';
  const backInStock = status !== null && tookStock && !shipped;
  return {
    creditNoteYear: invoiced ? invoiceYear(nowMs) : null,
    restock: backInStock ? { productId: order.product.id, quantity: order.quantity } : null,
    order: {
      history: [{ state, detail: amountDetail(amount) }],
      status,
      task: status === null ? null : { kind: 'delete' },
    },
  };
};

/** An operator may ask for the refund again, or retry the task that it paused. */
const afterFailure = (
  { order, paused }: RefundedOrder,
  reason: string,
  nowMs: number,
): RefundOrderChanges => {
  const refundFailed = { state: 'refund_failed', detail: reason };
  if (!paused) return { history: [refundFailed], status: null, task: null };
  const lastError = `the refund failed: ${reason}`;
  const status = nextStatus(order.status, 'fail');
  return {
    history: status === null ? [refundFailed] : [refundFailed, { state: status, detail: lastError }],
    status,
    task: { kind: 'fail', lastError, runAtMs: nowMs },
  };
};

/** What the history of an order of this type says once it took something from the stock that can be put back. */
export const stockTakenStates = (productType: string): readonly string[] =>
  (pipelines.get(productType)?.steps ?? []).flatMap((step) =>
    step.kind === 'tx' && step.effect === 'take_stock' ? [step.historyState] : [],
  );
