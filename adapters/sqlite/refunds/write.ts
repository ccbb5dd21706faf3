import type { OrderStatus } from '../../../core/order.ts';
import { refundPipeline as pipeline } from '../../../core/pipelines/refund.ts';
import type { Refund, RefundOrderChanges, RefundTaskChange } from '../../../core/refund.ts';
import type { Connection } from '../connection.ts';
import type { LockedOrder, OrderLock } from '../orders/lock.ts';
import { createInsertJob } from '../queue/jobs.ts';

type KeyAndFingerprint = { readonly key: string; readonly fingerprint: string };
type NewRow = Omit<Refund, 'amount' | 'restock' | 'creditNote' | 'error'> &
  Refund['amount'] &
  KeyAndFingerprint & { readonly chargeReference: string | null; readonly restock: 0 | 1 | null };

export type InsertRefund = ReturnType<typeof createInsertRefund>;

/** Writes a new refund and its task. */
export const createInsertRefund = (connection: Connection) => {
  const insertJob = createInsertJob(connection, pipeline);
  const insert = connection.client.prepare<[NewRow]>(
    `insert into refund (id, key, fingerprint, order_id, payment_id, charge_reference, amount, currency, origin,
       reason, restock, status, created_ms, updated_ms)
     values ($id, $key, $fingerprint, $orderId, $paymentId, $chargeReference, $amount, $currency, $origin,
       $reason, $restock, $status,
       $createdAtMs, $updatedAtMs)`,
  );
  return (
    { creditNote: _, error: __, amount, restock, ...refund }: Refund,
    {
      taskId,
      chargeReference = null,
      ...keyAndFingerprint
    }: KeyAndFingerprint & { readonly taskId: string; readonly chargeReference?: string | null },
  ): void => {
    const flag = restock === null ? null : restock ? 1 : 0;
    insert.run({ ...refund, ...amount, ...keyAndFingerprint, chargeReference, restock: flag });
    insertJob(taskId, refund.id, refund.createdAtMs);
  };
};

export type WriteOrderChanges = ReturnType<typeof createWriteOrderChanges>;

export const createWriteOrderChanges = (connection: Connection, orders: OrderLock) => {
  const changeTask = createChangeTask(connection);
  const updateOrder = connection.client.prepare<[OrderStatus, number, number, string]>(
    'update orders set status = ?, seq = ?, updated_ms = ? where id = ?',
  );
  return (locked: LockedOrder, { history, status, task }: RefundOrderChanges, nowMs: number): void => {
    const { order, taskId, seq } = history.reduce(
      (current, row) => orders.appendHistory(current, row, nowMs),
      locked,
    );
    if (status !== null) updateOrder.run(status, seq, nowMs, order.id);
    if (task !== null && taskId !== null) changeTask(taskId, task);
  };
};

const createChangeTask = ({ client }: Connection) => {
  const pause = client.prepare<[string, string]>(
    `update task set state = 'paused', lease = lease + 1, lease_until_ms = null, last_error = ?
     where id = ?`,
  );
  const fail = client.prepare<[number, string, string]>(
    `update task set state = 'failed', run_ms = ?, last_error = ? where id = ?`,
  );
  const remove = client.prepare<[string]>('delete from task where id = ?');
  return (taskId: string, change: RefundTaskChange): void => {
    switch (change.kind) {
      case 'pause':
        pause.run(change.lastError, taskId);
        return;
      case 'fail':
        fail.run(change.runAtMs, change.lastError, taskId);
        return;
      case 'delete':
        remove.run(taskId);
    }
  };
};
