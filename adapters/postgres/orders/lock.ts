import { err, ok } from 'neverthrow';
import type { Order } from '../../../core/order.ts';
import type { StoredTaskState } from '../../../core/queue.ts';
import type { AsyncResult } from '../../../core/result.ts';
import { orderColumns } from '../columns.ts';
import { inTransaction, type Sql, type Transaction } from '../connection.ts';
import { type OrderRow, orderOf } from '../rows.ts';

/** An order that nobody else changes until this transaction ends. */
export type LockedOrder = {
  readonly order: Order;
  /** Its task; null where its pipeline has ended. */
  readonly taskId: string | null;
  /** A refund of all that was paid holds the task. */
  readonly paused: boolean;
  /** Of its newest history row, whoever counts it: the task where there is one, else the order. */
  readonly seq: number;
};

/** What `work` answers where it came too late, and has to be done again on newer rows. */
export const stale = Symbol('overtaken');

/** Runs `work` in one transaction that holds the order, and again for as long as it was overtaken. */
export const withLockedOrder = async <T>(
  sql: Sql,
  orderId: string,
  work: (tx: Transaction, locked: LockedOrder | null) => Promise<T | typeof stale>,
): AsyncResult<T> => {
  for (;;) {
    const done = await inTransaction(sql, async (tx) => {
      const locked = await lock(tx, orderId);
      return locked === stale ? stale : work(tx, locked);
    });
    if (done.isErr()) return err(done.error);
    if (done.value !== stale) return ok(done.value);
  }
};

/**
 * Adds rows to the history of a locked order. Answers the number of the last one at once: what is sent after it in
 * the same transaction may use it.
 */
export const appendHistory = (
  tx: Transaction,
  { order, taskId, seq: before }: LockedOrder,
  rows: readonly { readonly state: string; readonly detail: string | null }[],
  nowMs: number,
): { readonly seq: number; readonly written: Promise<unknown> } => {
  const seq = before + rows.length;
  const written = tx`
    with appended as (
      insert into order_state (order_id, seq, state, at_ms, detail)
      select ${order.id}::uuid, ${before}::integer + h.number, h.state, ${nowMs}::bigint, h.detail
      from unnest(
        ${rows.map(({ state }) => state)}::text[],
        ${rows.map(({ detail }) => detail)}::text[]
      ) with ordinality as h(state, detail, number)
    ), counted as (
      update task set seq = ${seq} where id = ${taskId}
    )
    update orders set seq = ${seq} where id = ${order.id} and ${taskId}::uuid is null`.execute();
  return { seq, written };
};

/**
 * First the task and then the order, as workers do, who finish or fail an order while they hold its task: the
 * other way round they and we would wait in a circle. Sent together, each sees what was committed while the one
 * before it waited. A task that appeared meanwhile is not waited for with the order held: we are overtaken.
 */
const lock = async (tx: Transaction, orderId: string): Promise<LockedOrder | null | typeof stale> => {
  const [[task], [row], [appeared]] = await Promise.all([
    tx<TaskRow[]>`
      select id, seq, state from task where order_id = ${orderId} for update`.execute(),
    tx<(OrderRow & { seq: number })[]>`
      select ${orderColumns(tx, 'o')}, o.seq from orders o where o.id = ${orderId} for update`.execute(),
    tx<{ id: string }[]>`select id from task where order_id = ${orderId}`,
  ]);
  if (row === undefined) return null;
  if (appeared !== undefined && task === undefined) return stale;
  return {
    order: orderOf(row),
    taskId: task?.id ?? null,
    paused: task?.state === 'paused',
    seq: task?.seq ?? row.seq,
  };
};

type TaskRow = { readonly id: string; readonly seq: number; readonly state: StoredTaskState };
