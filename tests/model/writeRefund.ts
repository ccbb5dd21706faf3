import { groupWithout } from '../../core/group.ts';
import { refundPipeline as pipeline } from '../../core/pipelines/refund.ts';
import type { Refund, RefundOrderChanges, RefundTaskChange } from '../../core/refund.ts';
import { stepKey } from '../../core/steps.ts';
import type { Caused } from '../../core/trace.ts';
import type { World } from '../../core/world.ts';
import { appendHistory } from './history.ts';
import { insertJob } from './jobs.ts';
import { rowOf, type Tables, type TaskRow, type Writes } from './tables.ts';
import { newTask, updateTask } from './transitions.ts';

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
    traceparent,
  }: Caused & {
    readonly key: string;
    readonly fingerprint: string;
    readonly taskId: string;
    readonly chargeReference?: string | null;
  },
): void => {
  writes.set(tables.refunds, refund.id, { refund, fingerprint, chargeReference, reference: null });
  writes.set(tables.refundIds, key, refund.id);
  insertJob(tables, writes, pipeline, { taskId, jobId: refund.id, traceparent }, refund.createdAtMs);
};

export const writeOrderChanges = (
  tables: Tables,
  writes: Writes,
  world: World,
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
  if (task !== undefined && taskChange !== null)
    changeTask(tables, writes, world, { task, orderId }, taskChange, nowMs);
};

const changeTask = (
  tables: Tables,
  writes: Writes,
  { ids }: World,
  { task, orderId }: { readonly task: TaskRow; readonly orderId: string },
  taskChange: RefundTaskChange,
  nowMs: number,
): void => {
  const { id, lease } = task;
  const others = groupWithout({ orderIds: task.orderIds, seqs: [] }, orderId);
  if (others !== null) updateTask(tables, writes, id, { orderIds: others.orderIds });
  switch (taskChange.kind) {
    case 'pause': {
      const { lastError } = taskChange;
      const ownId = ids.next(nowMs);
      const own = {
        ...task,
        ...newTask,
        id: ownId,
        orderIds: [orderId],
        state: 'paused',
        lastError,
      } as const;
      if (others !== null) {
        writes.set(tables.tasks, ownId, own);
        keepIntent(tables, writes, task, ownId);
      } else updateTask(tables, writes, id, { state: 'paused', lease: lease + 1, lastError });
      return;
    }
    case 'fail': {
      const { lastError, runAtMs } = taskChange;
      updateTask(tables, writes, id, { state: 'failed', runAtMs, lastError });
      return;
    }
    case 'delete':
      if (others === null) {
        writes.remove(tables.tasks, id);
        dropRequests(tables, writes, id);
      }
  }
};

/** Nobody will answer a request of the task any more, and it names the customer. */
const dropRequests = (tables: Tables, writes: Writes, taskId: string): void => {
  for (const [key, row] of tables.stepLedger)
    if (key.startsWith(`${taskId}.`) && row.body !== null)
      writes.set(tables.stepLedger, key, { ...row, body: null });
};

/** Where the group has asked a step service, the entry has no request, so that it is not asked again: see `Lease.body`. */
const keepIntent = (tables: Tables, writes: Writes, { id, step }: TaskRow, ownId: string): void => {
  const asked = tables.stepLedger.get(stepKey(id, step));
  if ((asked?.body ?? null) === null || asked === undefined) return;
  const { intendedMs } = asked;
  writes.set(tables.stepLedger, stepKey(ownId, step), { intendedMs, acceptedMs: null, body: null });
};

/** An order has at most one unfinished task. */
export const taskOf = (tables: Tables, orderId: string): TaskRow | undefined =>
  [...tables.tasks.values()].find((task) => task.orderIds.includes(orderId));

/** The sum of those refunds of an order for which `isCounted` is true. */
export const amountRefunded = (
  tables: Tables,
  orderId: string,
  isCounted: (refund: Refund) => boolean,
): number =>
  [...tables.refunds.values()]
    .filter(({ refund }) => refund.orderId === orderId && isCounted(refund))
    .reduce((sum, { refund }) => sum + refund.amount.amount, 0);
