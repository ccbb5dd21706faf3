import { type Order, type OrderQuery, orderStatusAfter } from '../../../core/order.ts';
import { type Page, pageOf } from '../../../core/page.ts';
import { openPaymentStatuses } from '../../../core/payment.ts';
import { orderColumns } from '../columns.ts';
import type { Sql } from '../connection.ts';
import { type OrderRow, orderOf } from '../rows.ts';
import { statusList } from '../statuses.ts';
import {
  createdWithin,
  hasEndStatus,
  matchesText,
  type OrderFilter,
  orderFilterOf,
  remainingStatus,
  statusLiteral,
} from './filter.ts';
import { scanNewest } from './scan.ts';
import { appendResult, isComplete, remainingFilter, type ScanResult } from './scanResult.ts';
import { scanSnapshots } from './snapshots.ts';

/** How far each way is gone before another is taken. */
export type ScanLimits = {
  /** Orders that are walked past first: enough for a word that one order in ten holds. */
  readonly firstScanRows: number;
  /** Orders that are walked past next. */
  readonly secondScanRows: number;
  /** Orders to be met among the near ones for the far ones to come next. */
  readonly matchesForSecondScan: number;
  /** Labels whose orders are merged at most. */
  readonly snapshotsMax: number;
};

const scanLimits: ScanLimits = {
  firstScanRows: 300,
  secondScanRows: 5_000,
  matchesForSecondScan: 3,
  snapshotsMax: 220,
};

/** See `Orders.list`. What is asked for decides which way is the short one; all of them answer the same. */
export const createOrderList =
  (sql: Sql, go: ScanLimits = scanLimits) =>
  async (query: OrderQuery): Promise<Page<Order, string>> => {
    const rows = await found(sql, orderFilterOf(query), go);
    return pageOf(rows.map(orderOf), query.limit, ({ id }) => id);
  };

const found = (sql: Sql, asked: OrderFilter, go: ScanLimits): Promise<readonly OrderRow[]> => {
  if (asked.customerId !== null) return own(sql, asked);
  if (asked.text !== null) return named(sql, asked, go);
  if (asked.status === null) return newest(sql, asked);
  return hasEndStatus(asked) ? ended(sql, asked) : standing(sql, asked, go);
};

const newest = (sql: Sql, asked: OrderFilter) => sql<OrderRow[]>`
  select ${orderColumns(sql, 'o')} from orders o where ${createdWithin(sql, asked, 'o.id')} order by o.id desc limit ${asked.rowsMax}`;

const ended = (sql: Sql, asked: OrderFilter) => sql<OrderRow[]>`
  select ${orderColumns(sql, 'o')} from order_ended e join orders o on o.id = e.order_id
  where e.status = ${statusLiteral(sql, asked.status)} and ${createdWithin(sql, asked, 'e.order_id')}
  order by e.order_id desc limit ${asked.rowsMax}`;

/** A customer's orders are few beside all orders: they are walked, their names beside them. */
const own = (sql: Sql, asked: OrderFilter) => sql<OrderRow[]>`
  select ${orderColumns(sql, 'o')} from order_name n join orders o on o.id = n.order_id
  where n.customer_id = ${asked.customerId} and ${createdWithin(sql, asked, 'n.order_id')} and ${matchesText(sql, asked)}
    ${asked.status === null ? sql`` : sql`and o.status = ${statusLiteral(sql, asked.status)}`}
  order by n.order_id desc limit ${asked.rowsMax}`;

const standing = async (sql: Sql, asked: OrderFilter, go: ScanLimits) => {
  const near = await scanNewest(sql, asked, go.secondScanRows);
  if (isComplete(near, asked)) return near.rows;
  if (isInFlight(asked)) return inFlight(sql, asked);
  return (await walkOn(sql, asked, near, 4 * go.secondScanRows)).rows;
};

/**
 * A common word is met on the way back from the newest order. Of a rarer one the labels know; but where some orders
 * were met, enough of them are not far, whichever labels they have.
 */
const named = async (sql: Sql, asked: OrderFilter, go: ScanLimits) => {
  const near = await scanNewest(sql, asked, go.firstScanRows);
  if (isComplete(near, asked)) return near.rows;
  if (isInFlight(asked)) return inFlight(sql, asked);
  const far =
    near.rows.length < go.matchesForSecondScan
      ? near
      : appendResult(near, await scanNewest(sql, remainingFilter(asked, near), go.secondScanRows));
  const reach = await merge(sql, asked, far, go);
  return (await walkOn(sql, asked, reach, go.secondScanRows)).rows;
};

/**
 * Merges the newest orders under few labels, as many as it takes, whatever their status: most orders have the one
 * that is asked for, or few of these labels' orders are there at all. Under many it goes back once, to where most of
 * them were last ordered.
 */
const merge = async (sql: Sql, asked: OrderFilter, from: ScanResult, go: ScanLimits): Promise<ScanResult> => {
  let reach = from;
  for (let pages = remainingStatus(asked) === null ? 1 : 2; !isComplete(reach, asked); pages *= 8) {
    const rest = remainingFilter(asked, reach);
    const next = await scanSnapshots(sql, rest, pages * rest.rowsMax, go.snapshotsMax);
    if (next === null) return reach;
    reach = appendResult(reach, next);
    if (next.snapshots > go.snapshotsMax) return reach;
  }
  return reach;
};

/** Orders that one statement walks past at most. */
const stretchMax = 200_000;

/** Walks on, farther each time, until the page is full or the first order is reached. */
const walkOn = async (
  sql: Sql,
  asked: OrderFilter,
  from: ScanResult,
  stretch: number,
): Promise<ScanResult> => {
  let reach = from;
  for (let next = stretch; !isComplete(reach, asked); next = Math.min(4 * next, stretchMax))
    reach = appendResult(reach, await scanNewest(sql, remainingFilter(asked, reach), next));
  return reach;
};

const isInFlight = ({ status }: OrderFilter): boolean =>
  status === orderStatusAfter.claim || status === orderStatusAfter.pay;

/** Orders that are being paid have an open payment, and paid ones a task: as few as there is work to do. */
const inFlight = (sql: Sql, asked: OrderFilter) => sql<OrderRow[]>`
  select ${orderColumns(sql, 'o')} from orders o join order_name n on n.order_id = o.id
  where o.status = ${statusLiteral(sql, asked.status)} and ${createdWithin(sql, asked, 'o.id')} and ${matchesText(sql, asked)} and o.id in (
    ${
      asked.status === orderStatusAfter.pay
        ? sql`select order_id from task`
        : sql`select unnest(a.order_ids) from payment p join audit a on a.id = p.id
            where p.status in (${statusList(sql, openPaymentStatuses)})`
    })
  order by o.id desc limit ${asked.rowsMax}`;
