import type { Order } from '../../../core/order.ts';
import type { Connection } from '../connection.ts';
import { type OrderRow, orderOf } from '../rows.ts';
import { columnsOf, orders } from '../schema.ts';

/** The orders of a checkout as they now stand, in the order they were asked for. */
export const createOrdersOfCheckout = ({
  client,
}: Connection): ((orderIds: readonly string[]) => readonly Order[]) => {
  const byId = client.prepare<[string], OrderRow>(
    `select ${columnsOf(orders, 'o')} from orders o where o.id = ?`,
  );
  return (orderIds) =>
    orderIds.map((id) => {
      const row = byId.get(id);
      if (row === undefined) throw new Error(`there is no order ${id}, which a checkout names`);
      return orderOf(row);
    });
};
