import { by, doubles } from '../grouping.ts';
import type { Snapshot } from '../snapshot.ts';
import { type Violation, violation } from '../violation.ts';

/** Invariants 6 and 7: all is drained, and what failed says so, in the task and in the order. */
export const checkRest = ({ orders, payments, tasks }: Snapshot): Violation[] => {
  const taskOf = by(tasks, ({ orderId }) => orderId);
  const orderOf = by(orders, ({ id }) => id);
  return [
    ...doubles(tasks, ({ orderId }) => orderId).map((id) =>
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
    ...payments
      .filter(({ status }) => status === 'initiated' || status === 'unknown')
      .map(({ id, status }) => violation('payment_open', id, `it is ${status}`)),
    ...tasks
      .filter(({ state }) => state !== 'failed')
      .map(({ orderId, state }) => violation('task_left', orderId, `it is ${state}`)),
    ...tasks
      .filter(({ state, lastError }) => state === 'failed' && (lastError ?? '') === '')
      .map(({ orderId }) => violation('task_without_error', orderId, 'it failed in silence')),
    ...tasks
      .filter(({ orderId, state }) => state === 'failed' && orderOf.get(orderId)?.status !== 'failed')
      .map(({ orderId }) => violation('order_not_failed', orderId, `it is ${orderOf.get(orderId)?.status}`)),
  ];
};
