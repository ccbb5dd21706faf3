import { type Group, groupWithout } from '../../../core/group.ts';
import type { OrderStatus } from '../../../core/order.ts';
import { refundPipeline as pipeline } from '../../../core/pipelines/refund.ts';
import type { Refund, RefundOrderChanges, RefundTaskChange } from '../../../core/refund.ts';
import type { Caused } from '../../../core/trace.ts';
import type { World } from '../../../core/world.ts';
import type { Connection } from '../connection.ts';
import type { LockedOrder, OrderLock } from '../orders/lock.ts';
import { createInsertJob } from '../queue/jobs.ts';

type KeyAndFingerprint = { readonly key: string; readonly fingerprint: string };
type NewRow = Omit<Refund, 'amount' | 'restock' | 'creditNote' | 'creditedLine' | 'error'> &
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
    { creditNote: _, creditedLine: __, error: ___, amount, restock, ...refund }: Refund,
    {
      taskId,
      chargeReference = null,
      traceparent,
      ...keyAndFingerprint
    }: KeyAndFingerprint & Caused & { readonly taskId: string; readonly chargeReference?: string | null },
  ): void => {
    const flag = restock === null ? null : restock ? 1 : 0;
    insert.run({ ...refund, ...amount, ...keyAndFingerprint, chargeReference, restock: flag });
    insertJob(taskId, refund.id, refund.createdAtMs, traceparent);
  };
};

export type WriteOrderChanges = ReturnType<typeof createWriteOrderChanges>;

export const createWriteOrderChanges = (connection: Connection, world: World, orders: OrderLock) => {
  const changeTask = createChangeTask(connection, world);
  const updateOrder = connection.client.prepare<[OrderStatus, number, number, string]>(
    'update orders set status = ?, seq = ?, updated_ms = ? where id = ?',
  );
  return (locked: LockedOrder, { history, status, task }: RefundOrderChanges, nowMs: number): void => {
    const {
      order,
      task: group,
      seq,
    } = history.reduce((current, row) => orders.appendHistory(current, row, nowMs), locked);
    if (status !== null) updateOrder.run(status, seq, nowMs, order.id);
    if (task !== null && group !== null) changeTask({ id: group.id, orderId: order.id, seq }, task, nowMs);
  };
};

/** The task that has the order, and the `seq` of the order's newest history row. */
type TaskOfOrder = { readonly id: string; readonly orderId: string; readonly seq: number };

/** See `RefundTaskChange`. */
const createChangeTask = ({ client }: Connection, { ids }: World) => {
  const pause = client.prepare<[string, string]>(
    `update task set state = 'paused', lease = lease + 1, lease_until_ms = null, last_error = ?
     where id = ?`,
  );
  const fail = client.prepare<[number, string, string]>(
    `update task set state = 'failed', run_ms = ?, last_error = ? where id = ?`,
  );
  const remove = client.prepare<[string]>('delete from task where id = ?');
  // Nobody will answer a request of the task any more, and it names the customer.
  const dropRequests = client.prepare<[string]>(
    'update step_ledger set body = null where task_id = ? and body is not null',
  );
  const groupOf = client.prepare<[string], { readonly orderIds: string; readonly seqs: string }>(
    'select order_ids as orderIds, seqs from task where id = ?',
  );
  const takeOut = client.prepare<[string, string, string]>(
    'update task set order_ids = ?, seqs = ? where id = ?',
  );
  const insertPaused = client.prepare<[string, string, string, string, string]>(
    `insert into task (id, checkout_id, order_ids, seqs, pipeline, step, state, run_ms, last_error, traceparent)
     select ?, checkout_id, ?, ?, pipeline, step, 'paused', run_ms, ?, traceparent from task where id = ?`,
  );
  // Where the group has asked a step service, the entry has no request, so that it is not asked again: see `Lease.body`.
  const keepIntent = client.prepare<[string, string]>(
    `insert into step_ledger (task_id, step, intended_ms)
     select ?, l.step, l.intended_ms from task t join step_ledger l on l.task_id = t.id and l.step = t.step
     where t.id = ? and l.body is not null`,
  );

  const leaveGroup = (
    { id, orderId, seq }: TaskOfOrder,
    rest: Group,
    change: RefundTaskChange,
    nowMs: number,
  ): void => {
    takeOut.run(JSON.stringify(rest.orderIds), JSON.stringify(rest.seqs), id);
    if (change.kind === 'delete') return;
    const own = [JSON.stringify([orderId]), JSON.stringify([seq])] as const;
    const ownId = ids.next(nowMs);
    insertPaused.run(ownId, ...own, change.lastError, id);
    keepIntent.run(ownId, id);
  };

  return (task: TaskOfOrder, change: RefundTaskChange, nowMs: number): void => {
    const { id: taskId } = task;
    const group = groupOf.get(taskId);
    if (group === undefined) throw new Error(`there is no task ${taskId}`);
    const rest = groupWithout(
      { orderIds: JSON.parse(group.orderIds), seqs: JSON.parse(group.seqs) },
      task.orderId,
    );
    if (rest !== null) {
      leaveGroup(task, rest, change, nowMs);
      return;
    }
    switch (change.kind) {
      case 'pause':
        pause.run(change.lastError, taskId);
        return;
      case 'fail':
        fail.run(change.runAtMs, change.lastError, taskId);
        return;
      case 'delete':
        remove.run(taskId);
        dropRequests.run(taskId);
    }
  };
};
