import { invoiceYear } from '../../core/invoice.ts';
import { nextStatus, type Order } from '../../core/order.ts';
import { creditNoteNumber, type Refund, type RefundSettlement } from '../../core/refund.ts';
import { statesOfTaking, told } from '../refunds.ts';
import { leave, move } from './history.ts';
import { change } from './moves.ts';
import { rowOf, type Tables, type TaskRow, type Writes } from './tables.ts';

/** See `Refunds.settle`. */
export const settleRefund = (
  tables: Tables,
  writes: Writes,
  { refundId, outcome }: RefundSettlement,
  nowMs: number,
): boolean => {
  const row = tables.refunds.get(refundId);
  const expected: readonly string[] = outcome.kind === 'failed' ? ['requested', 'succeeded'] : ['requested'];
  if (row === undefined || !expected.includes(row.refund.status)) return false;
  const error = outcome.kind === 'failed' ? outcome.reason : null;
  const refund: Refund = { ...row.refund, status: outcome.kind, error, updatedAtMs: nowMs };
  writes.set(tables.refunds, refundId, { ...row, refund });
  if (refund.orderId === null) return true;
  const { order } = rowOf(tables.orders, refund.orderId);
  if (outcome.kind === 'succeeded') succeed(tables, writes, refund, order, nowMs);
  else fail(tables, writes, order.id, outcome.reason, nowMs);
  return true;
};

const succeed = (tables: Tables, writes: Writes, refund: Refund, order: Order, nowMs: number): void => {
  if (tables.invoices.has(order.id)) issueCreditNote(tables, writes, refund, nowMs);
  const given = [...tables.refunds.values()]
    .filter(({ refund: { orderId, status } }) => orderId === order.id && status === 'succeeded')
    .reduce((sum, { refund: { amount } }) => sum + amount.amount, 0);
  const ends = given >= order.total.amount && nextStatus(order.status, 'refund') !== null;
  const state = ends ? 'refunded' : 'partially_refunded';
  leave(tables, writes, order.id, { state, detail: told.amount(refund.amount) }, nowMs);
  if (!ends) return;
  move(tables, writes, order.id, 'refund', nowMs);
  for (const { id } of tasksOf(tables, order.id)) writes.remove(tables.tasks, id);
  putBack(tables, writes, order);
};

const issueCreditNote = (tables: Tables, writes: Writes, refund: Refund, nowMs: number): void => {
  const year = invoiceYear(nowMs);
  const sequence = (tables.creditNoteCounters.get(year) ?? 0) + 1;
  const row = rowOf(tables.refunds, refund.id);
  const creditNote = creditNoteNumber(year, sequence);
  writes.set(tables.creditNoteCounters, year, sequence);
  writes.set(tables.refunds, refund.id, { ...row, refund: { ...refund, creditNote } });
};

/** What was taken of the stock and not sent is there to be sold again. */
const putBack = (tables: Tables, writes: Writes, { id, product, quantity }: Order): void => {
  const taking = statesOfTaking(product.type);
  const took = (tables.histories.get(id) ?? []).some(({ state }) => taking.includes(state));
  const row = rowOf(tables.products, product.id);
  const { stock } = row.product;
  if (!took || tables.shipments.has(id) || stock === null) return;
  writes.set(tables.products, product.id, { ...row, product: { ...row.product, stock: stock + quantity } });
};

/** An operator may go on with either: ask for the money again, or send the pipeline on. */
const fail = (tables: Tables, writes: Writes, orderId: string, reason: string, nowMs: number): void => {
  leave(tables, writes, orderId, { state: 'refund_failed', detail: reason }, nowMs);
  const [stopped] = tasksOf(tables, orderId).filter(({ state }) => state === 'paused');
  if (stopped === undefined) return;
  const lastError = told.failed(reason);
  change(tables, writes, stopped.id, { state: 'failed', runAtMs: nowMs, lastError });
  if (nextStatus(rowOf(tables.orders, orderId).order.status, 'fail') === null) return;
  leave(tables, writes, orderId, { state: 'failed', detail: lastError }, nowMs);
  move(tables, writes, orderId, 'fail', nowMs);
};

const tasksOf = (tables: Tables, orderId: string): readonly TaskRow[] =>
  [...tables.tasks.values()].filter((task) => task.orderId === orderId);
