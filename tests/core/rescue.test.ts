import { describe, expect, test } from 'bun:test';
import { planRescue, planRetry, type TaskSnapshot } from '../../core/rescue.ts';

const orderTask: TaskSnapshot = {
  id: 'task',
  step: 'notify_customer',
  attempts: 4,
  crashes: 1,
  lease: 7,
  seq: 6,
  order: { id: 'order', status: 'paid' },
};
const jobTask: TaskSnapshot = { ...orderTask, seq: 0, order: null };
const failedOrderTask: TaskSnapshot = { ...orderTask, order: { id: 'order', status: 'failed' } };
const lastError = 'a worker stopped or hung at notify_customer (2 times)';
const endedLease = { id: 'task', lease: 8, runAtMs: 99 } as const;

describe('Rescues', () => {
  test('A rescued task is ready at once, and its order does not change', () => {
    const rescuedTask = { ...endedLease, state: 'ready', attempts: 4, crashes: 2, lastError } as const;
    expect(planRescue(orderTask, 3, 99)).toEqual({ ...rescuedTask, seq: 6, order: null });
    expect(planRescue(jobTask, 3, 99)).toEqual({ ...rescuedTask, seq: 0, order: null });
  });

  test('The last crash makes the task failed, and its order too if it has one', () => {
    const failedTask = { ...endedLease, state: 'failed', attempts: 4, crashes: 2, lastError } as const;
    const history = { state: 'failed', detail: lastError };
    const order = { id: 'order', event: 'fail', status: 'failed', history } as const;
    expect(planRescue(orderTask, 2, 99)).toEqual({ ...failedTask, seq: 7, order });
    expect(planRescue(jobTask, 2, 99)).toEqual({ ...failedTask, seq: 0, order: null });
  });

  test('The last crash of a task whose order cannot fail throws', () => {
    expect(() => planRescue(failedOrderTask, 2, 99)).toThrow('failed cannot fail');
  });
});

describe('Retries of an operator', () => {
  test('A retried task is ready at once with no attempts, and its order is paid again', () => {
    const readyTask = { ...endedLease, state: 'ready', attempts: 0, crashes: 0, lastError: null } as const;
    const history = { state: 'retried', detail: null };
    const order = { id: 'order', event: 'retry', status: 'paid', history } as const;
    expect(planRetry(failedOrderTask, 99)).toEqual({ ...readyTask, seq: 7, order });
    expect(planRetry(jobTask, 99)).toEqual({ ...readyTask, seq: 0, order: null });
  });

  test('The retry of an order that did not fail throws', () => {
    expect(() => planRetry(orderTask, 99)).toThrow('paid cannot retry');
  });
});
