import type { ActivityTarget } from './activity.ts';
import { type OrderEvent, type OrderStatus, requireNextOrderStatus } from './order.ts';
import type { Task } from './queue.ts';

/** A task and its order, as an adapter reads them under lock. */
export type TaskSnapshot = Pick<Task, 'id' | 'step' | 'attempts' | 'crashes'> & {
  readonly lease: number;
  /** The `seq` of the order's newest history row. 0 for a job. */
  readonly seq: number;
  /** Null for a job. */
  readonly order: { readonly id: string; readonly status: OrderStatus } | null;
};

/** What a rescue or retry changes. The task is then not leased. An adapter writes all of it in the same transaction. */
export type TaskChange = Pick<Task, 'id' | 'attempts' | 'crashes' | 'lastError' | 'runAtMs'> & {
  readonly state: 'ready' | 'failed';
  readonly lease: number;
  readonly seq: number;
  /** The order's change and history row (its `seq` is that of the task). Null if the order does not change. */
  readonly order: {
    readonly id: string;
    readonly event: OrderEvent;
    readonly status: OrderStatus;
    readonly history: { readonly state: string; readonly detail: string | null };
  } | null;
};

/** A worker stopped or hung during the task's lease. Another worker may try it, unless `crashesMax` workers have. */
export const planRescue = (task: TaskSnapshot, crashesMax: number, nowMs: number): TaskChange => {
  const crashes = task.crashes + 1;
  const fails = crashes >= crashesMax;
  const lastError = `a worker stopped or hung at ${task.step} (${crashes} times)`;
  return {
    ...endedLease(task, nowMs),
    ...(fails ? orderChange(task, 'fail', { state: 'failed', detail: lastError }) : noOrderChange(task)),
    state: fails ? 'failed' : 'ready',
    attempts: task.attempts,
    crashes,
    lastError,
  };
};

/** An operator retries a failed task: its step runs again, with all its attempts. */
export const planRetry = (task: TaskSnapshot, nowMs: number): TaskChange => ({
  ...endedLease(task, nowMs),
  ...orderChange(task, 'retry', { state: 'retried', detail: null }),
  state: 'ready',
  attempts: 0,
  crashes: 0,
  lastError: null,
});

/** What the activity says about a retried task. */
export const retryTarget = ({ id, step, order }: TaskSnapshot): ActivityTarget => ({
  target: id,
  orderId: order?.id ?? null,
  detail: step,
});

/** Raises the fencing token, so that a report of a worker that still has the old lease changes nothing. */
const endedLease = ({ id, lease }: TaskSnapshot, nowMs: number) =>
  ({ id, lease: lease + 1, runAtMs: nowMs }) as const;

const noOrderChange = ({ seq }: TaskSnapshot) => ({ seq, order: null });

/** A job has no order, and so no history. */
const orderChange = (
  task: TaskSnapshot,
  event: OrderEvent,
  history: { readonly state: string; readonly detail: string | null },
): Pick<TaskChange, 'seq' | 'order'> => {
  if (task.order === null) return noOrderChange(task);
  const { id, status } = task.order;
  return {
    seq: task.seq + 1,
    order: { id, event, status: requireNextOrderStatus(status, event), history },
  };
};
