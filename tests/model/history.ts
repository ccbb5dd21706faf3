import { nextOrderStatus, type Order, type OrderEvent } from '../../core/order.ts';
import { writeHistoryEvents } from './events.ts';
import { rowOf, type Tables, type Writes } from './tables.ts';

/** Appends a row to an order's history. Throws if the caller gives a `seq` that is not the next one. */
export const appendHistory = (
  tables: Tables,
  writes: Writes,
  orderId: string,
  row: { readonly state: string; readonly detail: string | null; readonly seq?: number },
  atMs: number,
): void => {
  const history = tables.histories.get(orderId) ?? [];
  const seq = history.length + 1;
  if (row.seq !== undefined && row.seq !== seq)
    throw new Error(`the next row of the history of ${orderId} is ${seq}, not ${row.seq}`);
  const { state, detail } = row;
  const written = { seq, state, atMs, detail };
  writes.set(tables.histories, orderId, [...history, written]);
  writeHistoryEvents(tables, writes, orderId, written);
};

/** Returns the order with its new status. Throws if its status has no edge for the event. */
export const applyOrderEvent = (
  tables: Tables,
  writes: Writes,
  orderId: string,
  event: OrderEvent,
  nowMs: number,
): Order => {
  const row = rowOf(tables.orders, orderId);
  const status = nextOrderStatus(row.order.status, event);
  if (status === null)
    throw new Error(`the order ${orderId} is ${row.order.status}, which has no edge for ${event}`);
  const order = { ...row.order, status, updatedAtMs: nowMs };
  writes.set(tables.orders, orderId, { ...row, order });
  return order;
};
