import { firstIdAt } from '../../core/id.ts';
import type { OrderQuery } from '../../core/order.ts';
import { pageOf } from '../../core/page.ts';
import type { Connection } from './connection.ts';
import { type ListedOrderRow, notListed, orderOf } from './rows.ts';
import { columnsOf, orders } from './schema.ts';
import { orderText } from './search.ts';
import { before, type Condition, selecting, since } from './select.ts';

/**
 * Newest first. Without a search that is a walk along the orders, or along those of a customer; with one it is
 * FTS5's own walk, which `name_position` asks for.
 */
export const listing = ({ client }: Connection) => {
  const select = selecting<ListedOrderRow>(client);
  const columns = columnsOf(orders, 'd', notListed);
  return (query: OrderQuery) => {
    const { search, status, type, fromMs, toMs, customerId, after, limit } = query;
    const [from, position] =
      search === null ? ['orders', 'd.position'] : ['order_dataset', 'd.name_position'];
    const conditions: readonly Condition[] = [
      ...where('d.name_vector match ?', search === null ? null : orderText(search, { customerId, type })),
      ...where('d.customer_id = ?', customerId),
      // Written out, for that is how the planner sees that the index of ended orders is enough.
      ...(status === null ? [] : [[`d.status = '${status}'`] as const]),
      ...where('d.product_type = ?', type),
      ...since('orders', position, fromMs === null ? null : firstIdAt(fromMs)),
      ...before('orders', position, toMs === null ? null : firstIdAt(toMs)),
      ...before('orders', position, after),
    ];
    const rows = select(`select ${columns} from ${from} d`, conditions, `${position} desc`, limit + 1);
    return pageOf(rows.map(orderOf), limit, ({ id }) => id);
  };
};

const where = (text: string, value: string | null): Condition[] => (value === null ? [] : [[text, value]]);
