import { type Dispute, type DisputeChanges, type Disputes, planDisputes } from '../../../core/dispute.ts';
import { openRefundStatuses } from '../../../core/refund.ts';
import type { Sql, Transaction } from '../connection.ts';
import { appendHistory, type LockedOrder, withLockedOrders } from '../orders/lock.ts';
import { lockPayment } from '../refunds/adopt.ts';
import type { dispute, RowOf } from '../schema.ts';
import { statusList } from '../statuses.ts';

export const createDisputes = (sql: Sql): Disputes => ({
  record: ({ paymentId, disputes: reported, createId }, nowMs) =>
    withLockedOrders(
      sql,
      (tx) => lockPayment(tx, paymentId),
      async (tx, all) => {
        const locked = all.filter(({ order }) => order.checkoutId === paymentId);
        const orders = locked.map(({ order }) => order);
        const disputes = await readDisputes(tx, paymentId);
        const changes = planDisputes({ paymentId, orders, disputes }, reported, createId, nowMs);
        await write(tx, paymentId, locked, changes, nowMs);
        return changes.disputes.length;
      },
    ),
});

const readDisputes = async (tx: Transaction, paymentId: string): Promise<readonly Dispute[]> => {
  const rows = await tx<
    RowOf<typeof dispute>[]
  >`select * from dispute where payment_id = ${paymentId} order by id`;
  return rows.map((row) => ({
    id: row.id,
    paymentId: row.payment_id,
    reference: row.reference,
    amount: { amount: row.amount, currency: row.currency },
    reason: row.reason,
    status: row.status,
    atMs: row.at_ms,
    updatedAtMs: row.updated_ms,
  }));
};

const write = async (
  tx: Transaction,
  paymentId: string,
  locked: readonly LockedOrder[],
  { disputes, disputed, history, resumesRefunds }: DisputeChanges,
  nowMs: number,
): Promise<void> => {
  for (const changed of disputes) await writeDispute(tx, changed);
  for (const order of locked) {
    if (history.length > 0) await appendHistory(tx, order, history, nowMs).written;
    if (order.order.disputed !== disputed)
      await tx`update orders set disputed = ${disputed} where id = ${order.order.id}`;
  }
  if (resumesRefunds)
    await tx`
      update task set run_ms = ${nowMs}
      where job_id in (
          select id from refund where payment_id = ${paymentId} and status in (${statusList(tx, openRefundStatuses)})
        )
        and state = 'ready' and run_ms > ${nowMs}`;
};

const writeDispute = (
  tx: Transaction,
  { id, paymentId, reference, amount, reason, status, atMs, updatedAtMs }: Dispute,
): PromiseLike<unknown> => tx`
  insert into dispute (id, payment_id, reference, amount, currency, reason, status, at_ms, updated_ms)
  values (${id}, ${paymentId}, ${reference}, ${amount.amount}, ${amount.currency}, ${reason}, ${status}, ${atMs},
    ${updatedAtMs})
  on conflict (id) do update set amount = excluded.amount, reason = excluded.reason, status = excluded.status,
    at_ms = excluded.at_ms, updated_ms = excluded.updated_ms`;
