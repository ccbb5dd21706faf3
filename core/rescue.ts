import type { Action, ActivityTarget } from './activity.ts';
import { type OrderEvent, type OrderStatus, orderStatusAfter } from './order.ts';
import { pipelineFor } from './pipelines/index.ts';
import { type StoredTaskState, type Task, taskStateAt } from './queue.ts';
import { isCompletedAt } from './steps.ts';
import { matchesFilter, type TaskFilter } from './taskFilter.ts';

/** A task with its orders, as an adapter reads it under lock. */
export type TaskSnapshot = Pick<Task, 'id' | 'pipeline' | 'step' | 'attempts' | 'crashes' | 'orderIds'> & {
  readonly lease: number;
  /** The `seq` of each order's newest history row, at the position of the order. */
  readonly seqs: readonly number[];
};

/** A task that an operator has named. */
export type NamedTask = TaskSnapshot &
  Pick<Task, 'lastError' | 'runAtMs'> & { readonly state: StoredTaskState };

/** What a rescue or retry changes. The task is then not leased. An adapter writes all of it in the same transaction. */
export type TaskChange = Pick<Task, 'id' | 'attempts' | 'crashes' | 'lastError' | 'runAtMs'> & {
  readonly state: 'ready' | 'failed';
  readonly lease: number;
  readonly seqs: readonly number[];
  /** The changes of the task's orders, each with its history row. Empty if they do not change. */
  readonly orders: readonly {
    readonly id: string;
    readonly seq: number;
    readonly event: OrderEvent;
    readonly status: OrderStatus;
    readonly history: { readonly state: string; readonly detail: string | null };
  }[];
};

/** A worker stopped or hung during the task's lease. Another worker may try it, unless `crashesMax` workers have. */
export const planRescue = (task: TaskSnapshot, crashesMax: number, nowMs: number): TaskChange => {
  const crashes = task.crashes + 1;
  const fails = crashes >= crashesMax;
  const lastError = `a worker stopped or hung at ${task.step} (${crashes} times)`;
  return {
    ...endedLease(task, nowMs),
    ...(fails ? orderChanges(task, 'fail', { state: 'failed', detail: lastError }) : noOrderChanges(task)),
    state: fails ? 'failed' : 'ready',
    attempts: task.attempts,
    crashes,
    lastError,
  };
};

/** A retry of one task, and what the activity says about it. */
export type Retry = {
  readonly change: TaskChange;
  readonly action: Extract<Action, 'task.retry' | 'task.run'>;
  readonly targets: readonly ActivityTarget[];
};

/**
 * An operator retries a task. A failed one runs its step again, with all its attempts. A waiting one runs now, with the
 * attempts that it has left. Null if the task has neither state, or is none that the filter means.
 */
export const planRetry = (task: NamedTask, nowMs: number, filter?: TaskFilter): Retry | null => {
  if (filter !== undefined && !matchesFilter(task, filter, nowMs)) return null;
  const state = taskStateAt(task, nowMs);
  if (state === 'failed')
    return { change: planResumption(task, nowMs), action: 'task.retry', targets: targetsOf(task, task.step) };
  if (state !== 'waiting') return null;
  const { attempts, crashes, lastError } = task;
  const change = {
    ...endedLease(task, nowMs),
    ...noOrderChanges(task),
    ...({ state: 'ready', attempts, crashes, lastError } as const),
  };
  return { change, action: 'task.run', targets: targetsOf(task, task.step) };
};

/**
 * Takes a task from its worker, if it has one, and makes it ready as if its step had not been tried. If it had failed, its
 * orders are `paid` again.
 */
export const planResumption = (task: NamedTask, nowMs: number): TaskChange => ({
  ...endedLease(task, nowMs),
  ...(task.state === 'failed'
    ? orderChanges(task, 'retry', { state: 'retried', detail: null })
    : noOrderChanges(task)),
  state: 'ready',
  attempts: 0,
  crashes: 0,
  lastError: null,
});

/** What the activity says about a task: one row for each of its orders, because each timeline shows it. */
export const targetsOf = (
  { id, orderIds }: Pick<TaskSnapshot, 'id' | 'orderIds'>,
  detail: string,
): readonly ActivityTarget[] =>
  (orderIds.length === 0 ? [null] : orderIds).map((orderId) => ({ target: id, orderId, detail }));

/** Raises the fencing token, so that a report of a worker that still has the old lease changes nothing. */
const endedLease = ({ id, lease }: TaskSnapshot, nowMs: number) =>
  ({ id, lease: lease + 1, runAtMs: nowMs }) as const;

const noOrderChanges = ({ seqs }: TaskSnapshot) => ({ seqs, orders: [] });

/** A job has no orders, and orders that are completed keep their status. */
const orderChanges = (
  task: TaskSnapshot,
  event: 'fail' | 'retry',
  history: { readonly state: string; readonly detail: string | null },
): Pick<TaskChange, 'seqs' | 'orders'> => {
  const { pipeline, step, orderIds } = task;
  if (orderIds.length === 0 || isCompletedAt(pipelineFor(pipeline), step)) return noOrderChanges(task);
  const seqs = task.seqs.map((seq) => seq + 1);
  return {
    seqs,
    orders: orderIds.map((id, index) => ({
      id,
      seq: seqs[index] ?? 0,
      event,
      status: orderStatusAfter[event],
      history,
    })),
  };
};
