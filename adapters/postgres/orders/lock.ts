import { err, ok } from 'neverthrow';
import type { Group } from '../../../core/group.ts';
import type { Order } from '../../../core/order.ts';
import type { StoredTaskState } from '../../../core/queue.ts';
import type { AsyncResult } from '../../../core/result.ts';
import { orderColumns } from '../columns.ts';
import { inTransaction, type Sql, type Transaction } from '../connection.ts';
import { type OrderRow, orderOf } from '../rows.ts';

/** An order that nobody else can change until this transaction ends. */
export type LockedOrder = {
  readonly order: Order;
  /** The task that has it; null if its pipeline has ended. */
  readonly task: (Group & { readonly id: string }) | null;
  /** A refund of all that was paid has paused the task. */
  readonly paused: boolean;
  /** The `seq` of the newest history row. The task has it if there is one, otherwise the order. */
  readonly seq: number;
};

/** `work` returns this if its rows are out of date. It must run again on newer rows. */
export const stale = Symbol('stale');

/**
 * Runs `work` in one transaction that locks the order. Runs it again for as long as it returns `stale`. `lockFirst` locks
 * what comes before the task and the order, such as a payment.
 */
export const withLockedOrder = async <T>(
  sql: Sql,
  orderId: string,
  work: (tx: Transaction, locked: LockedOrder | null) => Promise<T | typeof stale>,
  lockFirst?: (tx: Transaction) => Promise<void>,
): AsyncResult<T> => {
  for (;;) {
    const done = await inTransaction(sql, async (tx) => {
      await lockFirst?.(tx);
      const locked = await lock(tx, orderId);
      return locked === stale ? stale : work(tx, locked);
    });
    if (done.isErr()) return err(done.error);
    if (done.value !== stale) return ok(done.value);
  }
};

/** As `withLockedOrder`, for several orders: `work` gets the locked ones in the order of their ids. */
export const withLockedOrders = async <T>(
  sql: Sql,
  readIds: (tx: Transaction) => Promise<readonly string[]>,
  work: (tx: Transaction, locked: readonly LockedOrder[]) => Promise<T | typeof stale>,
): AsyncResult<T> => {
  for (;;) {
    const done = await inTransaction(sql, async (tx) => {
      const locked: LockedOrder[] = [];
      const ids = (await readIds(tx)).toSorted();
      await lockTasks(tx, ids);
      for (const id of ids) {
        const order = await lock(tx, id);
        if (order === stale) return stale;
        if (order !== null) locked.push(order);
      }
      return work(tx, locked);
    });
    if (done.isErr()) return err(done.error);
    if (done.value !== stale) return ok(done.value);
  }
};

/**
 * Locks all tasks of the orders, by their ids, before any order. A group has several orders, and a worker locks its task
 * once: task by task and order by order, we would wait for a worker that waits for us.
 */
const lockTasks = async (tx: Transaction, orderIds: readonly string[]): Promise<void> => {
  await tx`
    select id from task
    where checkout_id = any(array(select checkout_id from orders where id = any(${orderIds as string[]}::uuid[])))
    order by id
    for update`;
};

/**
 * Appends rows to the history of a locked order. Returns the `seq` of the last row before the statement has run, so
 * that the next statements of the transaction can be sent with it.
 */
export const appendHistory = (
  tx: Transaction,
  { order, task, seq: before }: LockedOrder,
  rows: readonly { readonly state: string; readonly detail: string | null }[],
  nowMs: number,
): { readonly seq: number; readonly written: Promise<unknown> } => {
  const seq = before + rows.length;
  const taskId = task?.id ?? null;
  const position = 1 + (task?.orderIds.indexOf(order.id) ?? 0);
  const written = tx`
    with appended as (
      insert into order_state (order_id, seq, state, at_ms, detail)
      select ${order.id}::uuid, ${before}::integer + h.number, h.state, ${nowMs}::bigint, h.detail
      from unnest(
        ${rows.map(({ state }) => state)}::text[],
        ${rows.map(({ detail }) => detail)}::text[]
      ) with ordinality as h(state, detail, number)
    ), counted as (
      update task set seqs[${position}] = ${seq} where id = ${taskId}
    )
    update orders set seq = ${seq} where id = ${order.id} and ${taskId}::uuid is null`.execute();
  return { seq, written };
};

/**
 * Lock order: task, then order, as workers do; the reverse would deadlock. The statements are sent together, and each
 * sees what was committed while the one before it waited. If a task has appeared after the first statement, we do not
 * wait for it while we hold the order's lock: the result is `stale`.
 */
export const lock = async (tx: Transaction, orderId: string): Promise<LockedOrder | null | typeof stale> => {
  const [[task], [row], [appeared]] = await Promise.all([
    tx<LockedTaskRow[]>`
      select id, order_ids, seqs, state from task where ${hasOrder(tx, orderId)} for update`.execute(),
    tx<(OrderRow & { seq: number })[]>`
      select ${orderColumns(tx, 'o')}, o.seq from orders o where o.id = ${orderId} for update`.execute(),
    tx<{ id: string }[]>`select id from task where ${hasOrder(tx, orderId)}`,
  ]);
  if (row === undefined) return null;
  // The order may also have left its group for a task of its own.
  if (appeared !== undefined && appeared.id !== task?.id) return stale;
  return {
    order: orderOf(row),
    task: task === undefined ? null : { id: task.id, orderIds: task.order_ids, seqs: task.seqs },
    paused: task?.state === 'paused',
    seq: task?.seqs[task.order_ids.indexOf(orderId)] ?? row.seq,
  };
};

/** The index finds the tasks of the order's checkout. */
const hasOrder = (tx: Transaction, orderId: string) => tx`
  checkout_id = (select checkout_id from orders where id = ${orderId}) and ${orderId}::uuid = any(order_ids)`;

type LockedTaskRow = {
  readonly id: string;
  readonly order_ids: readonly string[];
  readonly seqs: readonly number[];
  readonly state: StoredTaskState;
};
