import { invoiceYear } from '../../core/invoice.ts';
import type { Money } from '../../core/money.ts';
import { nextStatus, type Order, type OrderStatus } from '../../core/order.ts';
import type { RefundSettlement, RefundStatus } from '../../core/refund.ts';
import { statesOfTaking, told } from '../refunds.ts';
import type { Connection } from './connection.ts';
import type { LockedOrder, OrderLock } from './orderLock.ts';

type Row = Money & { readonly orderId: string | null; readonly status: RefundStatus };

/** See `Refunds.settle`. Inside the caller's transaction. */
export const settling = (connection: Connection, orders: OrderLock) => {
  const { client } = connection;
  const succeed = succeeding(connection, orders);
  const fail = failing(connection, orders);
  const byId = client.prepare<[string], Row>(
    'select order_id as orderId, status, amount, currency from refund where id = ?',
  );
  const writeSuccess = client.prepare<[string, number, string]>(
    `update refund set status = 'succeeded', reference = ?, updated_ms = ? where id = ?`,
  );
  const writeFailure = client.prepare<[string, number, string]>(
    `update refund set status = 'failed', error = ?, updated_ms = ? where id = ?`,
  );

  return ({ refundId, outcome }: RefundSettlement, nowMs: number): boolean => {
    const row = byId.get(refundId);
    const cameBack = outcome.kind === 'failed' && row?.status === 'succeeded';
    if (row === undefined || (row.status !== 'requested' && !cameBack)) return false;
    if (outcome.kind === 'succeeded') writeSuccess.run(outcome.reference, nowMs, refundId);
    else writeFailure.run(outcome.reason, nowMs, refundId);

    if (row.orderId === null) return true;
    const held = orders.read(row.orderId);
    if (held === null) throw new Error(`there is no order of the refund ${refundId}`);
    if (outcome.kind === 'succeeded') succeed(held, refundId, told.amount(row), nowMs);
    else fail(held, outcome.reason, nowMs);
    return true;
  };
};

const succeeding = (connection: Connection, orders: OrderLock) => {
  const { client } = connection;
  const putBack = puttingBack(connection);
  const issueCreditNote = creditNoteIssuing(connection);
  const givenOf = client
    .prepare<[string], number>(
      `select coalesce(sum(amount), 0) from refund where order_id = ? and +status = 'succeeded'`,
    )
    .pluck();
  const deleteTask = client.prepare<[string]>('delete from task where id = ?');
  const endOrder = client.prepare<[OrderStatus, number, number, string]>(
    'update orders set status = ?, seq = ?, updated_ms = ? where id = ?',
  );

  return (held: LockedOrder, refundId: string, amount: string, nowMs: number): void => {
    const { id, status: before, total } = held.order;
    issueCreditNote(id, refundId, nowMs);
    const status = nextStatus(before, 'refund');
    if (status === null || (givenOf.get(id) ?? 0) < total.amount) {
      orders.tell(held, { state: 'partially_refunded', detail: amount }, nowMs);
      return;
    }
    const { seq, taskId } = orders.tell(held, { state: status, detail: amount }, nowMs);
    if (taskId !== null) deleteTask.run(taskId);
    endOrder.run(status, seq, nowMs, id);
    putBack(held.order);
  };
};

/** Where the order has an invoice. The counter is raised in the transaction of the credit note: no number is lost. */
const creditNoteIssuing = ({ client }: Connection) => {
  const invoiceOf = client
    .prepare<[string], number>('select sequence from invoice where order_id = ?')
    .pluck();
  const raise = client
    .prepare<[number], number>(
      `insert into credit_note_counter (year, last) values (?, 1)
       on conflict (year) do update set last = last + 1 returning last`,
    )
    .pluck();
  const number = client.prepare<[number, number, string]>(
    'update refund set credit_note_year = ?, credit_note_sequence = ? where id = ?',
  );
  return (orderId: string, refundId: string, nowMs: number): void => {
    if (invoiceOf.get(orderId) === undefined) return;
    const year = invoiceYear(nowMs);
    number.run(year, raise.get(year) ?? 0, refundId);
  };
};

/** What was taken of the stock and not sent is there to be sold again. */
const puttingBack = ({ client }: Connection) => {
  const took = client
    .prepare<[string, string], number>('select 1 from order_state where order_id = ? and state = ?')
    .pluck();
  const shipped = client.prepare<[string], number>('select 1 from shipment where order_id = ?').pluck();
  const raise = client.prepare<[number, string]>('update product set stock = stock + ? where id = ?');
  return ({ id, product, quantity }: Order): void => {
    const taken = statesOfTaking(product.type).some((state) => took.get(id, state) !== undefined);
    if (taken && shipped.get(id) === undefined) raise.run(quantity, product.id);
  };
};

/** An operator may go on with either: ask for the money again, or send the pipeline on. */
const failing = ({ client }: Connection, orders: OrderLock) => {
  const failTask = client.prepare<[number, string, string]>(
    `update task set state = 'failed', run_ms = ?, last_error = ? where id = ?`,
  );
  const failOrder = client.prepare<[OrderStatus, number, number, string]>(
    'update orders set status = ?, seq = ?, updated_ms = ? where id = ?',
  );

  return (held: LockedOrder, reason: string, nowMs: number): void => {
    const after = orders.tell(held, { state: 'refund_failed', detail: reason }, nowMs);
    if (held.taskId === null || !held.stopped) return;
    const error = told.failed(reason);
    failTask.run(nowMs, error, held.taskId);
    const status = nextStatus(held.order.status, 'fail');
    if (status === null) return;
    const { seq } = orders.tell(after, { state: status, detail: error }, nowMs);
    failOrder.run(status, seq, nowMs, held.order.id);
  };
};
