import { type OrderEvent, type OrderStatus, statusAfter } from './order.ts';
import type { Task } from './queue.ts';

/** A task under lock, and its order, from which it is decided how the task goes on. */
export type TaskSnapshot = Pick<Task, 'id' | 'step' | 'attempts' | 'crashes'> & {
  readonly lease: number;
  /** The `seq` of the order's newest history row; 0 for a job. */
  readonly seq: number;
  /** Null for a job. */
  readonly order: { readonly id: string; readonly status: OrderStatus } | null;
};

/** How a task goes on; nobody holds it. An adapter writes all of this, in the transaction of the snapshot. */
export type TaskChange = Pick<Task, 'id' | 'attempts' | 'crashes' | 'lastError' | 'runAtMs'> & {
  readonly state: 'ready' | 'failed';
  readonly lease: number;
  readonly seq: number;
  /** An effect refused it: the order cannot be had. */
  readonly unfulfillable: boolean;
  /** What happens to the order, and its history row, whose `seq` is that of the task; null where nothing does. */
  readonly order: {
    readonly id: string;
    readonly event: OrderEvent;
    readonly status: OrderStatus;
    readonly history: { readonly state: string; readonly detail: string | null };
  } | null;
};

/** A worker stopped or hung while it held the task: another may try, or nobody after `crashesMax` of them. */
export const planRescue = (task: TaskSnapshot, crashesMax: number, nowMs: number): TaskChange => {
  const crashes = task.crashes + 1;
  const fails = crashes >= crashesMax;
  const lastError = `a worker stopped or hung at ${task.step} (${crashes} times)`;
  return {
    ...free(task, nowMs),
    ...(fails ? orderChange(task, 'fail', { state: 'failed', detail: lastError }) : sameOrder(task)),
    state: fails ? 'failed' : 'ready',
    attempts: task.attempts,
    crashes,
    lastError,
  };
};

/** An operator sends a failed task on: its step is tried anew. */
export const planRetry = (task: TaskSnapshot, nowMs: number): TaskChange => ({
  ...free(task, nowMs),
  ...orderChange(task, 'retry', { state: 'retried', detail: null }),
  state: 'ready',
  attempts: 0,
  crashes: 0,
  lastError: null,
});

/** The lease is raised, so that a worker that still holds the task changes nothing any more. */
const free = ({ id, lease }: TaskSnapshot, nowMs: number) =>
  ({ id, lease: lease + 1, runAtMs: nowMs, unfulfillable: false }) as const;

const sameOrder = ({ seq }: TaskSnapshot) => ({ seq, order: null });

/** A job has no order, so that its task has no history to count. */
const orderChange = (
  task: TaskSnapshot,
  event: OrderEvent,
  history: { readonly state: string; readonly detail: string | null },
): Pick<TaskChange, 'seq' | 'order'> => {
  if (task.order === null) return sameOrder(task);
  const { id, status } = task.order;
  return { seq: task.seq + 1, order: { id, event, status: statusAfter(status, event), history } };
};
