import { by, doubles } from '../grouping.ts';
import type { Snapshot, TaskRow } from '../snapshot.ts';
import { type Violation, violation } from '../violation.ts';

/** Invariants 6 and 7: all is drained, and what failed says so, in the task and in the order. */
export const checkRest = (snapshot: Snapshot): Violation[] => [
  ...orders(snapshot),
  ...money(snapshot),
  ...snapshot.tasks.flatMap((task) => left(task)),
];

const orders = ({ orders, tasks }: Snapshot): Violation[] => {
  const ofOrders = tasks.flatMap(({ orderId, ...task }) => (orderId === null ? [] : [{ ...task, orderId }]));
  const taskOf = by(ofOrders, ({ orderId }) => orderId);
  const orderOf = by(orders, ({ id }) => id);
  return [
    ...doubles(ofOrders, ({ orderId }) => orderId).map((id) =>
      violation('task_twice', id, 'two tasks of one order'),
    ),
    ...orders
      .filter(({ status }) => status === 'paying' || status === 'paid')
      .map(({ id, status }) =>
        violation('order_stuck', id, `it is ${status}, its task ${taskOf.get(id)?.state ?? 'missing'}`),
      ),
    ...orders
      .filter(({ id, status }) => status === 'failed' && taskOf.get(id)?.state !== 'failed')
      .map(({ id }) => violation('failed_in_silence', id, 'no failed task tells why')),
    ...ofOrders
      .filter(({ orderId, state }) => state === 'failed' && orderOf.get(orderId)?.status !== 'failed')
      .map(({ orderId }) => violation('order_not_failed', orderId, `it is ${orderOf.get(orderId)?.status}`)),
  ];
};

const open = new Set(['initiated', 'unknown', 'requires_action']);

const money = ({ payments, refunds }: Snapshot): Violation[] => [
  ...payments
    .filter(({ status }) => open.has(status))
    .map(({ id, status }) => violation('payment_open', id, `it is ${status}`)),
  ...refunds
    .filter(({ status }) => status === 'requested')
    .map(({ id }) => violation('refund_open', id, 'it was asked for and has not ended')),
];

/** Of an order only a failed task may stay, with its error; of a job, which can always be done, none. */
const left = ({ orderId, jobId, pipeline, state, lastError }: TaskRow): Violation[] => {
  if (orderId === null) return [violation('job_left', jobId ?? '', `${pipeline} is ${state}: ${lastError}`)];
  if (state !== 'failed') return [violation('task_left', orderId, `it is ${state}: ${lastError}`)];
  return (lastError ?? '') === '' ? [violation('task_without_error', orderId, 'it failed in silence')] : [];
};
