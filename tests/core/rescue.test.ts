import { describe, expect, test } from 'bun:test';
import { planRescue, planRetry, type TaskSnapshot } from '../../core/rescue.ts';

const ofOrder: TaskSnapshot = {
  id: 'task',
  step: 'notify_customer',
  attempts: 4,
  crashes: 1,
  lease: 7,
  seq: 6,
  order: { id: 'order', status: 'paid' },
};
const ofJob: TaskSnapshot = { ...ofOrder, seq: 0, order: null };
const failed: TaskSnapshot = { ...ofOrder, order: { id: 'order', status: 'failed' } };
const lastError = 'a worker stopped or hung at notify_customer (2 times)';
const free = { id: 'task', lease: 8, runAtMs: 99, unfulfillable: false } as const;

describe('the plan of a rescue', () => {
  test('a task that may crash again is ready at once, and its order stays as it is', () => {
    const ready = { ...free, state: 'ready', attempts: 4, crashes: 2, lastError } as const;
    expect(planRescue(ofOrder, 3, 99)).toEqual({ ...ready, seq: 6, order: null });
    expect(planRescue(ofJob, 3, 99)).toEqual({ ...ready, seq: 0, order: null });
  });

  test('the last crash fails the task, and its order where it has one', () => {
    const gone = { ...free, state: 'failed', attempts: 4, crashes: 2, lastError } as const;
    const history = { state: 'failed', detail: lastError };
    const order = { id: 'order', event: 'fail', status: 'failed', history } as const;
    expect(planRescue(ofOrder, 2, 99)).toEqual({ ...gone, seq: 7, order });
    expect(planRescue(ofJob, 2, 99)).toEqual({ ...gone, seq: 0, order: null });
  });

  test('an order that cannot fail is a bug', () => {
    expect(() => planRescue(failed, 2, 99)).toThrow('failed cannot fail');
  });
});

describe('the plan of a retry', () => {
  test('the task is ready at once with a clean count, and its order is paid again', () => {
    const clean = { ...free, state: 'ready', attempts: 0, crashes: 0, lastError: null } as const;
    const history = { state: 'retried', detail: null };
    const order = { id: 'order', event: 'retry', status: 'paid', history } as const;
    expect(planRetry(failed, 99)).toEqual({ ...clean, seq: 7, order });
    expect(planRetry(ofJob, 99)).toEqual({ ...clean, seq: 0, order: null });
  });

  test('an order that did not fail cannot be retried', () => {
    expect(() => planRetry(ofOrder, 99)).toThrow('paid cannot retry');
  });
});
