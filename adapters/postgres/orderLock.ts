import { err, ok } from 'neverthrow';
import type { Order } from '../../core/order.ts';
import type { StoredTaskState } from '../../core/queue.ts';
import type { Answer } from '../../core/result.ts';
import { orderColumns } from './columns.ts';
import { inTransaction, type Sql, type Transaction } from './connection.ts';
import { type OrderRow, orderOf } from './rows.ts';

/** An order that nobody else changes until this transaction ends. */
export type LockedOrder = {
  readonly order: Order;
  /** Its task; null where its pipeline has ended. */
  readonly taskId: string | null;
  /** A refund of all that was paid holds the task. */
  readonly stopped: boolean;
  /** Of its newest history row, whoever counts it: the task where there is one, else the order. */
  readonly seq: number;
};

/** What `work` answers where it came too late, and has to be done again on newer rows. */
export const overtaken = Symbol('overtaken');

/** Runs `work` in one transaction that holds the order, and again for as long as it was overtaken. */
export const holdingOrder = async <T>(
  sql: Sql,
  orderId: string,
  work: (tx: Transaction, locked: LockedOrder | null) => Promise<T | typeof overtaken>,
): Answer<T> => {
  for (;;) {
    const done = await inTransaction(sql, async (tx) => {
      const locked = await lock(tx, orderId);
      return locked === overtaken ? overtaken : work(tx, locked);
    });
    if (done.isErr()) return err(done.error);
    if (done.value !== overtaken) return ok(done.value);
  }
};

/** Adds one row to the history of a held order; answers the order as it is held now. */
export const tell = async (
  tx: Transaction,
  { seq: before, ...held }: LockedOrder,
  { state, detail }: { readonly state: string; readonly detail: string | null },
  nowMs: number,
): Promise<LockedOrder> => {
  const seq = before + 1;
  await tx`
    with told as (
      insert into order_state (order_id, seq, state, at_ms, detail)
      values (${held.order.id}, ${seq}, ${state}, ${nowMs}, ${detail})
    ), counted as (
      update task set seq = ${seq} where id = ${held.taskId}
    )
    update orders set seq = ${seq} where id = ${held.order.id} and ${held.taskId}::uuid is null`;
  return { ...held, seq };
};

/**
 * First the task and then the order, as workers do, who finish or fail an order while they hold its task: the
 * other way round they and we would wait in a circle. Sent together, each sees what was committed while the one
 * before it waited. A task that appeared meanwhile is not waited for with the order held: we are overtaken.
 */
const lock = async (tx: Transaction, orderId: string): Promise<LockedOrder | null | typeof overtaken> => {
  const [[task], [row], [appeared]] = await Promise.all([
    tx<TaskRow[]>`
      select id, seq, state from task where order_id = ${orderId} for update`.execute(),
    tx<(OrderRow & { seq: number })[]>`
      select ${orderColumns(tx, 'o')}, o.seq from orders o where o.id = ${orderId} for update`.execute(),
    tx<{ id: string }[]>`select id from task where order_id = ${orderId}`,
  ]);
  if (row === undefined) return null;
  if (appeared !== undefined && task === undefined) return overtaken;
  return {
    order: orderOf(row),
    taskId: task?.id ?? null,
    stopped: task?.state === 'paused',
    seq: task?.seq ?? row.seq,
  };
};

type TaskRow = { readonly id: string; readonly seq: number; readonly state: StoredTaskState };
