import type { CheckoutNumber } from '../../../core/checkoutNumber.ts';
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
import { type NewestScanResult, scanNewest } from './scan.ts';
import { type NextScanLimits, nextScanRows } from './scanCosts.ts';
import { appendResult, isComplete, remainingFilter, type ScanResult } from './scanResult.ts';
import { scanSnapshots } from './snapshots.ts';

/** How much each scan reads before the list continues with another kind of scan. */
export type ScanLimits = NextScanLimits & {
  /** Orders that the first scan reads. It is enough for a token that one order in ten has. */
  readonly firstScanRows: number;
};

const scanLimits: ScanLimits = {
  firstScanRows: 300,
  sampleRows: 2_000,
  longScanRows: 5_000,
  snapshotsMax: 220,
  costs: { snapshotQuery: 1_000, name: 5 },
};

/** See `Orders.list`. The filter decides which scan is the cheapest. Every scan gives the same result. */
export const createOrderList =
  (sql: Sql, limits: ScanLimits = scanLimits) =>
  async (query: OrderQuery): Promise<Page<Order, string>> => {
    const rows = await listRows(sql, orderFilterOf(query), limits);
    return pageOf(rows.map(orderOf), query.limit, ({ id }) => id);
  };

const listRows = (sql: Sql, filter: OrderFilter, limits: ScanLimits): Promise<readonly OrderRow[]> => {
  if (filter.number !== null) return listOfCheckout(sql, filter, filter.number);
  if (filter.customerId !== null) return listOfCustomer(sql, filter);
  if (filter.text !== null) return listByText(sql, filter, limits);
  if (filter.status === null) return listNewest(sql, filter);
  return hasEndStatus(filter) ? listEnded(sql, filter) : listByStatus(sql, filter, limits);
};

const listNewest = (sql: Sql, filter: OrderFilter) => sql<OrderRow[]>`
  select ${orderColumns(sql, 'o')} from orders o
  where ${createdWithin(sql, filter, 'o.id')} order by o.id desc limit ${filter.rowsMax}`;

const listEnded = (sql: Sql, filter: OrderFilter) => sql<OrderRow[]>`
  select ${orderColumns(sql, 'o')} from order_ended e join orders o on o.id = e.order_id
  where e.status = ${statusLiteral(sql, filter.status)} and ${createdWithin(sql, filter, 'e.order_id')}
  order by e.order_id desc limit ${filter.rowsMax}`;

/** A checkout has at most 100 orders. One that another checkout has claimed since has the number of that one. */
const listOfCheckout = (sql: Sql, filter: OrderFilter, { prefix, sequence }: CheckoutNumber) => sql<
  OrderRow[]
>`
  select ${orderColumns(sql, 'o')} from audit a cross join unnest(a.order_ids) as u(order_id)
  join orders o on o.id = u.order_id and o.checkout_id = a.id join order_search n on n.order_id = o.id
  where a.sequence = ${sequence} and a.number_prefix = ${prefix}
    ${filter.customerId === null ? sql`` : sql`and n.customer_id = ${filter.customerId}`}
    ${filter.status === null ? sql`` : sql`and o.status = ${statusLiteral(sql, filter.status)}`}
    and ${createdWithin(sql, filter, 'n.order_id')} and ${matchesText(sql, filter)}
  order by n.order_id desc limit ${filter.rowsMax}`;

/** A customer has few orders compared with all orders. They are scanned together with their search rows. */
const listOfCustomer = (sql: Sql, filter: OrderFilter) => sql<OrderRow[]>`
  select ${orderColumns(sql, 'o')} from order_search n join orders o on o.id = n.order_id
  where n.customer_id = ${filter.customerId} and ${createdWithin(sql, filter, 'n.order_id')} and ${matchesText(sql, filter)}
    ${filter.status === null ? sql`` : sql`and o.status = ${statusLiteral(sql, filter.status)}`}
  order by n.order_id desc limit ${filter.rowsMax}`;

