import { firstIdAt } from '../../../core/id.ts';
import type { OrderQuery } from '../../../core/order.ts';
import { pageOf } from '../../../core/page.ts';
import type { Connection } from '../connection.ts';
import { type ListedOrderRow, notListed, orderOf } from '../rows.ts';
import { columnsOf, orders } from '../schema.ts';
import { orderText } from '../search/query.ts';
import { before, type Condition, createSelect, since } from '../select.ts';

/**
 * Newest first. Without a search that is a walk along the orders, or along those of a customer; with one it is
 * FTS5's own walk. The cross join keeps it so: the planner would rather ask FTS5 again for each order of a
 * customer, at 0.1 ms an order.
 */
export const createOrderList = ({ client }: Connection) => {
  const select = createSelect<ListedOrderRow>(client);
  const walks = {
    orders: `select ${columnsOf(orders, 'o', notListed)} from orders o`,
    words: `select ${columnsOf(orders, 'o', notListed)}
      from order_name n cross join orders o on o.position = n.rowid`,
  };
  return (query: OrderQuery) => {
    const { search, status, type, fromMs, toMs, customerId, after, limit } = query;
    const [walk, position] = search === null ? [walks.orders, 'o.position'] : [walks.words, 'n.rowid'];
    const conditions: readonly Condition[] = [
      ...where(
        'n.order_name match ?',
        search === null ? null : orderText(search, { customerId, type, status }),
      ),
      ...where('o.customer_id = ?', customerId),
      // Written out, for that is how the planner sees that the index of ended orders is enough.
      ...(status === null ? [] : [[`o.status = '${status}'`] as const]),
      ...where('o.product_type = ?', type),
      ...since('orders', position, fromMs === null ? null : firstIdAt(fromMs)),
      ...before('orders', position, toMs === null ? null : firstIdAt(toMs)),
      ...before('orders', position, after),
    ];
    const rows = select(walk, conditions, `${position} desc`, limit + 1);
    return pageOf(rows.map(orderOf), limit, ({ id }) => id);
  };
};

const where = (text: string, value: string | null): Condition[] => (value === null ? [] : [[text, value]]);
