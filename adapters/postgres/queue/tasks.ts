import type { LockedTask } from '../../../core/queue.ts';
import { type ContactRow, contactOf, type OrderRow, orderOf } from '../rows.ts';

/** A locked row of `task` with one of its orders. */
export type TaskRow = OrderRow &
  ContactRow & {
    readonly task_id: string;
    readonly pipeline: string;
    readonly step: string;
    readonly attempts: number;
    /** The position of the order in its group. */
    readonly position: number;
    readonly order_seq: number;
    readonly run_ms: number;
  };

/** A locked task, and where a scan has found it. */
export type FoundTask = LockedTask & { readonly pipeline: string; readonly runMs: number };

/** The tasks in the order of their first rows. */
export const tasksOf = (rows: readonly TaskRow[]): readonly FoundTask[] =>
  [...Map.groupBy(rows, (row) => row.task_id).values()].flatMap((ofTask) => {
    const [first] = ofTask;
    return first === undefined ? [] : [taskOf(first, ofTask)];
  });

const taskOf = (
  { task_id: id, checkout_id: checkoutId, pipeline, step, attempts, run_ms: runMs }: TaskRow,
  rows: readonly TaskRow[],
): FoundTask => {
  if (checkoutId === null) throw new Error(`an order of the task ${id} has no checkout`);
  const orders = rows
    .toSorted((one, other) => one.position - other.position)
    .map((row) => ({ order: orderOf(row), contact: contactOf(row), seq: row.order_seq }));
  return { id, checkoutId, pipeline, step, attempts, runMs, orders };
};

/** Lists of numbers as `text[]`: an array of arrays would need lists of one length. Cast each to `integer[]`. */
export const seqTexts = (rows: readonly { readonly seqs: readonly number[] }[]): string[] =>
  rows.map(({ seqs }) => `{${seqs.join(',')}}`);
