import { ok } from 'neverthrow';
import { type InvoiceContent, invoiceLineOf, invoiceNumber } from '../../../core/invoice.ts';
import {
  type FinishedRefund,
  type Refund,
  type Refunds,
  succeededRefundStatuses,
} from '../../../core/refund.ts';
import {
  planRefundOutcome,
  type RefundChanges,
  type RefundedOrder,
  type RefundOutcomeSnapshot,
} from '../../../core/refundOutcome.ts';
import type { World } from '../../../core/world.ts';
import { isGoodsStep } from '../../stored/goodsSteps.ts';
import { inTransaction, type Sql, type Transaction } from '../connection.ts';
import { orUnavailable } from '../failures.ts';
import { type LockedOrder, stale, withLockedOrder } from '../orders/lock.ts';
import { statusList } from '../statuses.ts';
import { endStranded } from './stranded.ts';
import { writeOrderChanges } from './write.ts';

/** See `Refunds.finish`. A failed refund of a payment ends in `fail.ts`. */
export const finishRefund = async (
  sql: Sql,
  finished: FinishedRefund,
  nowMs: number,
  world: World,
): ReturnType<Refunds['finish']> => {
  const { refundId } = finished;
  const found = await orUnavailable(
    () => sql<{ order_id: string | null }[]>`select order_id from refund where id = ${refundId}`,
  );
  if (found.isErr()) return found.map(() => false);
  const [refund] = found.value;
  if (refund === undefined) return ok(false);
  // It never gets one: only an adopted refund does, which has succeeded already.
  if (refund.order_id === null)
    return inTransaction(sql, async (tx) => (await finishLocked(tx, finished, null, nowMs, world)) !== null);

  return withLockedOrder(sql, refund.order_id, async (tx, locked) => {
    if (locked === null) throw new Error(`the order of the refund ${refundId} does not exist`);
    const changes = await finishLocked(tx, finished, locked, nowMs, world);
    if (changes === null) return false;
    // Mostly the refund has taken the task away, and nothing is read again.
    const left = changes.order?.task?.kind === 'delete' ? [] : [locked];
    if (!(await endStranded(tx, world, left, nowMs))) return stale;
    await putBack(tx, [changes]);
    return true;
  });
};

/**
 * See `Refunds.finish`. The caller's transaction holds the refund's order, if it has one. Null if nothing changes. The
 * caller puts back the units, after all that the transaction writes besides.
 */
export const finishLocked = async (
  tx: Transaction,
  { refundId, outcome }: FinishedRefund,
  locked: LockedOrder | null,
  nowMs: number,
  world: World,
): Promise<RefundChanges | null> => {
  const changes = planRefundOutcome(await readSnapshot(tx, refundId, locked), outcome, nowMs, world.calendar);
  if (changes !== null) await write(tx, world, refundId, locked, changes, nowMs);
  return changes;
};

type RefundRow = Pick<Refund, 'status' | 'origin' | 'restock'> & Refund['amount'];

const readSnapshot = async (
  tx: Transaction,
  refundId: string,
  locked: LockedOrder | null,
): Promise<RefundOutcomeSnapshot> => {
  const [[refund], order] = await Promise.all([
    tx<RefundRow[]>`
      select status, origin, restock, amount, currency from refund where id = ${refundId} for update`,
    locked === null ? null : readRefundedOrder(tx, refundId, locked),
  ]);
  if (refund === undefined) throw new Error(`the refund ${refundId} does not exist`);
  const { status, origin, restock, ...amount } = refund;
  return { refund: { status, origin, restock, amount }, order };
};

type FactsRow = Pick<RefundedOrder, 'refunded' | 'gone' | 'held'> & {
  /** Null if the order's checkout has no invoice. */
  readonly invoice:
    | (Pick<InvoiceContent, 'lines'> & { readonly year: number; readonly sequence: number })
    | null;
};

const readRefundedOrder = async (
  tx: Transaction,
  refundId: string,
  { order, paused }: LockedOrder,
): Promise<RefundedOrder> => {
  const { id } = order;
  const [row] = await tx<FactsRow[]>`
    select
      (
        select coalesce(sum(amount), 0)::bigint from refund
        where order_id = ${id} and id <> ${refundId} and status in (${statusList(tx, succeededRefundStatuses)})
      ) as refunded,
      (
        select json_build_object('year', year, 'sequence', sequence, 'lines', content -> 'lines')
        from invoice where checkout_id = ${order.checkoutId}
      ) as invoice,
      exists (select from shipment where order_id = ${id})
        or exists (select from licence where order_id = ${id})
        or exists (select from step_reference where order_id = ${id} and ${tx.unsafe(isGoodsStep)}) as gone,
      (select held from orders where id = ${id}) as held`;
  if (row === undefined) throw new Error(`the refunded order ${id} was not read`);
  const { invoice, ...facts } = row;
  const numbered =
    invoice === null ? null : { ...invoice, number: invoiceNumber(invoice.year, invoice.sequence) };
  return { ...facts, invoiceLine: invoiceLineOf(numbered, id), order, taskPaused: paused };
};

/** Writes all changes except those of the stock. */
const write = async (
  tx: Transaction,
  world: World,
  refundId: string,
  locked: LockedOrder | null,
  { refund: { status, reference, error }, sold, creditNote, order }: RefundChanges,
  nowMs: number,
): Promise<void> => {
  await Promise.all([
    tx`
      update refund set status = ${status}, reference = coalesce(${reference}, reference), error = ${error},
        updated_ms = ${nowMs}
      where id = ${refundId}`,
    creditNote !== null && issueCreditNote(tx, refundId, creditNote),
    sold !== null && tx`insert into sold_units (product_id, units) values (${sold.productId}, ${sold.units})`,
  ]);
  if (order !== null && locked !== null) await writeOrderChanges(tx, world, locked, order, nowMs);
};

/**
 * Puts the units back into the stock; their orders then hold none. Lock order: the counter of credit notes, then the
 * stock of the products by id, which comes last everywhere. It is locked just before the commit, because many claims may
 * wait for it.
 */
export const putBack = async (tx: Transaction, changes: readonly RefundChanges[]): Promise<void> => {
  const restocks = changes.flatMap(({ restock }) => restock ?? []);
  for (const { orderId, productId, quantity } of restocks.toSorted(byProduct))
    await tx`
      with freed as (
        update orders set held = 0 where id = ${orderId}
      )
      update stock set units = units + ${quantity} where product_id = ${productId}`;
};

type Restock = NonNullable<RefundChanges['restock']>;

const byProduct = (one: Restock, other: Restock): number => (one.productId < other.productId ? -1 : 1);

const issueCreditNote = (
  tx: Transaction,
  refundId: string,
  { year, line }: NonNullable<RefundChanges['creditNote']>,
): PromiseLike<unknown> => tx`
  with numbered as (
    insert into credit_note_counter as c (year, last) values (${year}, 1)
    on conflict (year) do update set last = c.last + 1
    returning year, last
  )
  update refund set credit_note_year = year, credit_note_sequence = last, credited_invoice = ${line.invoice},
    credited_line = ${line.line}
  from numbered where id = ${refundId}`;
