import { type Group, groupWithout } from '../../../core/group.ts';
import { refundPipeline as pipeline } from '../../../core/pipelines/refund.ts';
import type { Refund, RefundOrderChanges, RefundTaskChange } from '../../../core/refund.ts';
import type { Caused } from '../../../core/trace.ts';
import type { World } from '../../../core/world.ts';
import type { Transaction } from '../connection.ts';
import { appendHistory, type LockedOrder } from '../orders/lock.ts';
import { insertJobs } from '../queue/jobs.ts';

/** Writes a new refund and its task, unless another refund has its key. Returns whether it wrote them. */
export const insertRefund = async (
  tx: Transaction,
  { id, orderId, paymentId, amount, origin, reason, restock, status, createdAtMs, updatedAtMs }: Refund,
  {
    key,
    fingerprint,
    taskId,
    chargeReference = null,
    traceparent,
  }: Caused & {
    readonly key: string;
    readonly fingerprint: string;
    readonly taskId: string;
    /** Of a refund without a payment of ours. */
    readonly chargeReference?: string | null;
  },
): Promise<boolean> => {
  const rows = await tx`
    insert into refund (id, key, fingerprint, order_id, payment_id, charge_reference, amount, currency, origin, reason,
      restock, status, created_ms, updated_ms)
    values (${id}, ${key}, ${fingerprint}, ${orderId}, ${paymentId}, ${chargeReference}, ${amount.amount},
      ${amount.currency}, ${origin}, ${reason}, ${restock},
      ${status}, ${createdAtMs}, ${updatedAtMs})
    on conflict (key) do nothing
    returning id`;
  if (rows.length === 0) return false;
  await insertJobs(tx, pipeline, [{ taskId, jobId: id, traceparent }], createdAtMs);
  return true;
};

export const writeOrderChanges = async (
  tx: Transaction,
  { ids }: Pick<World, 'ids'>,
  locked: LockedOrder,
  { history, status, task: change }: RefundOrderChanges,
  nowMs: number,
): Promise<void> => {
  const { order, task } = locked;
  const { seq, written } = appendHistory(tx, locked, history, nowMs);
  const rest = task === null ? null : groupWithout(task, order.id);
  await Promise.all([
    written,
    status !== null &&
      tx`update orders set status = ${status}, seq = ${seq}, updated_ms = ${nowMs} where id = ${order.id}`,
    change !== null &&
      task !== null &&
      (rest === null
        ? changeTask(tx, task.id, change)
        : leaveGroup(tx, { id: task.id, rest }, { ownId: ids.next(nowMs), orderId: order.id, seq }, change)),
  ]);
};

/**
 * See `RefundTaskChange`. The lease of the group stays as it is. Where the group has asked a step service for its step,
 * the order's own task gets an entry of the ledger without a request, so that it does not ask again: see `Lease.body`.
 */
const leaveGroup = (
  tx: Transaction,
  { id, rest }: { readonly id: string; readonly rest: Group },
  own: { readonly ownId: string; readonly orderId: string; readonly seq: number },
  change: RefundTaskChange,
): PromiseLike<unknown> => {
  const orderIds = rest.orderIds as string[];
  const seqs = rest.seqs as number[];
  if (change.kind === 'delete')
    return tx`update task set order_ids = ${orderIds}::uuid[], seqs = ${seqs}::integer[] where id = ${id}`;
  return tx`
    with left_over as (
      update task set order_ids = ${orderIds}::uuid[], seqs = ${seqs}::integer[] where id = ${id}
      returning checkout_id, pipeline, step, run_ms, traceparent
    ), asked as (
      insert into step_ledger (task_id, step, intended_ms)
      select ${own.ownId}::uuid, step, l.intended_ms from step_ledger l join left_over using (step)
      where l.task_id = ${id} and l.body is not null
    )
    insert into task (id, checkout_id, order_ids, seqs, pipeline, step, state, run_ms, last_error, traceparent)
    select ${own.ownId}::uuid, checkout_id, array[${own.orderId}::uuid], array[${own.seq}::integer], pipeline, step,
      'paused', run_ms, ${change.lastError}::text, traceparent
    from left_over`;
};

const changeTask = (tx: Transaction, taskId: string, change: RefundTaskChange): PromiseLike<unknown> => {
  switch (change.kind) {
    case 'pause':
      return tx`
        update task set state = 'paused', lease = lease + 1, lease_until_ms = null,
          last_error = ${change.lastError}
        where id = ${taskId}`;
    case 'fail':
      return tx`
        update task set state = 'failed', run_ms = ${change.runAtMs}, last_error = ${change.lastError}
        where id = ${taskId}`;
    case 'delete':
      // Nobody will answer a request of the task any more, and it names the customer.
      return tx`
        with dropped as (update step_ledger set body = null where task_id = ${taskId} and body is not null)
        delete from task where id = ${taskId}`;
  }
};
