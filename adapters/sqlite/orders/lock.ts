import type { Order } from '../../../core/order.ts';
import type { StoredTaskState } from '../../../core/queue.ts';
import type { Connection } from '../connection.ts';
import { type OrderRow, orderOf } from '../rows.ts';
import { columnsOf, orders } from '../schema.ts';
import { createAppendHistory } from './history.ts';

/** An order that is read under the write lock, so nobody else changes it. */
export type LockedOrder = {
  readonly order: Order;
  /** Null if the order has no unfinished task. */
  readonly taskId: string | null;
  readonly taskPaused: boolean;
  /** The seq of its newest history row: the task's if it has one, otherwise the order's. */
  readonly seq: number;
};

export type OrderLock = ReturnType<typeof createOrderLock>;

type Row = OrderRow & {
  readonly taskId: string | null;
  readonly taskState: StoredTaskState | null;
  readonly taskSeq: number | null;
};

/** Reads an order with its task, and appends to its history. Runs in the caller's transaction. */
export const createOrderLock = ({ client }: Connection) => {
  const appendRow = createAppendHistory(client);
  const byId = client.prepare<[string], Row>(
    `select ${columnsOf(orders, 'o')}, t.id as taskId, t.state as taskState, t.seq as taskSeq
     from orders o left join task t on t.order_id = o.id where o.id = ?`,
  );
  const setTaskSeq = client.prepare<[number, string]>('update task set seq = ? where id = ?');
  const setOrderSeq = client.prepare<[number, string]>('update orders set seq = ? where id = ?');

  return {
    read: (orderId: string): LockedOrder | null => {
      const row = byId.get(orderId);
      if (row === undefined) return null;
      const { taskId, taskState, taskSeq } = row;
      return { order: orderOf(row), taskId, taskPaused: taskState === 'paused', seq: taskSeq ?? row.seq };
    },

    /** Returns the order with its new seq. */
    appendHistory: (
      { seq: lastSeq, ...locked }: LockedOrder,
      row: { readonly state: string; readonly detail: string | null },
      nowMs: number,
    ): LockedOrder => {
      const seq = lastSeq + 1;
      appendRow(locked.order.id, { seq, ...row }, nowMs);
      if (locked.taskId === null) setOrderSeq.run(seq, locked.order.id);
      else setTaskSeq.run(seq, locked.taskId);
      return { ...locked, seq };
    },
  };
};
