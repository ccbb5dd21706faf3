import { refundPipeline as pipeline } from '../../core/pipelines/refund.ts';
import type { Refund, RefundOrderChanges, RefundTaskChange } from '../../core/refund.ts';
import { appendHistory } from './history.ts';
import { insertJob } from './jobs.ts';
import { rowOf, type Tables, type TaskRow, type Writes } from './tables.ts';
import { updateTask } from './transitions.ts';

/** Writes a new refund and its task. */
export const insertRefund = (
  tables: Tables,
  writes: Writes,
  refund: Refund,
  {
    key,
    fingerprint,
    taskId,
    chargeReference = null,
  }: {
    readonly key: string;
    readonly fingerprint: string;
    readonly taskId: string;
    readonly chargeReference?: string | null;
  },
): void => {
  writes.set(tables.refunds, refund.id, { refund, fingerprint, chargeReference, reference: null });
  writes.set(tables.refundIds, key, refund.id);
  insertJob(tables, writes, pipeline, { taskId, jobId: refund.id }, refund.createdAtMs);
};

export const writeOrderChanges = (
  tables: Tables,
  writes: Writes,
  orderId: string,
  { history, status, task: taskChange }: RefundOrderChanges,
  nowMs: number,
): void => {
  for (const row of history) appendHistory(tables, writes, orderId, row, nowMs);
  if (status !== null) {
    const row = rowOf(tables.orders, orderId);
    writes.set(tables.orders, orderId, { ...row, order: { ...row.order, status, updatedAtMs: nowMs } });
  }
  const task = taskOf(tables, orderId);
  if (task !== undefined && taskChange !== null) changeTask(tables, writes, task, taskChange);
};

const changeTask = (
  tables: Tables,
  writes: Writes,
  { id, lease }: TaskRow,
  taskChange: RefundTaskChange,
): void => {
  switch (taskChange.kind) {
    case 'pause': {
      const { lastError } = taskChange;
      updateTask(tables, writes, id, { state: 'paused', lease: lease + 1, lastError });
      return;
    }
    case 'fail': {
      const { lastError, runAtMs } = taskChange;
      updateTask(tables, writes, id, { state: 'failed', runAtMs, lastError });
      return;
    }
    case 'delete':
      writes.remove(tables.tasks, id);
  }
};

/** An order has at most one unfinished task. */
export const taskOf = (tables: Tables, orderId: string): TaskRow | undefined =>
  [...tables.tasks.values()].find((task) => task.orderId === orderId);

/** The sum of those refunds of an order for which `isCounted` is true. */
export const amountRefunded = (
  tables: Tables,
  orderId: string,
  isCounted: (refund: Refund) => boolean,
): number =>
  [...tables.refunds.values()]
    .filter(({ refund }) => refund.orderId === orderId && isCounted(refund))
    .reduce((sum, { refund }) => sum + refund.amount.amount, 0);
