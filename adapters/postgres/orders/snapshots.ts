import type { Fragment } from 'postgres';
import { firstId } from '../../../core/id.ts';
import { orderColumns } from '../columns.ts';
import type { Sql } from '../connection.ts';
import type { OrderRow } from '../rows.ts';
import { createdWithin, matchesText, type OrderFilter, remainingStatus, searchRows } from './filter.ts';
import type { ScanResult } from './scanResult.ts';

/** A result, and how many product snapshots match the text: the number is right up to `recentMax`, and larger beyond. */
export type SnapshotScanResult = ScanResult & { readonly snapshots: number };

/**
 * Reads the newest `rowsMax` orders of all product snapshots that match the text, or as many as it finds quickly.
 *
 * A snapshot knows the hour in which it was last ordered (`sold_before` is the end of it). If this hour ends before the
 * range of the filter ends (`before`), the newest order of the snapshot is in range. So twice as many of these
 * snapshots as rows are enough. The other snapshots are `recent`: their newest order may be after the range, so all
 * of them must be read. The result is null if there are more than `recentMax` of them, because each costs 6 µs and 3
 * pages.
 */
export const scanSnapshots = async (
  sql: Sql,
  filter: OrderFilter,
  rowsMax: number,
  recentMax: number,
): Promise<SnapshotScanResult | null> => {
  const merged = await mergeOrders(sql, filter, rowsMax, recentMax);
  const [{ snapshots, recent, cutoff } = { snapshots: 0, recent: 0, cutoff: null }] = merged;
  if (recent > recentMax) return null;
  const rows = merged.filter(({ id }) => id !== null);
  const status = remainingStatus(filter);
  const matches = rows.filter((row) => status === null || row.status === status);
  const isCutShort = rows.length === rowsMax;
  return {
    rows: matches.slice(0, filter.rowsMax),
    scannedTo: isCutShort ? (rows.at(-1)?.id ?? null) : cutoff,
    snapshots,
  };
};

type MergedRow = OrderRow & {
  readonly snapshots: number;
  readonly recent: number;
  readonly cutoff: string | null;
};

/**
 * The plan, one line for each CTE:
 *  1. `query`: the values of the filter, in one row.
 *  2. `latest`: of the snapshots that match the text and were ordered after the range begins, those that were ordered
 *     last: one more than all of the others can ask for. Thousands may match, and nothing else reads them all.
 *  3. `counts`: how many of 2 there are, and how many of them are recent.
 *  4. `recent`: the newest order in range of each recent snapshot; of these orders the `rows_max` newest.
 *  5. `cutoff`: no order before this id is read by this statement. It is the newer one of two ids: that of the row
 *     number `rows_max` of 4, and the `sold_before` after which all recent snapshots and 2 × `rows_max` others were
 *     ordered. Null if there are fewer rows than that: then all orders are read.
 *  6. `newest`: the newest order of each snapshot since the cutoff: the rows of 4, and those of the other snapshots.
 *  7. `oldest`: the row number `rows_max` of 6. An older order cannot be in the result.
 *  8. `merged`: the orders of the snapshots of 6, since 7, or since the cutoff if 7 is empty; the `rows_max` newest.
 *
 * The last select reads the orders of 8 whole, and returns the counts and the cutoff with them. Orders before the
 * cutoff are left to the next call.
 *
 * The planner does not see the values in the row of 1, so it makes one plan for all values.
 */
const mergeOrders = (sql: Sql, filter: OrderFilter, rowsMax: number, recentMax: number) => {
  const values = valuesOf(sql, filter);
  const rows = sql`(select rows_max from query)`;
  const cutoff = sql`coalesce((select id from cutoff), ${firstId})`;
  const since = values.since === null ? cutoff : sql`greatest(${cutoff}, ${values.since})`;
  const sinceOldest = sql`coalesce((select order_id from oldest), ${since})`;
  return sql<MergedRow[]>`
    with query as materialized (
      select ${filter.text}::tsquery as tokens, ${filter.since}::uuid as since, ${filter.before}::uuid as before,
        ${rowsMax}::integer as rows_max
    ), latest as materialized (
      select n.id, n.sold_before from product_snapshot n where ${matchesText(sql, values)}
        and ${values.since === null ? sql`true` : sql`n.sold_before > ${values.since}`}
      order by n.sold_before desc limit ${sql.unsafe(String(recentMax + 1))} + 2 * ${rows}
    ), counts as materialized (
      select count(*)::integer as snapshots,
        (count(*) filter (where sold_before > (select before from query)))::integer as recent
      from latest
    ), recent as materialized (
      select s.id, n.order_id from latest s cross join lateral (
        ${ordersOfSnapshot(sql, filter, values)} limit 1
      ) as n
      where (select recent from counts) <= ${sql.unsafe(String(recentMax))} and s.sold_before > (select before from query)
      order by n.order_id desc limit ${rows}
    ), cutoff as materialized (
      select greatest(
        (select order_id from recent order by order_id desc offset ${rows} - 1),
        (select sold_before from latest order by sold_before desc
          offset (select recent from counts) + 2 * ${rows} limit 1)
      ) as id
    ), newest as materialized (
      select id, order_id from recent where order_id >= ${cutoff}
      union all
      (select s.id, n.order_id from latest s cross join lateral (
        ${ordersOfSnapshot(sql, filter, { ...values, since })} limit 1
      ) as n
      where (select recent from counts) <= ${sql.unsafe(String(recentMax))} and s.sold_before > ${cutoff}
        and (s.sold_before > (select before from query)) is not true
      order by n.order_id desc limit ${rows})
    ), oldest as materialized (
      select order_id from newest order by order_id desc offset ${rows} - 1 limit 1
    ), merged as materialized (
      select n.order_id from newest s cross join lateral (
        ${ordersOfSnapshot(sql, filter, { ...values, since: sinceOldest })} limit ${rows}
      ) as n
      order by n.order_id desc limit ${rows}
    )
    select c.snapshots, c.recent, (select id from cutoff) as cutoff, ${orderColumns(sql, 'o')}
    from counts c left join (merged join orders o on o.id = merged.order_id) on true
    order by o.id desc`;
};

type Values = { readonly [part in 'text' | 'since' | 'before']: Fragment | null };

/** The values of the filter as the statement reads them from `query`; null where the filter has none. */
const valuesOf = (sql: Sql, { text, since, before }: OrderFilter): Values => ({
  text: text === null ? null : sql`(select tokens from query)`,
  since: since === null ? null : sql`(select since from query)`,
  before: before === null ? null : sql`(select before from query)`,
});

/** The orders in range of the snapshot under the alias `s`, newest first. */
const ordersOfSnapshot = (sql: Sql, filter: OrderFilter, values: Values): Fragment => sql`
  select n.order_id from ${searchRows(sql, filter)} as n
  where n.snapshot_id = s.id and ${createdWithin(sql, values, 'n.order_id')}
  order by n.order_id desc`;
