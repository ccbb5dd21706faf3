import { nextStatus, type Order, type OrderEvent } from '../../core/order.ts';
import { rowOf, type Tables, type Writes } from './tables.ts';

/** Adds a row to an order's history; `seq` where the caller has counted already. */
export const leave = (
  tables: Tables,
  writes: Writes,
  orderId: string,
  row: { readonly state: string; readonly detail: string | null; readonly seq?: number },
  atMs: number,
): void => {
  const history = tables.histories.get(orderId) ?? [];
  const seq = history.length + 1;
  if (row.seq !== undefined && row.seq !== seq)
    throw new Error(`the history of ${orderId} is at ${seq}, not at ${row.seq}`);
  const { state, detail } = row;
  writes.set(tables.histories, orderId, [...history, { seq, state, atMs, detail }]);
};

/** Moves an order along an edge of its life, and answers it. */
export const move = (
  tables: Tables,
  writes: Writes,
  orderId: string,
  event: OrderEvent,
  nowMs: number,
): Order => {
  const row = rowOf(tables.orders, orderId);
  const status = nextStatus(row.order.status, event);
  if (status === null) throw new Error(`the order ${orderId} is ${row.order.status}: no ${event}`);
  const order = { ...row.order, status, updatedAtMs: nowMs };
  writes.set(tables.orders, orderId, { ...row, order });
  return order;
};
