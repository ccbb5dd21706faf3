import { invoiceLineOf } from '../../core/invoice.ts';
import {
  creditNoteNumber,
  type FinishedRefund,
  type Refund,
  succeededRefundStatuses,
} from '../../core/refund.ts';
import { planRefundOutcome, type RefundChanges, type RefundedOrder } from '../../core/refundOutcome.ts';
import type { World } from '../../core/world.ts';
import { writeRefundEvents } from './events.ts';
import { isGoneByService } from './references.ts';
import { moveUnits, sellUnits } from './stock.ts';
import { rowOf, type Tables, type Writes } from './tables.ts';
import { amountRefunded, taskOf, writeOrderChanges } from './writeRefund.ts';

/** See `Refunds.finish`. */
export const finishRefund = (
  tables: Tables,
  writes: Writes,
  { refundId, outcome }: FinishedRefund,
  nowMs: number,
  world: World,
): boolean => {
  const refund = tables.refunds.get(refundId)?.refund;
  if (refund === undefined) return false;
  const { orderId } = refund;
  const order = orderId === null ? null : refundedOrderOf(tables, orderId, refundId);
  const changes = planRefundOutcome({ refund, order }, outcome, nowMs, world.calendar);
  if (changes === null) return false;
  writeRefund(tables, writes, refund, changes, nowMs);
  if (orderId !== null && changes.order !== null)
    writeOrderChanges(tables, writes, world, orderId, changes.order, nowMs);
  if (changes.sold !== null) sellUnits(tables, writes, changes.sold.productId, changes.sold.units);
  if (changes.restock !== null)
    moveUnits(tables, writes, changes.restock.orderId, { given: changes.restock.quantity, held: 0 });
  return true;
};

const refundedOrderOf = (tables: Tables, orderId: string, refundId: string): RefundedOrder => {
  const { order, held } = rowOf(tables.orders, orderId);
  return {
    order,
    taskPaused: taskOf(tables, orderId)?.state === 'paused',
    refunded: amountRefunded(
      tables,
      orderId,
      ({ id, status }) => id !== refundId && succeededRefundStatuses.includes(status),
    ),
    invoiceLine: invoiceLineOf(tables.invoices.get(order.checkoutId ?? '') ?? null, orderId),
    gone: tables.shipments.has(orderId) || tables.licences.has(orderId) || isGoneByService(tables, orderId),
    held,
  };
};

const writeRefund = (
  tables: Tables,
  writes: Writes,
  refund: Refund,
  { refund: { status, error, reference }, creditNote: issued }: RefundChanges,
  nowMs: number,
): void => {
  const sequence = issued === null ? 0 : (tables.creditNoteCounters.get(issued.year) ?? 0) + 1;
  if (issued !== null) writes.set(tables.creditNoteCounters, issued.year, sequence);
  const { creditNote, creditedLine } =
    issued === null
      ? refund
      : { creditNote: creditNoteNumber(issued.year, sequence), creditedLine: issued.line };
  const row = rowOf(tables.refunds, refund.id);
  writes.set(tables.refunds, refund.id, {
    ...row,
    reference: reference ?? row.reference,
    refund: { ...refund, status, error, creditNote, creditedLine, updatedAtMs: nowMs },
  });
  writeRefundEvents(tables, writes, refund, status, nowMs);
};
