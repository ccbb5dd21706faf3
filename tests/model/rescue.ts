import type { ActivityTarget } from '../../core/activity.ts';
import {
  planRescue,
  planRetry,
  retryTargets,
  type TaskChange,
  type TaskSnapshot,
} from '../../core/rescue.ts';
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
export const retryTask = (
  tables: Tables,
  writes: Writes,
  task: TaskRow,
  nowMs: number,
): readonly ActivityTarget[] => {
  const snapshot = snapshotOf(tables, task);
  write(tables, writes, planRetry(snapshot, nowMs), nowMs);
  return retryTargets(snapshot);
};

const snapshotOf = (
  tables: Tables,
  { id, pipeline, orderIds, step, attempts, crashes, lease }: TaskRow,
): TaskSnapshot => {
  const seqs = orderIds.map((orderId) => rowOf(tables.histories, orderId).length);
  return { id, pipeline, orderIds, step, attempts, crashes, lease, seqs };
};

const write = (
  tables: Tables,
  writes: Writes,
  { id, orders, seqs: _, ...changes }: TaskChange,
  nowMs: number,
): void => {
  updateTask(tables, writes, id, changes);
  for (const order of orders) {
    appendHistory(tables, writes, order.id, { ...order.history, seq: order.seq }, nowMs);
    applyOrderEvent(tables, writes, order.id, order.event, nowMs);
  }
};
