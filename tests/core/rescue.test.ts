import { describe, expect, test } from 'bun:test';
import { type NamedTask, planRescue, planRetry, type TaskSnapshot } from '../../core/rescue.ts';

const groupTask: TaskSnapshot = {
  id: 'task',
  pipeline: 'physical',
  step: 'request_shipment',
  attempts: 4,
  crashes: 1,
  lease: 7,
  orderIds: ['a', 'b'],
  seqs: [6, 9],
};
const jobTask: TaskSnapshot = {
  ...groupTask,
  pipeline: 'refund',
  step: 'refund_charge',
  orderIds: [],
  seqs: [],
};
const noticeTask: TaskSnapshot = { ...groupTask, step: 'notify_customer' };
const oldTask: TaskSnapshot = { ...groupTask, step: 'of an older release' };
const failed = (task: TaskSnapshot): NamedTask => ({
  ...task,
  ...{ state: 'failed', runAtMs: 50, lastError: 'busy' },
});
const endedLease = { id: 'task', lease: 8, runAtMs: 99 } as const;
const errorAt = (step: string) => `a worker stopped or hung at ${step} (2 times)`;

describe('Rescues', () => {
  test('A rescued task is ready at once, and its orders do not change', () => {
    const rescued = { ...endedLease, state: 'ready', attempts: 4, crashes: 2 } as const;
    for (const task of [groupTask, jobTask, noticeTask]) {
      const lastError = errorAt(task.step);
      expect(planRescue(task, 3, 99)).toEqual({ ...rescued, lastError, seqs: task.seqs, orders: [] });
    }
  });

  test('The last crash makes the task failed, and each of its orders', () => {
    const failed = { ...endedLease, state: 'failed', attempts: 4, crashes: 2 } as const;
    for (const task of [groupTask, oldTask]) {
      const lastError = errorAt(task.step);
      const change = {
        event: 'fail',
        status: 'failed',
        history: { state: 'failed', detail: lastError },
      } as const;
      const orders = [
        { id: 'a', seq: 7, ...change },
        { id: 'b', seq: 10, ...change },
      ];
      expect(planRescue(task, 2, 99)).toEqual({ ...failed, lastError, seqs: [7, 10], orders });
    }
    expect(planRescue(jobTask, 2, 99)).toMatchObject({ state: 'failed', seqs: [], orders: [] });
  });

  test('The last crash of a notice keeps nothing from orders that are completed', () => {
    expect(planRescue(noticeTask, 2, 99)).toMatchObject({ state: 'failed', seqs: [6, 9], orders: [] });
  });
});

describe('Retries of an operator', () => {
  test('A retried task is ready at once with no attempts, and its orders are paid again', () => {
    const ready = { ...endedLease, state: 'ready', attempts: 0, crashes: 0, lastError: null } as const;
    const change = { event: 'retry', status: 'paid', history: { state: 'retried', detail: null } } as const;
    const orders = [
      { id: 'a', seq: 7, ...change },
      { id: 'b', seq: 10, ...change },
    ];
    expect(planRetry(failed(groupTask), 99)?.change).toEqual({ ...ready, seqs: [7, 10], orders });
    expect(planRetry(failed(jobTask), 99)?.change).toEqual({ ...ready, seqs: [], orders: [] });
  });

  test('The retry of a notice leaves its orders completed', () => {
    const change = { state: 'ready', seqs: [6, 9], orders: [] };
    expect(planRetry(failed(noticeTask), 99)).toMatchObject({ action: 'task.retry', change });
  });

  test('A waiting task runs now, and keeps its attempts and its error', () => {
    const waiting = { ...failed(groupTask), state: 'ready', runAtMs: 100 } as const;
    expect(planRetry(waiting, 99)).toEqual({
      action: 'task.run',
      change: {
        ...{ ...endedLease, state: 'ready', attempts: 4, crashes: 1, lastError: 'busy' },
        ...{ seqs: [6, 9], orders: [] },
      },
      targets: ['a', 'b'].map((orderId) => ({ target: 'task', orderId, detail: 'request_shipment' })),
    });
    expect(planRetry(waiting, 100)).toBeNull();
  });

  test('A task that runs or that a refund has paused is not retried', () => {
    for (const state of ['running', 'paused'] as const)
      expect(planRetry({ ...failed(groupTask), state }, 99)).toBeNull();
  });

  test('A retry by a filter leaves out a task that the filter does not mean', () => {
    const filter = {
      state: 'failed',
      pipeline: 'physical',
      step: 'request_shipment',
      error: 'busy',
    } as const;
    expect(planRetry(failed(groupTask), 99, filter)).not.toBeNull();
    for (const other of [{ state: 'waiting' }, { pipeline: 'digital' }, { step: 'invoice' }, { error: 'no' }])
      expect(planRetry(failed(groupTask), 99, { ...filter, ...other } as typeof filter)).toBeNull();
  });
});
