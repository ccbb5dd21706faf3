import { invoiceLineOf, invoiceNumber } from '../../../core/invoice.ts';
import type { Money } from '../../../core/money.ts';
import {
  type FinishedRefund,
  type RefundOrigin,
  type RefundStatus,
  succeededRefundStatuses,
} from '../../../core/refund.ts';
import { planRefundOutcome, type RefundChanges, type RefundedOrder } from '../../../core/refundOutcome.ts';
import type { World } from '../../../core/world.ts';
import { isGoodsStep } from '../../stored/goodsSteps.ts';
import { isOneOf } from '../../stored/statuses.ts';
import type { Connection } from '../connection.ts';
import type { LockedOrder, OrderLock } from '../orders/lock.ts';
import type { WriteOrderChanges } from './write.ts';

type Row = Money & {
  readonly orderId: string | null;
  readonly status: RefundStatus;
  readonly origin: RefundOrigin;
  readonly restock: 0 | 1 | null;
};

export type FinishRefund = ReturnType<typeof createFinishRefund>;

/** See `Refunds.finish`. Runs in the caller's transaction. */
export const createFinishRefund = (
  connection: Connection,
  world: World,
  orders: OrderLock,
  writeOrderChanges: WriteOrderChanges,
) => {
  const readRefundedOrder = createReadRefundedOrder(connection);
  const writeRefund = createWriteRefund(connection);
  const putBack = createPutBack(connection);
  const byId = connection.client.prepare<[string], Row>(
    'select order_id as orderId, status, origin, restock, amount, currency from refund where id = ?',
  );
  const readOrder = (refundId: string, orderId: string): LockedOrder => {
    const locked = orders.read(orderId);
    if (locked === null) throw new Error(`the refund ${refundId} has no order`);
    return locked;
  };

  return ({ refundId, outcome }: FinishedRefund, nowMs: number): boolean => {
    const row = byId.get(refundId);
    if (row === undefined) return false;
    const { orderId, status, origin, restock, ...amount } = row;
    const locked = orderId === null ? null : readOrder(refundId, orderId);
    const order = locked === null ? null : readRefundedOrder(locked, refundId);
    const refund = { status, origin, restock: restock === null ? null : restock === 1, amount };
    const changes = planRefundOutcome({ refund, order }, outcome, nowMs, world.calendar);
    if (changes === null) return false;
    writeRefund(refundId, changes, nowMs);
    if (locked !== null && changes.order !== null) writeOrderChanges(locked, changes.order, nowMs);
    if (changes.restock !== null) putBack(changes.restock);
    return true;
  };
};

type FactsRow = {
  readonly refunded: number;
  /** Null if the order's checkout has no invoice, like the next two. */
  readonly year: number | null;
  readonly sequence: number | null;
  /** JSON. */
  readonly content: string | null;
  readonly gone: 0 | 1;
  readonly held: number;
};

const invoiceOf = ({ year, sequence, content }: FactsRow): Parameters<typeof invoiceLineOf>[0] =>
  year === null || sequence === null || content === null
    ? null
    : { ...JSON.parse(content), number: invoiceNumber(year, sequence) };

const createReadRefundedOrder = ({ client }: Connection) => {
  // The `+` keeps SQLite from using the index on status: an order has few refunds, a status many.
  const factsOf = client.prepare<[{ readonly orderId: string; readonly refundId: string }], FactsRow>(
    `select
       (
         select coalesce(sum(amount), 0) from refund
         where order_id = $orderId and id <> $refundId and ${isOneOf('+status', succeededRefundStatuses)}
       ) as refunded,
       i.year, i.sequence, i.content,
       exists (select 1 from shipment where order_id = $orderId)
         or exists (select 1 from licence where order_id = $orderId)
         or exists (select 1 from step_reference where order_id = $orderId and ${isGoodsStep}) as gone,
       held
     from orders left join invoice i on i.checkout_id = orders.checkout_id where id = $orderId`,
  );
  return ({ order, taskPaused }: LockedOrder, refundId: string): RefundedOrder => {
    const facts = factsOf.get({ orderId: order.id, refundId });
    if (facts === undefined) throw new Error(`the refund ${refundId} has no order`);
    return {
      order,
      taskPaused,
      refunded: facts.refunded,
      invoiceLine: invoiceLineOf(invoiceOf(facts), order.id),
      gone: facts.gone === 1,
      held: facts.held,
    };
  };
};

/** The units go back into the stock, and the order holds none. */
const createPutBack = ({ client }: Connection) => {
  const emptyOrder = client.prepare<[string]>('update orders set held = 0 where id = ?');
  const addUnits = client.prepare<[number, string]>(
    'update stock set units = units + ? where product_id = ?',
  );
  return ({ orderId, productId, quantity }: NonNullable<RefundChanges['restock']>): void => {
    emptyOrder.run(orderId);
    addUnits.run(quantity, productId);
  };
};

/**
 * Writes all changes except those of the order and the stock. The counter is raised in the transaction that numbers the
 * credit note, so no number is lost.
 */
const createWriteRefund = ({ client }: Connection) => {
  const update = client.prepare<[RefundStatus, string | null, string | null, number, string]>(
    `update refund set status = ?, reference = coalesce(?, reference), error = ?, updated_ms = ? where id = ?`,
  );
  const sell = client.prepare<[string, number]>(
    `insert into sold_units (product_id, units) values (?, ?)
     on conflict (product_id) do update set units = units + excluded.units`,
  );
  const raiseCounter = client
    .prepare<[number], number>(
      `insert into credit_note_counter (year, last) values (?, 1)
       on conflict (year) do update set last = last + 1 returning last`,
    )
    .pluck();
  const setCreditNote = client.prepare<[number, number, string, number, string]>(
    `update refund set credit_note_year = ?, credit_note_sequence = ?, credited_invoice = ?, credited_line = ?
     where id = ?`,
  );
  return (refundId: string, { refund, sold, creditNote }: RefundChanges, nowMs: number): void => {
    update.run(refund.status, refund.reference, refund.error, nowMs, refundId);
    if (sold !== null) sell.run(sold.productId, sold.units);
    if (creditNote === null) return;
    const { year, line } = creditNote;
    setCreditNote.run(year, raiseCounter.get(year) ?? 0, line.invoice, line.line, refundId);
  };
};
