import type { Refund } from '../../../core/refund.ts';
import { planStranded } from '../../../core/strandedOrder.ts';
import type { Connection } from '../connection.ts';
import type { OrderLock } from '../orders/lock.ts';
import type { WriteOrderChanges } from './write.ts';

type Row = Pick<Refund, 'orderId' | 'status'> & Refund['amount'];

export type EndStranded = ReturnType<typeof createEndStranded>;

/**
 * Ends the pauses of a payment's orders that no refund will end, as `planStranded` decides. Runs in the caller's
 * transaction, after it has written its refunds.
 */
export const createEndStranded = (
  { client }: Pick<Connection, 'client'>,
  orders: OrderLock,
  writeOrderChanges: WriteOrderChanges,
) => {
  // The `+` keeps SQLite from using an index on the state: a checkout has few tasks.
  const pausedOf = client
    .prepare<[string], string>(
      `select value from task, json_each(order_ids) where checkout_id = ? and +state = 'paused' order by value`,
    )
    .pluck();
  const chargedOf = client.prepare<[string], number>('select amount from payment where id = ?').pluck();
  const refundsOf = client.prepare<[string], Row>(
    'select order_id as orderId, status, amount, currency from refund where payment_id = ?',
  );
  return (paymentId: string | null, nowMs: number): void => {
    if (paymentId === null) return;
    for (const orderId of pausedOf.all(paymentId)) {
      const locked = orders.read(orderId);
      if (locked === null) throw new Error(`the paused task of ${orderId} has no order`);
      const refunds = refundsOf
        .all(paymentId)
        .map(({ orderId: refundedId, status, ...amount }) => ({ orderId: refundedId, status, amount }));
      const changes = planStranded(locked.order, { charged: chargedOf.get(paymentId) ?? 0, refunds }, nowMs);
      if (changes !== null) writeOrderChanges(locked, changes, nowMs);
    }
  };
};
