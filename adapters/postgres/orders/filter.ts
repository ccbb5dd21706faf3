import type { Fragment } from 'postgres';
import type { CheckoutNumber } from '../../../core/checkoutNumber.ts';
import { firstIdAt } from '../../../core/id.ts';
import type { OrderQuery, OrderStatus } from '../../../core/order.ts';
import { rareOrderStatuses } from '../../stored/statuses.ts';
import type { Sql } from '../connection.ts';
import { orderText } from '../search/query.ts';

/** A query for the order list, in terms of the tables. */
export type OrderFilter = {
  /** The text of a tsquery: the tokens and the type. Null: neither matters. */
  readonly text: string | null;
  readonly status: OrderStatus | null;
  readonly customerId: string | null;
  readonly number: CheckoutNumber | null;
  /** Only orders with this id or a newer one. Ids embed the time at which the order was placed. */
  readonly since: string | null;
  /** Only orders with an older id than this. */
  readonly before: string | null;
  /** One row more than the page has, to know whether there is another page. */
  readonly rowsMax: number;
};

export const orderFilterOf = ({ fromMs, toMs, after, ...query }: OrderQuery): OrderFilter => ({
  text: orderText(query),
  status: query.status,
  customerId: query.customerId,
  number: query.number,
  since: fromMs === null ? null : firstIdAt(fromMs),
  before: older(after, toMs === null ? null : firstIdAt(toMs)),
  rowsMax: query.limit + 1,
});

const older = (a: string | null, b: string | null): string | null =>
  a === null || b === null ? (a ?? b) : a < b ? a : b;

type Value = string | Fragment | null;

export const createdWithin = (
  sql: Sql,
  { since, before }: { readonly since: Value; readonly before: Value },
  id: string,
): Fragment => sql`true
  ${since === null ? sql`` : sql`and ${sql(id)} >= ${since}`}
  ${before === null ? sql`` : sql`and ${sql(id)} < ${before}`}`;

/** For rows of `order_search`, `order_ended` or `product_snapshot` under the alias `n`. */
export const matchesText = (sql: Sql, { text }: { readonly text: Value }): Fragment =>
  text === null ? sql`true` : sql`n.name_vector @@ ${text}::tsquery`;

/** True if few orders have the status. These orders are in `order_ended`, in time order for each status. */
export const hasEndStatus = ({ status }: OrderFilter): boolean =>
  status !== null && rareOrderStatuses.includes(status);

/** The status as an SQL literal, so that the planner knows how many orders have it. */
export const statusLiteral = (sql: Sql, status: OrderStatus | null): Fragment => sql.unsafe(`'${status}'`);

/** The search rows to scan: those of all orders, or only those of orders with the given rare status. */
export const searchRows = (sql: Sql, filter: OrderFilter): Fragment =>
  hasEndStatus(filter)
    ? sql`(select order_id, snapshot_id, name_vector from order_ended where status = ${statusLiteral(sql, filter.status)})`
    : sql`order_search`;

/** The status that must still be checked in the table `orders`; null if `searchRows` has checked it. */
export const remainingStatus = (filter: OrderFilter): OrderStatus | null =>
  hasEndStatus(filter) ? null : filter.status;
