import { invoiceLineNumber } from '../../core/invoice.ts';
import type { Order } from '../../core/order.ts';
import {
  creditNoteNumber,
  type FinishedRefund,
  type Refund,
  succeededRefundStatuses,
} from '../../core/refund.ts';
import { planRefundOutcome, type RefundChanges, type RefundedOrder } from '../../core/refundOutcome.ts';
import type { World } from '../../core/world.ts';
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

const isInvoiced = (tables: Tables, { id, checkoutId }: Order): boolean => {
  const invoice = tables.invoices.get(checkoutId ?? '');
  return invoice !== undefined && invoiceLineNumber(invoice, id) !== null;
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
    invoiced: isInvoiced(tables, order),
    gone: tables.shipments.has(orderId) || tables.licences.has(orderId),
    held,
  };
};

const writeRefund = (
  tables: Tables,
  writes: Writes,
  refund: Refund,
  { refund: { status, error, reference }, creditNoteYear: year }: RefundChanges,
  nowMs: number,
): void => {
  const sequence = year === null ? null : (tables.creditNoteCounters.get(year) ?? 0) + 1;
  const isNumbered = year !== null && sequence !== null;
  if (isNumbered) writes.set(tables.creditNoteCounters, year, sequence);
  const creditNote = isNumbered ? creditNoteNumber(year, sequence) : refund.creditNote;
  const row = rowOf(tables.refunds, refund.id);
  writes.set(tables.refunds, refund.id, {
    ...row,
    reference: reference ?? row.reference,
    refund: { ...refund, status, error, creditNote, updatedAtMs: nowMs },
  });
};
