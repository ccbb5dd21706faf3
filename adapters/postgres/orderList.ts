import type { Order, OrderQuery } from '../../core/order.ts';
import { type Page, pageOf } from '../../core/page.ts';
import { openPaymentStatuses } from '../../core/payment.ts';
import { type Asked, askedBy, hasEnded, inTime, inWords, written } from './asked.ts';
import type { Sql } from './connection.ts';
import { lastLabels, under, underFew } from './labels.ts';
import { type OrderRow, orderOf } from './rows.ts';
import { isDone, onFrom, type Reach, restOf, walk, walkOn } from './walk.ts';

/** How far each way is gone before another is taken. */
export type Strides = {
  /** Orders that are walked past first: enough for a word that one order in ten holds. */
  readonly near: number;
  /** Orders that are walked past next. */
  readonly far: number;
  /** Labels whose orders are merged at most, at 6 µs and 4 pages each. */
  readonly labelsMax: number;
};

const strides: Strides = { near: 300, far: 5_000, labelsMax: 220 };

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
  select o.* from orders o where ${inTime(sql, asked, 'o.id')} order by o.id desc limit ${asked.rowsMax}`;

const ended = (sql: Sql, asked: Asked) => sql<OrderRow[]>`
  select o.* from order_ended e join orders o on o.id = e.order_id
  where e.status = ${written(sql, asked.status)} and ${inTime(sql, asked, 'e.order_id')}
  order by e.order_id desc limit ${asked.rowsMax}`;

/** A customer's orders are few beside all orders: they are walked, their names beside them. */
const own = (sql: Sql, asked: Asked) => sql<OrderRow[]>`
  select o.* from order_name n join orders o on o.id = n.order_id
  where n.customer_id = ${asked.customerId} and ${inTime(sql, asked, 'n.order_id')} and ${inWords(sql, asked)}
    ${asked.status === null ? sql`` : sql`and o.status = ${written(sql, asked.status)}`}
  order by n.order_id desc limit ${asked.rowsMax}`;

const standing = async (sql: Sql, asked: Asked, go: Strides) => {
  const near = await walk(sql, asked, go.far);
  if (isDone(near, asked)) return near.rows;
  if (isInFlight(asked)) return inFlight(sql, asked);
  return (await walkOn(sql, asked, near, 4 * go.far)).rows;
};

/**
 * A common word is met on the way back from the newest order. Of a rarer one the labels know: where few hold it,
 * the newest orders under each are merged; where many do, an order under one of them cannot be far.
 */
const named = async (sql: Sql, asked: Asked, go: Strides) => {
  const near = await walk(sql, asked, go.near);
  if (isDone(near, asked)) return near.rows;
  if (isInFlight(asked)) return inFlight(sql, asked);
  const few = await underFew(sql, restOf(asked, near), go.labelsMax);
  if (few.kind === 'few') return [...near.rows, ...few.rows];
  const far = few.areOld ? near : onFrom(near, await walk(sql, restOf(asked, near), go.far));
  if (isDone(far, asked)) return far.rows;
  return (await walkOn(sql, asked, await leap(sql, asked, far), go.far)).rows;
};

/**
 * Goes back to before the last orders under most labels. What is newer belongs to those few that were ordered
 * since: twice a page of them, since each has an order there, or nearly.
 */
const leap = async (sql: Sql, asked: Asked, reach: Reach): Promise<Reach> => {
  const labelsMax = 2 * asked.rowsMax;
  const labels = await lastLabels(sql, asked, labelsMax + 1);
  const downTo = labels[labelsMax]?.sold_before ?? null;
  if (downTo !== null && reach.downTo !== null && downTo >= reach.downTo) return reach;
  const since = labels.filter(({ sold_before }) => downTo === null || sold_before > downTo);
  if (since.length === 0) return { rows: reach.rows, downTo };
  const rest = restOf(asked, reach);
  return onFrom(reach, { rows: await under(sql, { ...rest, since: downTo ?? rest.since }, since), downTo });
};

const isInFlight = ({ status }: Asked): boolean => status === 'paying' || status === 'paid';

/** Orders that are being paid have an open payment, and paid ones a task: as few as there is work to do. */
const inFlight = (sql: Sql, asked: Asked) => sql<OrderRow[]>`
  select o.* from orders o join order_name n on n.order_id = o.id
  where o.status = ${written(sql, asked.status)} and ${inTime(sql, asked, 'o.id')} and ${inWords(sql, asked)} and o.id in (
    ${
      asked.status === 'paid'
        ? sql`select order_id from task`
        : sql`select unnest(a.order_ids) from payment p join audit a on a.id = p.id
            where p.status in (${openPayments(sql)})`
    })
  order by o.id desc limit ${asked.rowsMax}`;

/** Written out, for the planner to see that the index of open payments is enough. */
const openPayments = (sql: Sql) => sql.unsafe(openPaymentStatuses.map((status) => `'${status}'`).join(', '));
