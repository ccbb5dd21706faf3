import type { Fragment } from 'postgres';
import { firstIdAt } from '../../../core/id.ts';
import type { OrderQuery, OrderStatus } from '../../../core/order.ts';
import { rareOrderStatuses } from '../../stored/statuses.ts';
import type { Sql } from '../connection.ts';
import { orderText } from '../search/query.ts';

/** A list of orders as it is asked of the database. Time is told by ids: an id says when its order was placed. */
export type OrderFilter = {
  /** Of a tsquery: the words and the type; null where neither matters. */
  readonly text: string | null;
  readonly status: OrderStatus | null;
  readonly customerId: string | null;
  readonly since: string | null;
  readonly before: string | null;
  /** One row more than the page has: it tells that there is another page. */
  readonly rowsMax: number;
};

export const orderFilterOf = ({ fromMs, toMs, after, ...query }: OrderQuery): OrderFilter => ({
  text: orderText(query),
  status: query.status,
  customerId: query.customerId,
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

/** In the names under the alias `n`. */
export const matchesText = (sql: Sql, { text }: { readonly text: Value }): Fragment =>
  text === null ? sql`true` : sql`n.name_vector @@ ${text}::tsquery`;

/** Orders with these statuses are few, and have a table of their own, in time order by status. */
export const hasEndStatus = ({ status }: OrderFilter): boolean =>
  status !== null && rareOrderStatuses.includes(status);

/** One of core's own words, written out: the planner knows how many orders have it. */
export const statusLiteral = (sql: Sql, status: OrderStatus | null): Fragment => sql.unsafe(`'${status}'`);

/** The names to look through: of all orders, or of those that ended so. */
export const searchRows = (sql: Sql, asked: OrderFilter): Fragment =>
  hasEndStatus(asked)
    ? sql`(select order_id, label_id, name_vector from order_ended where status = ${statusLiteral(sql, asked.status)})`
    : sql`order_name`;

/** The status that is left to be looked at in the orders themselves. */
export const remainingStatus = (asked: OrderFilter): OrderStatus | null =>
  hasEndStatus(asked) ? null : asked.status;
