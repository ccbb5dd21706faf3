import type { Order } from '../../../core/order.ts';
import type { Connection } from '../connection.ts';
import { type OrderRow, orderOf } from '../rows.ts';
import { columnsOf, orders } from '../schema.ts';

/** Reads the current state of a checkout's orders, in the order of the given ids. */
export const createOrdersOfCheckout = ({
  client,
}: Connection): ((orderIds: readonly string[]) => readonly Order[]) => {
  const byId = client.prepare<[string], OrderRow>(
    `select ${columnsOf(orders, 'o')} from orders o where o.id = ?`,
  );
  return (orderIds) =>
    orderIds.map((id) => {
      const row = byId.get(id);
      if (row === undefined) throw new Error(`a checkout refers to the order ${id}, which does not exist`);
      return orderOf(row);
    });
};
