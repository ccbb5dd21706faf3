import type { Group } from '../../../core/group.ts';
import type { Order } from '../../../core/order.ts';
import type { StoredTaskState } from '../../../core/queue.ts';
import type { Connection } from '../connection.ts';
import { type OrderRow, orderOf } from '../rows.ts';
import { columnsOf, orders } from '../schema.ts';
import { createAppendHistory } from './history.ts';

/** An order that is read under the write lock, so nobody else changes it. */
export type LockedOrder = {
  readonly order: Order;
  /** The unfinished task that has the order. Null if there is none. */
  readonly task: (Group & { readonly id: string }) | null;
  readonly taskPaused: boolean;
  /** The seq of its newest history row: the task's if it has one, otherwise the order's. */
  readonly seq: number;
};

export type OrderLock = ReturnType<typeof createOrderLock>;

type Row = OrderRow & {
  readonly taskId: string | null;
  readonly taskState: StoredTaskState | null;
  /** JSON, like the next one. */
  readonly taskOrderIds: string | null;
  readonly taskSeqs: string | null;
};

/** Reads an order with its task, and appends to its history. Runs in the caller's transaction. */
export const createOrderLock = ({ client }: Connection) => {
  const appendRow = createAppendHistory(client);
  const byId = client.prepare<[string], Row>(
    `select ${columnsOf(orders, 'o')}, t.id as taskId, t.state as taskState, t.order_ids as taskOrderIds,
       t.seqs as taskSeqs
     from orders o left join task t on t.checkout_id = o.checkout_id and instr(t.order_ids, o.id) > 0 where o.id = ?`,
  );
  // One position only: another order of the group may have got a row since this one was read.
  const setTaskSeq = client.prepare<[string, number, string]>(
    'update task set seqs = json_set(seqs, ?, cast(? as integer)) where id = ?',
  );
  const setOrderSeq = client.prepare<[number, string]>('update orders set seq = ? where id = ?');

  return {
    read: (orderId: string): LockedOrder | null => {
      const row = byId.get(orderId);
      if (row === undefined) return null;
      const task = taskOf(row);
      const seq = task?.seqs[task.orderIds.indexOf(orderId)] ?? row.seq;
      return { order: orderOf(row), task, taskPaused: row.taskState === 'paused', seq };
    },

    /** Returns the order with its new seq. */
    appendHistory: (
      { seq: lastSeq, task, ...locked }: LockedOrder,
      row: { readonly state: string; readonly detail: string | null },
      nowMs: number,
    ): LockedOrder => {
      const seq = lastSeq + 1;
      appendRow(locked.order.id, { seq, ...row }, nowMs);
      if (task === null) {
        setOrderSeq.run(seq, locked.order.id);
        return { ...locked, task, seq };
      }
      setTaskSeq.run(`$[${task.orderIds.indexOf(locked.order.id)}]`, seq, task.id);
      return { ...locked, task, seq };
    },
  };
};

const taskOf = ({ taskId, taskOrderIds, taskSeqs }: Row): LockedOrder['task'] =>
  taskId === null || taskOrderIds === null || taskSeqs === null
    ? null
    : { id: taskId, orderIds: JSON.parse(taskOrderIds), seqs: JSON.parse(taskSeqs) };
