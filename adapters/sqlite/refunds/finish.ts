import type { Money } from '../../../core/money.ts';
import { type FinishedRefund, type RefundStatus, succeededRefundStatuses } from '../../../core/refund.ts';
import {
  planRefundOutcome,
  type RefundChanges,
  type RefundedOrder,
  stockTakenStates,
} from '../../../core/refundOutcome.ts';
import { isOneOf } from '../../stored/statuses.ts';
import type { Connection } from '../connection.ts';
import type { LockedOrder, OrderLock } from '../orders/lock.ts';
import type { WriteOrderChanges } from './write.ts';

type Row = Money & { readonly orderId: string | null; readonly status: RefundStatus };

/** See `Refunds.settle`. Inside the caller's transaction. */
export const createFinishRefund = (
  connection: Connection,
  orders: OrderLock,
  writeOrderChanges: WriteOrderChanges,
) => {
  const refundedOrderOf = createReadRefundedOrder(connection);
  const writeRefund = createWriteRefund(connection);
  const byId = connection.client.prepare<[string], Row>(
    'select order_id as orderId, status, amount, currency from refund where id = ?',
  );
  const read = (refundId: string, orderId: string): LockedOrder => {
    const locked = orders.read(orderId);
    if (locked === null) throw new Error(`there is no order of the refund ${refundId}`);
    return locked;
  };

  return ({ refundId, outcome }: FinishedRefund, nowMs: number): boolean => {
    const row = byId.get(refundId);
    if (row === undefined) return false;
    const { orderId, status, ...amount } = row;
    const locked = orderId === null ? null : read(refundId, orderId);
    const order = locked === null ? null : refundedOrderOf(locked, refundId);
    const changes = planRefundOutcome({ refund: { status, amount }, order }, outcome, nowMs);
    if (changes === null) return false;
    writeRefund(refundId, changes, nowMs);
    if (locked !== null && changes.order !== null) writeOrderChanges(locked, changes.order, nowMs);
    return true;
  };
};

type Facts = {
  readonly refunded: number;
  readonly invoiced: 0 | 1;
  readonly shipped: 0 | 1;
  readonly tookStock: 0 | 1;
};

const createReadRefundedOrder = ({ client }: Connection) => {
  // The sign keeps SQLite from looking among all refunds of a status: an order has few.
  const factsOf = client.prepare<
    [{ readonly orderId: string; readonly refundId: string; readonly states: string }],
    Facts
  >(
    `select
       (
         select coalesce(sum(amount), 0) from refund
         where order_id = $orderId and id <> $refundId and ${isOneOf('+status', succeededRefundStatuses)}
       ) as refunded,
       exists (select 1 from invoice where order_id = $orderId) as invoiced,
       exists (select 1 from shipment where order_id = $orderId) as shipped,
       exists (
         select 1 from order_state
         where order_id = $orderId and state in (select value from json_each($states))
       ) as tookStock
     from orders where id = $orderId`,
  );
  return ({ order, paused }: LockedOrder, refundId: string): RefundedOrder => {
    const states = JSON.stringify(stockTakenStates(order.product.type));
    const facts = factsOf.get({ orderId: order.id, refundId, states });
    if (facts === undefined) throw new Error(`there is no order of the refund ${refundId}`);
    return {
      order,
      paused,
      refunded: facts.refunded,
      invoiced: facts.invoiced === 1,
      shipped: facts.shipped === 1,
      tookStock: facts.tookStock === 1,
    };
  };
};

/** Everything that is not the order's. The counter is raised in the transaction of the credit note: no number is lost. */
const createWriteRefund = ({ client }: Connection) => {
  const update = client.prepare<[RefundStatus, string | null, string | null, number, string]>(
    `update refund set status = ?, reference = coalesce(?, reference), error = ?, updated_ms = ? where id = ?`,
  );
  const restockProduct = client.prepare<[number, string]>(
    'update product set stock = stock + ? where id = ?',
  );
  const raise = client
    .prepare<[number], number>(
      `insert into credit_note_counter (year, last) values (?, 1)
       on conflict (year) do update set last = last + 1 returning last`,
    )
    .pluck();
  const number = client.prepare<[number, number, string]>(
    'update refund set credit_note_year = ?, credit_note_sequence = ? where id = ?',
  );
  return (refundId: string, { refund, restock, creditNoteYear }: RefundChanges, nowMs: number): void => {
    update.run(refund.status, refund.reference, refund.error, nowMs, refundId);
    if (restock !== null) restockProduct.run(restock.quantity, restock.productId);
    if (creditNoteYear !== null) number.run(creditNoteYear, raise.get(creditNoteYear) ?? 0, refundId);
  };
};
