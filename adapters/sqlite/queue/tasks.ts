import type { LockedTask } from '../../../core/queue.ts';
import type { Connection } from '../connection.ts';
import { contactOf, type OrderRow, orderOf } from '../rows.ts';
import { columnsOf, orders, type task } from '../schema.ts';
import { stepPausesColumn } from './pauses.ts';

/** A row of `task` as raw SQL reads it, if it is of a group. */
export type TaskRow = Pick<
  typeof task.$inferSelect,
  'pipeline' | 'step' | 'attempts' | 'crashes' | 'lease' | 'lastError' | 'runAtMs' | 'traceparent'
> & {
  readonly taskId: string;
  readonly checkoutId: string;
  /** JSON. */
  readonly orderIds: string;
  /** JSON. */
  readonly seqs: string;
};

const taskColumns = `
  t.id as taskId, t.checkout_id as checkoutId, t.order_ids as orderIds, t.seqs, t.pipeline, t.step, t.attempts,
  t.crashes, t.lease, t.last_error as lastError, t.run_ms as runAtMs, t.traceparent`;

/** A select without its conditions. */
export const selectTaskRows = `select ${taskColumns} from task t`;

/** The columns of a `TaskRow` with the pauses of the parameter `$pipeline`. */
export const taskColumnsWithPauses = `${taskColumns}, ${stepPausesColumn}`;

/** The orders of a task with the `seq` of each one's newest history row. Only the ids of the orders are read. */
export const orderSeqsOf = ({ orderIds, seqs }: Pick<TaskRow, 'orderIds' | 'seqs'>) => {
  const numbers: readonly number[] = JSON.parse(seqs);
  const ids: readonly string[] = JSON.parse(orderIds);
  return ids.map((id, index) => ({ order: { id }, seq: numbers[index] ?? 0 }));
};

/** Reads the orders of a task. Runs in the caller's transaction. */
export const createReadTask = ({ client }: Connection): ((row: TaskRow) => LockedTask) => {
  const byId = client.prepare<[string], OrderRow>(
    `select ${columnsOf(orders, 'o')} from orders o where o.id = ?`,
  );
  return (row) => ({
    id: row.taskId,
    checkoutId: row.checkoutId,
    step: row.step,
    attempts: row.attempts,
    orders: orderSeqsOf(row).map(({ order: { id }, seq }) => {
      const order = byId.get(id);
      if (order === undefined) throw new Error(`the order ${id} of the task ${row.taskId} does not exist`);
      return { order: orderOf(order), contact: contactOf(order), seq };
    }),
  });
};
