import type { Order } from '../../../core/order.ts';
import type { StoredTaskState } from '../../../core/queue.ts';
import type { Connection } from '../connection.ts';
import { type OrderRow, orderOf } from '../rows.ts';
import { columnsOf, orders } from '../schema.ts';
import { createAppendHistory } from './history.ts';

/** An order inside the write lock, which is what keeps it as it is. */
export type LockedOrder = {
  readonly order: Order;
  /** Its task; null where its pipeline has ended. */
  readonly taskId: string | null;
  /** A refund of all that was paid holds the task. */
  readonly paused: boolean;
  /** Of its newest history row, whoever counts it: the task where there is one, else the order. */
  readonly seq: number;
};

export type OrderLock = ReturnType<typeof createOrderLock>;

type Row = OrderRow & {
  readonly taskId: string | null;
  readonly taskState: StoredTaskState | null;
  readonly taskSeq: number | null;
};

/** Reads orders beside their tasks, and adds to their history whatever else is going on with them. */
export const createOrderLock = ({ client }: Connection) => {
  const insert = createAppendHistory(client);
  const byId = client.prepare<[string], Row>(
    `select ${columnsOf(orders, 'o')}, t.id as taskId, t.state as taskState, t.seq as taskSeq
     from orders o left join task t on t.order_id = o.id where o.id = ?`,
  );
  const countTask = client.prepare<[number, string]>('update task set seq = ? where id = ?');
  const countOrder = client.prepare<[number, string]>('update orders set seq = ? where id = ?');

  return {
    read: (orderId: string): LockedOrder | null => {
      const row = byId.get(orderId);
      if (row === undefined) return null;
      const { taskId, taskState, taskSeq } = row;
      return { order: orderOf(row), taskId, paused: taskState === 'paused', seq: taskSeq ?? row.seq };
    },

    /** Answers the order as it is now. */
    tell: (
      { seq: before, ...held }: LockedOrder,
      row: { readonly state: string; readonly detail: string | null },
      nowMs: number,
    ): LockedOrder => {
      const seq = before + 1;
      insert(held.order.id, { seq, ...row }, nowMs);
      if (held.taskId === null) countOrder.run(seq, held.order.id);
      else countTask.run(seq, held.taskId);
      return { ...held, seq };
    },
  };
};
