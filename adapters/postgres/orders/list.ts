import { type Order, type OrderQuery, orderStatusAfter } from '../../../core/order.ts';
import { type Page, pageOf } from '../../../core/page.ts';
import { openPaymentStatuses } from '../../../core/payment.ts';
import { orderColumns } from '../columns.ts';
import type { Sql } from '../connection.ts';
import { type OrderRow, orderOf } from '../rows.ts';
import { statusList } from '../statuses.ts';
import { type Asked, askedBy, hasEnded, inTime, inWords, statusToSee, written } from './filter.ts';
import { walk } from './scan.ts';
import { isComplete, joined, restOf, type ScanResult } from './scanResult.ts';
import { underLabels } from './snapshots.ts';

/** How far each way is gone before another is taken. */
export type Strides = {
  /** Orders that are walked past first: enough for a word that one order in ten holds. */
  readonly near: number;
  /** Orders that are walked past next. */
  readonly far: number;
  /** Orders to be met among the near ones for the far ones to come next. */
  readonly some: number;
  /** Labels whose orders are merged at most. */
  readonly labelsMax: number;
};

const strides: Strides = { near: 300, far: 5_000, some: 3, labelsMax: 220 };

/** See `Orders.list`. What is asked for decides which way is the short one; all of them answer the same. */
export const listing =
  (sql: Sql, go: Strides = strides) =>
  async (query: OrderQuery): Promise<Page<Order, string>> => {
    const rows = await found(sql, askedBy(query), go);
    return pageOf(rows.map(orderOf), query.limit, ({ id }) => id);
  };

const found = (sql: Sql, asked: Asked, go: Strides): Promise<readonly OrderRow[]> => {
  if (asked.customerId !== null) return own(sql, asked);
  if (asked.text !== null) return named(sql, asked, go);
  if (asked.status === null) return newest(sql, asked);
  return hasEnded(asked) ? ended(sql, asked) : standing(sql, asked, go);
};

const newest = (sql: Sql, asked: Asked) => sql<OrderRow[]>`
  select ${orderColumns(sql, 'o')} from orders o where ${inTime(sql, asked, 'o.id')} order by o.id desc limit ${asked.rowsMax}`;

const ended = (sql: Sql, asked: Asked) => sql<OrderRow[]>`
  select ${orderColumns(sql, 'o')} from order_ended e join orders o on o.id = e.order_id
  where e.status = ${written(sql, asked.status)} and ${inTime(sql, asked, 'e.order_id')}
  order by e.order_id desc limit ${asked.rowsMax}`;

/** A customer's orders are few beside all orders: they are walked, their names beside them. */
const own = (sql: Sql, asked: Asked) => sql<OrderRow[]>`
  select ${orderColumns(sql, 'o')} from order_name n join orders o on o.id = n.order_id
  where n.customer_id = ${asked.customerId} and ${inTime(sql, asked, 'n.order_id')} and ${inWords(sql, asked)}
    ${asked.status === null ? sql`` : sql`and o.status = ${written(sql, asked.status)}`}
  order by n.order_id desc limit ${asked.rowsMax}`;

const standing = async (sql: Sql, asked: Asked, go: Strides) => {
  const near = await walk(sql, asked, go.far);
  if (isComplete(near, asked)) return near.rows;
  if (isInFlight(asked)) return inFlight(sql, asked);
  return (await walkOn(sql, asked, near, 4 * go.far)).rows;
};

/**
 * A common word is met on the way back from the newest order. Of a rarer one the labels know; but where some orders
 * were met, enough of them are not far, whichever labels they have.
 */
const named = async (sql: Sql, asked: Asked, go: Strides) => {
  const near = await walk(sql, asked, go.near);
  if (isComplete(near, asked)) return near.rows;
  if (isInFlight(asked)) return inFlight(sql, asked);
  const far = near.rows.length < go.some ? near : joined(near, await walk(sql, restOf(asked, near), go.far));
  const reach = await merge(sql, asked, far, go);
  return (await walkOn(sql, asked, reach, go.far)).rows;
};

/**
 * Merges the newest orders under few labels, as many as it takes, whatever their status: most orders have the one
 * that is asked for, or few of these labels' orders are there at all. Under many it goes back once, to where most of
 * them were last ordered.
 */
const merge = async (sql: Sql, asked: Asked, from: ScanResult, go: Strides): Promise<ScanResult> => {
  let reach = from;
  for (let pages = statusToSee(asked) === null ? 1 : 2; !isComplete(reach, asked); pages *= 8) {
    const rest = restOf(asked, reach);
    const next = await underLabels(sql, rest, pages * rest.rowsMax, go.labelsMax);
    if (next === null) return reach;
    reach = joined(reach, next);
    if (next.labels > go.labelsMax) return reach;
  }
  return reach;
};

/** Orders that one statement walks past at most. */
const stretchMax = 200_000;

/** Walks on, farther each time, until the page is full or the first order is reached. */
const walkOn = async (sql: Sql, asked: Asked, from: ScanResult, stretch: number): Promise<ScanResult> => {
  let reach = from;
  for (let next = stretch; !isComplete(reach, asked); next = Math.min(4 * next, stretchMax))
    reach = joined(reach, await walk(sql, restOf(asked, reach), next));
  return reach;
};

const isInFlight = ({ status }: Asked): boolean =>
  status === orderStatusAfter.claim || status === orderStatusAfter.pay;

/** Orders that are being paid have an open payment, and paid ones a task: as few as there is work to do. */
const inFlight = (sql: Sql, asked: Asked) => sql<OrderRow[]>`
  select ${orderColumns(sql, 'o')} from orders o join order_name n on n.order_id = o.id
  where o.status = ${written(sql, asked.status)} and ${inTime(sql, asked, 'o.id')} and ${inWords(sql, asked)} and o.id in (
    ${
      asked.status === orderStatusAfter.pay
        ? sql`select order_id from task`
        : sql`select unnest(a.order_ids) from payment p join audit a on a.id = p.id
            where p.status in (${statusList(sql, openPaymentStatuses)})`
    })
  order by o.id desc limit ${asked.rowsMax}`;
