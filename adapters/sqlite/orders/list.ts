import { err } from 'neverthrow';
import type { CheckoutNumber } from '../../../core/checkoutNumber.ts';
import { firstIdAt } from '../../../core/id.ts';
import type { OrderQuery, Orders } from '../../../core/order.ts';
import { pageOf } from '../../../core/page.ts';
import type { AsyncResult } from '../../../core/result.ts';
import type { SearchQuery } from '../../../core/search.ts';
import type { Connection } from '../connection.ts';
import { type ListedOrderRow, orderOf, unlistedColumns } from '../rows.ts';
import { columnsOf, orders } from '../schema.ts';
import { orderMatch, ownOrderMatch } from '../search/query.ts';
import type { RunScan } from '../search/slices.ts';
import { type Condition, createSelect, notOlderThan, olderThan } from '../select.ts';

/** A customer with more orders is found as an operator finds orders: by the words, which may be rarer than the customer. */
const ownOrdersMax = 2_000;

/**
 * Newest first. Without a search it scans the orders, or the index of one customer's orders. With a search FTS5 scans
 * its own rows, in slices. The cross join fixes that order: the planner would otherwise query FTS5 once for each order
 * of the customer, which takes 0.1 ms per order. The texts of one customer's orders are compared with the words, in
 * slices too: FTS5 would read the words in the orders of everybody.
 */
export const createOrderList = ({ client, read }: Connection, scan: RunScan): Orders['list'] => {
  const select = createSelect<ListedOrderRow>(client);
  const sources = {
    orders: `select ${columnsOf(orders, 'o', unlistedColumns)} from orders o`,
    search: `select ${columnsOf(orders, 'o', unlistedColumns)}
      from order_search s cross join orders o on o.position = s.rowid`,
    own: `select ${columnsOf(orders, 'o', unlistedColumns)}
      from orders o cross join order_search s on s.rowid = o.position`,
  };
  const countOwn = client
    .prepare<[string, number], number>(
      'select count(*) from (select 1 from orders where customer_id = ? limit ?)',
    )
    .pluck();
  /** The customer whose orders are compared one by one. */
  const ownerOf = ({ customerId }: OrderQuery): string | null =>
    customerId !== null && (countOwn.get(customerId, ownOrdersMax + 1) ?? 0) <= ownOrdersMax
      ? customerId
      : null;

  const listAll = (query: OrderQuery): readonly ListedOrderRow[] => {
    const { since, before } = rangeOf(query);
    const range = [...notOlderThan('o.position', since), ...olderThan('orders', 'o.position', before)];
    return select(sources.orders, [...filterOf(query), ...range], 'o.position desc', query.limit + 1);
  };

  const listMatches = async (
    query: OrderQuery,
    search: SearchQuery,
  ): AsyncResult<readonly ListedOrderRow[]> => {
    const owner = read(() => ownerOf(query));
    if (owner.isErr()) return err(owner.error);
    const customerId = owner.value;
    const { since, before } = rangeOf(query);
    const [source, position] =
      customerId === null ? [sources.search, 's.rowid'] : [sources.own, 'o.position'];
    const conditions: readonly Condition[] = [...filterOf(query), ...notOlderThan(position, since)];
    return scan({
      table: 'orders',
      customerId,
      search,
      since,
      before,
      limit: query.limit + 1,
      read: (window, limit) => {
        const match = customerId === null ? orderMatch(search, query, window) : ownOrderMatch(search, window);
        return select(source, [...match, ...conditions], `${position} desc`, limit);
      },
    });
  };

  return async (query) => {
    const rows = query.search === null ? read(() => listAll(query)) : await listMatches(query, query.search);
    return rows.map((listed) => pageOf(listed.map(orderOf), query.limit, ({ id }) => id));
  };
};

/** The ids between which the orders are: from `since`, and older than `before`. */
const rangeOf = ({ fromMs, toMs, after }: OrderQuery) => {
  const ends = [after, toMs === null ? null : firstIdAt(toMs)].filter((id) => id !== null);
  return { since: fromMs === null ? null : firstIdAt(fromMs), before: ends.toSorted()[0] ?? null };
};

const filterOf = ({ customerId, status, type, number }: OrderQuery): readonly Condition[] => [
  ...(number === null ? [] : [ofCheckout(number)]),
  ...where('o.customer_id = ?', customerId),
  // Not bound: the planner uses the partial index `orders_ended` only if it sees the value.
  ...(status === null ? [] : [[`o.status = '${status}'`] as const]),
  ...where('o.product_type = ?', type),
];

/** One that another checkout has claimed since has the number of that one. */
const ofCheckout = ({ prefix, sequence }: CheckoutNumber): Condition => [
  `o.position in (
      select claimed.position from audit a cross join json_each(a.order_ids) j
      cross join orders claimed on claimed.id = j.value
      where a.sequence = ? and a.number_prefix = ? and claimed.checkout_id = a.id)`,
  sequence,
  prefix,
];

const where = (text: string, value: string | null): Condition[] => (value === null ? [] : [[text, value]]);
