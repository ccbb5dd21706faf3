import { type Dispute, type Disputes, planDisputes } from '../../../core/dispute.ts';
import { openRefundStatuses } from '../../../core/refund.ts';
import { isOneOf } from '../../stored/statuses.ts';
import type { Connection } from '../connection.ts';
import { createOrderLock } from '../orders/lock.ts';
import { createReadPaidOrders } from '../refunds/paidOrders.ts';
import { columnsOf, dispute } from '../schema.ts';

type Row = typeof dispute.$inferSelect;

export const createDisputes = (connection: Connection): Disputes => {
  const { client } = connection;
  const orders = createOrderLock(connection);
  const readPaidOrders = createReadPaidOrders(connection, orders);
  const byPayment = client.prepare<[string], Row>(
    `select ${columnsOf(dispute, 'd')} from dispute d where d.payment_id = ? order by d.id`,
  );
  const writeDispute = client.prepare<[Row]>(
    `insert into dispute (id, payment_id, reference, amount, currency, reason, status, at_ms, updated_ms)
     values ($id, $paymentId, $reference, $amount, $currency, $reason, $status, $atMs, $updatedAtMs)
     on conflict (id) do update set amount = excluded.amount, reason = excluded.reason, status = excluded.status,
       at_ms = excluded.at_ms, updated_ms = excluded.updated_ms`,
  );
  const setDisputed = client.prepare<[number, string]>('update orders set disputed = ? where id = ?');
  const resumeRefunds = client.prepare<[number, string, number]>(
    `update task set run_ms = ?
     where job_id in (select id from refund where payment_id = ? and ${isOneOf('+status', openRefundStatuses)})
       and state = 'ready' and run_ms > ?`,
  );

  const record = (
    { paymentId, disputes: reported, createId }: Parameters<Disputes['record']>[0],
    nowMs: number,
  ): number => {
    const locked = readPaidOrders(paymentId);
    const stored = byPayment.all(paymentId).map(disputeOf);
    const charge = { paymentId, orders: locked.map(({ order }) => order), disputes: stored };
    const changes = planDisputes(charge, reported, createId, nowMs);
    for (const { amount, ...changed } of changes.disputes) writeDispute.run({ ...changed, ...amount });
    for (const each of locked) {
      changes.history.reduce((current, row) => orders.appendHistory(current, row, nowMs), each);
      if (each.order.disputed !== changes.disputed) setDisputed.run(changes.disputed ? 1 : 0, each.order.id);
    }
    if (changes.resumesRefunds) resumeRefunds.run(nowMs, paymentId, nowMs);
    return changes.disputes.length;
  };

  return { record: async (charge, nowMs) => connection.write(() => record(charge, nowMs)) };
};

const disputeOf = ({ amount, currency, ...row }: Row): Dispute => ({ ...row, amount: { amount, currency } });
