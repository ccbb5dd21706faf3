import type { StepPause } from '../../../core/pause.ts';
import type { LockedTask } from '../../../core/queue.ts';
import { type ContactRow, contactOf, type OrderRow, orderOf } from '../rows.ts';
import type { StepPausesColumn } from './pauses.ts';

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
    readonly is_newest: boolean;
    readonly pauses: StepPausesColumn;
  };

/** A locked task, and where a scan has found it. */
export type FoundTask = LockedTask & {
  readonly pipeline: string;
  readonly runMs: number;
  readonly isNewest: boolean;
  /** Of the steps of its pipeline. */
  readonly pauses: readonly StepPause[];
};

/** The tasks in the order of their first rows. */
export const tasksOf = (rows: readonly TaskRow[]): readonly FoundTask[] => {
  const rowsOf = new Map<string, TaskRow[]>();
  for (const row of rows) {
    const ofTask = rowsOf.get(row.task_id);
    if (ofTask === undefined) rowsOf.set(row.task_id, [row]);
    else ofTask.push(row);
  }
  return [...rowsOf.values()].map(taskOf);
};

const taskOf = (rows: readonly TaskRow[]): FoundTask => {
  const sorted = rows.length > 1 ? rows.toSorted((one, other) => one.position - other.position) : rows;
  const [first] = sorted;
  const checkoutId = first?.checkout_id ?? null;
  if (first === undefined || checkoutId === null) throw new Error('an order of a task has no checkout');
  return {
    id: first.task_id,
    checkoutId,
    pipeline: first.pipeline,
    step: first.step,
    attempts: first.attempts,
    runMs: first.run_ms,
    isNewest: first.is_newest,
    pauses: first.pauses ?? [],
    orders: sorted.map((row) => ({ order: orderOf(row), contact: contactOf(row), seq: row.order_seq })),
  };
};

/** Lists of numbers as `text[]`: an array of arrays would need lists of one length. Cast each to `integer[]`. */
export const seqTexts = (rows: readonly { readonly seqs: readonly number[] }[]): string[] =>
  rows.map(({ seqs }) => `{${seqs.join(',')}}`);