const listByStatus = async (sql: Sql, filter: OrderFilter, limits: ScanLimits) => {
  const first = await scanNewest(sql, filter, limits.longScanRows);
  if (isComplete(first, filter)) return first.rows;
  if (isInFlight(filter)) return listInFlight(sql, filter);
  return (await scanToEnd(sql, filter, first, 4 * limits.longScanRows)).rows;
};

/**
 * A scan from the newest order soon finds a common token. For a rarer token, product snapshots lead to its orders. But
 * where the scan is expected to fill the page for less than that, it goes on.
 */
const listByText = async (sql: Sql, filter: OrderFilter, limits: ScanLimits) => {
  const first = await scanNewest(sql, filter, limits.firstScanRows);
  if (isComplete(first, filter)) return first.rows;
  if (isInFlight(filter)) return listInFlight(sql, filter);
  const scanned = await scanWhileCheap(sql, filter, first, limits);
  const merged = await mergeSnapshots(sql, filter, scanned, limits);
  return (await scanToEnd(sql, filter, merged, limits.longScanRows)).rows;
};

const scanWhileCheap = async (
  sql: Sql,
  filter: OrderFilter,
  first: NewestScanResult,
  limits: ScanLimits,
): Promise<ScanResult> => {
  const isBefore = filter.before !== null;
  let result: ScanResult = first;
  let scanned = limits.firstScanRows;
  while (!isComplete(result, filter)) {
    const rest = remainingFilter(filter, result);
    const found = { scanned, matches: result.rows.length, missing: rest.rowsMax };
    const next = nextScanRows({ ...found, snapshots: first.snapshots, isBefore }, limits);
    if (next === null) break;
    result = appendResult(result, await scanNewest(sql, rest, next));
    scanned += next;
  }
  return result;
};

/**
 * Merges the newest orders of few product snapshots, as many orders as the page needs. It does so for any status:
 * either most orders have the given status, or these snapshots have few orders at all. With many snapshots it merges
 * only once, back to the time at which most of them were last ordered.
 */
const mergeSnapshots = async (
  sql: Sql,
  filter: OrderFilter,
  from: ScanResult,
  limits: ScanLimits,
): Promise<ScanResult> => {
  let result = from;
  for (let pages = remainingStatus(filter) === null ? 1 : 2; !isComplete(result, filter); pages *= 8) {
    const rest = remainingFilter(filter, result);
    const next = await scanSnapshots(sql, rest, pages * rest.rowsMax, limits.snapshotsMax);
    if (next === null) return result;
    result = appendResult(result, next);
    if (next.snapshots > limits.snapshotsMax) return result;
  }
  return result;
};

/** The maximum number of orders that one statement scans. */
const scanRowsMax = 200_000;

/** Continues the scan, with more orders each time, until the page is full or the oldest order is read. */
const scanToEnd = async (
  sql: Sql,
  filter: OrderFilter,
  from: ScanResult,
  scanRows: number,
): Promise<ScanResult> => {
  let result = from;
  for (let next = scanRows; !isComplete(result, filter); next = Math.min(4 * next, scanRowsMax))
    result = appendResult(result, await scanNewest(sql, remainingFilter(filter, result), next));
  return result;
};

const isInFlight = ({ status }: OrderFilter): boolean =>
  status === orderStatusAfter.claim || status === orderStatusAfter.pay;

/** A `paying` order has an open payment, and a `paid` order has a task. Both are few: only as many as there is work. */
const listInFlight = (sql: Sql, filter: OrderFilter) => sql<OrderRow[]>`
  select ${orderColumns(sql, 'o')} from orders o join order_search n on n.order_id = o.id
  where o.status = ${statusLiteral(sql, filter.status)} and ${createdWithin(sql, filter, 'o.id')}
    and ${matchesText(sql, filter)} and o.id in (
    ${
      filter.status === orderStatusAfter.pay
        ? sql`select unnest(order_ids) from task where checkout_id is not null`
        : sql`select unnest(a.order_ids) from payment p join audit a on a.id = p.id
            where p.status in (${statusList(sql, openPaymentStatuses)})`
    })
  order by o.id desc limit ${filter.rowsMax}`;
