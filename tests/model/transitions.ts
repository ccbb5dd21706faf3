import type { Transitions } from '../../core/steps.ts';
import { leave, move } from './history.ts';
import { rowOf, type Tables, type TaskRow, type Writes } from './tables.ts';

/** Writes down what a run of steps changed. */
export const writeTransitions = (tables: Tables, writes: Writes, moves: Transitions, nowMs: number): void => {
  for (const row of moves.history) leave(tables, writes, row.orderId, row, nowMs);

  for (const { taskId, step } of moves.moved)
    change(tables, writes, taskId, { ...cleanTask, state: 'ready', step, runAtMs: nowMs });

  for (const { taskId, runAtMs, error } of moves.waiting) {
    const attempts = rowOf(tables.tasks, taskId).attempts + 1;
    change(tables, writes, taskId, { state: 'ready', attempts, runAtMs, lastError: error });
  }

  for (const { taskId, orderId } of moves.completed) {
    writes.remove(tables.tasks, taskId);
    writes.set(tables.finished, nowMs, (tables.finished.get(nowMs) ?? 0) + 1);
    move(tables, writes, orderId, 'complete', nowMs);
  }

  for (const { taskId, orderId, step, error, refused } of moves.failed) {
    const task = rowOf(tables.tasks, taskId);
    const attempts = (task.step === step ? task.attempts : 0) + 1;
    change(tables, writes, taskId, {
      state: 'failed',
      step,
      attempts,
      lastError: error,
      unfulfillable: refused,
    });
    move(tables, writes, orderId, 'fail', nowMs);
  }
};

/** Of a task that has not tried its step yet. */
export const cleanTask = { attempts: 0, crashes: 0, lastError: null, unfulfillable: false } as const;

/** Of a task that nobody has taken yet. */
export const freshTask = { ...cleanTask, state: 'ready', lease: 0, leaseUntilMs: 0 } as const;

export const change = (
  tables: Tables,
  writes: Writes,
  taskId: string,
  changes: Partial<TaskRow>,
): TaskRow => {
  const task = { ...rowOf(tables.tasks, taskId), ...changes };
  writes.set(tables.tasks, taskId, task);
  return task;
};
