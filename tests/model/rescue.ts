import { failedInRescue } from '../../core/claimedTasks.ts';
import {
  type NamedTask,
  planRescue,
  planRetry,
  type Retry,
  type TaskChange,
  type TaskSnapshot,
} from '../../core/rescue.ts';
import type { StepFailure } from '../../core/stepFailure.ts';
import type { TaskFilter } from '../../core/taskFilter.ts';
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
): readonly StepFailure[] => {
  const snapshot = snapshotOf(tables, task);
  const change = planRescue(snapshot, crashesMax, nowMs);
  writeChange(tables, writes, change, nowMs);
  return failedInRescue([snapshot], [change]);
};

/** See `OperatorQueue.retry`. Null if nothing changes. */
export const retryTask = (
  tables: Tables,
  writes: Writes,
  task: TaskRow,
  nowMs: number,
  filter?: TaskFilter,
): Retry | null => {
  const retry = planRetry(namedTaskOf(tables, task), nowMs, filter);
  if (retry !== null) writeChange(tables, writes, retry.change, nowMs);
  return retry;
};

export const namedTaskOf = (tables: Tables, task: TaskRow): NamedTask => {
  const { state, runAtMs, lastError } = task;
  return { ...snapshotOf(tables, task), state, runAtMs, lastError };
};

const snapshotOf = (
  tables: Tables,
  { id, pipeline, orderIds, step, attempts, crashes, lease }: TaskRow,
): TaskSnapshot => {
  const seqs = orderIds.map((orderId) => rowOf(tables.histories, orderId).length);
  return { id, pipeline, orderIds, step, attempts, crashes, lease, seqs };
};

export const writeChange = (
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
