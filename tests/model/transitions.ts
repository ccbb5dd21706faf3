import type { Transitions } from '../../core/steps.ts';
import { appendHistory, applyOrderEvent } from './history.ts';
import { countFinished } from './queueHistory.ts';
import { sellUnits } from './stock.ts';
import { rowOf, type Tables, type TaskRow, type Writes } from './tables.ts';

/** Writes what a run of steps changes. */
export const writeTransitions = (
  tables: Tables,
  writes: Writes,
  transitions: Transitions,
  nowMs: number,
): void => {
  for (const row of transitions.history) appendHistory(tables, writes, row.orderId, row, nowMs);

  for (const { taskId, step, parked } of transitions.advanced) {
    const state = parked ? 'parked' : 'ready';
    const isSameStep = rowOf(tables.tasks, taskId).step === step;
    const changes = isSameStep ? {} : { ...untriedStep, step, runAtMs: nowMs };
    updateTask(tables, writes, taskId, { ...changes, state });
  }

  for (const { taskId, error } of transitions.parked)
    updateTask(tables, writes, taskId, { state: 'parked', runAtMs: nowMs, lastError: error });

  for (const { taskId, runAtMs, error } of transitions.waiting) {
    const attempts = rowOf(tables.tasks, taskId).attempts + 1;
    updateTask(tables, writes, taskId, { state: 'ready', attempts, runAtMs, lastError: error });
  }

  for (const { orderId } of transitions.completed) {
    const { product } = applyOrderEvent(tables, writes, orderId, 'complete', nowMs);
    sellUnits(tables, writes, product.id, rowOf(tables.orders, orderId).held);
  }

  for (const { taskId } of transitions.finished) {
    countFinished(tables, writes, rowOf(tables.tasks, taskId).pipeline, nowMs);
    writes.remove(tables.tasks, taskId);
  }

  for (const { taskId, orders, step, error } of transitions.failed) {
    const task = rowOf(tables.tasks, taskId);
    const attempts = (task.step === step ? task.attempts : 0) + 1;
    updateTask(tables, writes, taskId, { state: 'failed', step, attempts, lastError: error });
    for (const { orderId } of orders) applyOrderEvent(tables, writes, orderId, 'fail', nowMs);
  }
};

/** The fields of a task whose current step has not been tried. */
export const untriedStep = { attempts: 0, crashes: 0, lastError: null } as const;

/** The fields of a task that no worker has claimed. */
export const newTask = { ...untriedStep, state: 'ready', lease: 0, leaseUntilMs: 0 } as const;

export const updateTask = (
  tables: Tables,
  writes: Writes,
  taskId: string,
  changes: Partial<TaskRow>,
): TaskRow => {
  const task = { ...rowOf(tables.tasks, taskId), ...changes };
  writes.set(tables.tasks, taskId, task);
  return task;
};
