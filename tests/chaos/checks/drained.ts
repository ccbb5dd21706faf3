import { duplicates, indexBy } from '../grouping.ts';
import { skippedStepOf } from '../resends.ts';
import type { Snapshot, TaskRow } from '../snapshot.ts';
import { type Violation, violation } from '../violation.ts';

/** Invariants 6 and 7: all work has ended, and each failure is visible in the task and in the order. */
export const checkDrained = (snapshot: Snapshot): Violation[] => [
  ...checkOrders(snapshot),
  ...checkMoney(snapshot),
  ...snapshot.tasks.flatMap((task) => checkTask(task)),
];

const checkOrders = ({ orders, history, tasks }: Snapshot): Violation[] => {
  const orderTasks = tasks.flatMap(({ orderIds, ...task }) =>
    orderIds.map((orderId) => ({ ...task, orderId })),
  );
  const notified = new Set(
    history
      .filter((row) => row.state === 'customer_notified' || skippedStepOf(row) === 'notify_customer')
      .map(({ orderId }) => orderId),
  );
  const taskOf = indexBy(orderTasks, ({ orderId }) => orderId);
  const orderOf = indexBy(orders, ({ id }) => id);
  return [
    ...duplicates(orderTasks, ({ orderId }) => orderId).map((id) =>
      violation('task_twice', id, 'the order has two tasks'),
    ),
    ...orders
      .filter(({ status }) => status === 'paying' || status === 'paid')
      .map(({ id, status }) =>
        violation('order_stuck', id, `it is ${status}, its task is ${taskOf.get(id)?.state ?? 'missing'}`),
      ),
    ...orders
      .filter(
        ({ id, status }) => status === 'failed' && !withFailedOrder.has(taskOf.get(id)?.state ?? 'missing'),
      )
      .map(({ id }) =>
        violation('failed_without_task', id, `its task is ${taskOf.get(id)?.state ?? 'missing'}`),
      ),
    ...orderTasks
      .filter(({ orderId, state, step }) => {
        const allowed = step === 'notify_customer' ? 'completed' : 'failed';
        return state === 'failed' && orderOf.get(orderId)?.status !== allowed;
      })
      .map(({ orderId }) => violation('order_not_failed', orderId, `it is ${orderOf.get(orderId)?.status}`)),
    ...orders
      .filter(({ id, status }) => status === 'completed' && !notified.has(id) && !taskOf.has(id))
      .map(({ id }) => violation('notice_missing', id, 'it has neither a notice nor a failed task')),
  ];
};

/** A refund that is requested pauses the failed task of its order. */
const withFailedOrder: ReadonlySet<string> = new Set(['failed', 'paused']);

const openStatuses = new Set(['initiated', 'unknown', 'requires_action']);

const checkMoney = ({ payments, refunds }: Snapshot): Violation[] => [
  ...payments
    .filter(({ status }) => openStatuses.has(status))
    .map(({ id, status }) => violation('payment_open', id, `it is ${status}`)),
  ...refunds
    .filter(({ status }) => status === 'requested')
    .map(({ id }) => violation('refund_open', id, 'it is still requested')),
];

/** Only failed tasks of groups remain, each with its error. Jobs can always be done, so none remains. */
const checkTask = ({ id, jobId, pipeline, state, lastError }: TaskRow): Violation[] => {
  if (jobId !== null) return [violation('job_left', jobId, `${pipeline} is ${state}: ${lastError}`)];
  if (state !== 'failed') return [violation('task_left', id, `it is ${state}: ${lastError}`)];
  return (lastError ?? '') === '' ? [violation('task_without_error', id, 'it failed without an error')] : [];
};
