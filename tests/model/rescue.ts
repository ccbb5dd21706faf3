import type { ActivityTarget } from '../../core/activity.ts';
import { planRescue, planRetry, retryTarget, type TaskChange, type TaskSnapshot } from '../../core/rescue.ts';
import { appendHistory, applyOrderEvent } from './history.ts';
import { rowOf, type Tables, type TaskRow, type Writes } from './tables.ts';
import { updateTask } from './transitions.ts';

/** See `Queue.rescue`. */
export const rescueTask = (
  tables: Tables,
  writes: Writes,
  task: TaskRow,
  crashesMax: number,
  nowMs: number,
): void => {
  write(tables, writes, planRescue(snapshotOf(tables, task), crashesMax, nowMs), nowMs);
};

/** See `Queue.retry`. */
export const retryTask = (tables: Tables, writes: Writes, task: TaskRow, nowMs: number): ActivityTarget => {
  const snapshot = snapshotOf(tables, task);
  write(tables, writes, planRetry(snapshot, nowMs), nowMs);
  return retryTarget(snapshot);
};

const snapshotOf = (
  tables: Tables,
  { id, orderId, step, attempts, crashes, lease }: TaskRow,
): TaskSnapshot => {
  const task = { id, step, attempts, crashes, lease };
  if (orderId === null) return { ...task, seq: 0, order: null };
  const { status } = rowOf(tables.orders, orderId).order;
  return { ...task, seq: rowOf(tables.histories, orderId).length, order: { id: orderId, status } };
};

const write = (
  tables: Tables,
  writes: Writes,
  { id, order, seq, ...changes }: TaskChange,
  nowMs: number,
): void => {
  updateTask(tables, writes, id, changes);
  if (order === null) return;
  appendHistory(tables, writes, order.id, { ...order.history, seq }, nowMs);
  applyOrderEvent(tables, writes, order.id, order.event, nowMs);
};
