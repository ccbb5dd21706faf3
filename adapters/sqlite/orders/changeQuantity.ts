import type { Result } from 'neverthrow';
import type { Order, OrderFailure, QuantityChange } from '../../../core/order.ts';
import { judgeQuantity, quantityChangedState } from '../../../core/orderChange.ts';
import type { Connection } from '../connection.ts';
import { type OrderRow, orderOf } from '../rows.ts';
import { columnsOf, orders } from '../schema.ts';
import { createAppendHistory } from './history.ts';

/** See `Orders.changeQuantity`. Runs in the caller's transaction. */
export const createChangeQuantity = ({ client }: Connection) => {
  const appendHistory = createAppendHistory(client);
  const byId = client.prepare<[string], OrderRow>(
    `select ${columnsOf(orders, 'o')} from orders o where o.id = ?`,
  );
  const update = client.prepare<[number, number, number, number, string]>(
    'update orders set quantity = ?, amount = ?, seq = ?, updated_ms = ? where id = ?',
  );

  return (change: QuantityChange, nowMs: number): Result<Order, OrderFailure> => {
    const row = byId.get(change.orderId);
    return judgeQuantity(row === undefined ? null : orderOf(row), change, nowMs).map(
      ({ order, historyDetail: detail }) => {
        if (row === undefined || detail === null) return order;
        const seq = row.seq + 1;
        update.run(order.quantity, order.total.amount, seq, nowMs, order.id);
        appendHistory(order.id, { seq, state: quantityChangedState, detail }, nowMs);
        return order;
      },
    );
  };
};
