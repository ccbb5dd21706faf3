import { ok } from 'neverthrow';
import { invoiceYear } from '../../core/invoice.ts';
import { nextStatus, type Order } from '../../core/order.ts';
import type { RefundSettlement, Refunds } from '../../core/refund.ts';
import { statesOfTaking, told } from '../refunds.ts';
import { inTransaction, type Sql, type Transaction } from './connection.ts';
import { answered } from './failures.ts';
import { holdingOrder, type LockedOrder, tell } from './orderLock.ts';

/** See `Refunds.settle`. */
export const settle = async (
  sql: Sql,
  settlement: RefundSettlement,
  nowMs: number,
): ReturnType<Refunds['settle']> => {
  const { refundId, outcome } = settlement;
  const found = await answered(
    () => sql<{ order_id: string | null }[]>`select order_id from refund where id = ${refundId}`,
  );
  if (found.isErr()) return found.map(() => false);
  const [refund] = found.value;
  if (refund === undefined) return ok(false);
  if (refund.order_id === null)
    return inTransaction(sql, async (tx) => (await write(tx, settlement, nowMs)) !== null);

  return holdingOrder(sql, refund.order_id, async (tx, held) => {
    if (held === null) throw new Error(`the order of the refund ${refundId} is gone`);
    const amount = await write(tx, settlement, nowMs);
    if (amount === null) return false;
    if (outcome.kind === 'succeeded') await succeed(tx, held, { refundId, amount }, nowMs);
    else await fail(tx, held, outcome.reason, nowMs);
    return true;
  });
};

/** The refund's own row; answers its amount as the history says it, or null where nothing is changed. */
const write = async (
  tx: Transaction,
  { refundId, outcome }: RefundSettlement,
  nowMs: number,
): Promise<string | null> => {
  const [row] = await (outcome.kind === 'succeeded'
    ? tx<Written[]>`
        update refund set status = 'succeeded', reference = ${outcome.reference}, updated_ms = ${nowMs}
        where id = ${refundId} and status = 'requested'
        returning amount, currency`
    : tx<Written[]>`
        update refund set status = 'failed', error = ${outcome.reason}, updated_ms = ${nowMs}
        where id = ${refundId} and status <> 'failed'
        returning amount, currency`);
  return row === undefined ? null : told.amount(row);
};

type Written = { readonly amount: number; readonly currency: string };

/** The product's row is locked before the counter's, as a pipeline does that takes stock and issues an invoice. */
const succeed = async (
  tx: Transaction,
  held: LockedOrder,
  { refundId, amount }: { readonly refundId: string; readonly amount: string },
  nowMs: number,
): Promise<void> => {
  const { order } = held;
  const { given, invoiced, shipped, took } = await booksOf(tx, order);
  const ends = given >= order.total.amount && nextStatus(order.status, 'refund') !== null;
  if (ends && took && !shipped)
    await tx`update product set stock = stock + ${order.quantity} where id = ${order.product.id}`;
  if (invoiced) await issueCreditNote(tx, refundId, nowMs);
  const state = ends ? 'refunded' : 'partially_refunded';
  const { seq } = await tell(tx, held, { state, detail: amount }, nowMs);
  if (!ends) return;
  await Promise.all([
    tx`delete from task where id = ${held.taskId}`,
    tx`update orders set status = 'refunded', seq = ${seq}, updated_ms = ${nowMs} where id = ${order.id}`,
  ]);
};

/** What is known of an order whose money goes back. */
const booksOf = async (tx: Transaction, { id, product }: Order): Promise<Books> => {
  const [books] = await tx<Books[]>`
    select
      (select coalesce(sum(amount), 0)::bigint from refund where order_id = ${id} and status = 'succeeded') as given,
      exists (select from invoice where order_id = ${id}) as invoiced,
      exists (select from shipment where order_id = ${id}) as shipped,
      exists (
        select from order_state where order_id = ${id} and state = any(${[...statesOfTaking(product.type)]})
      ) as took`;
  if (books === undefined) throw new Error('a select of values answers one row');
  return books;
};

type Books = {
  /** Back already, with the refund that is being settled. */
  readonly given: number;
  readonly invoiced: boolean;
  readonly shipped: boolean;
  /** Out of the stock. */
  readonly took: boolean;
};

const issueCreditNote = (tx: Transaction, refundId: string, nowMs: number): PromiseLike<unknown> => tx`
  with numbered as (
    insert into credit_note_counter as c (year, last) values (${invoiceYear(nowMs)}, 1)
    on conflict (year) do update set last = c.last + 1
    returning year, last
  )
  update refund set credit_note_year = year, credit_note_sequence = last from numbered where id = ${refundId}`;

/** An operator may go on with either: ask for the money again, or send the pipeline on. */
const fail = async (tx: Transaction, held: LockedOrder, reason: string, nowMs: number): Promise<void> => {
  const now = await tell(tx, held, { state: 'refund_failed', detail: reason }, nowMs);
  if (!held.stopped) return;
  const error = told.failed(reason);
  const fails = nextStatus(held.order.status, 'fail') !== null;
  const { seq } = fails ? await tell(tx, now, { state: 'failed', detail: error }, nowMs) : now;
  await Promise.all([
    tx`update task set state = 'failed', run_ms = ${nowMs}, last_error = ${error} where id = ${held.taskId}`,
    fails &&
      tx`update orders set status = 'failed', seq = ${seq}, updated_ms = ${nowMs} where id = ${held.order.id}`,
  ]);
};
