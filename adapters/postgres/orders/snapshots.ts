import type { Fragment } from 'postgres';
import { orderColumns } from '../columns.ts';
import type { Sql } from '../connection.ts';
import type { OrderRow } from '../rows.ts';
import { createdWithin, matchesText, type OrderFilter, remainingStatus, searchRows } from './filter.ts';
import type { ScanResult } from './scanResult.ts';

/** What was found under labels, and how many of them hold the words. */
export type SnapshotScanResult = ScanResult & { readonly snapshots: number };

/**
 * Looks at the newest `rowsMax` orders under the labels that hold the words, or at as many as it finds quickly. A label
 * was last sold in the hour that it knows. Where that is over by the time asked for, its newest order is in time, so
 * twice as many such labels as rows are enough. All those sold since, the `open` ones, must be looked under too; null
 * where these are more than `openMax`, at 6 µs and 3 pages each.
 */
export const scanSnapshots = async (
  sql: Sql,
  asked: OrderFilter,
  rowsMax: number,
  openMax: number,
): Promise<SnapshotScanResult | null> => {
  const found = await merged(sql, asked, rowsMax, openMax);
  const [{ labels, open, down_to } = { labels: 0, open: 0, down_to: null }] = found;
  if (open > openMax) return null;
  const rows = found.filter(({ id }) => id !== null);
  const status = remainingStatus(asked);
  const fit = rows.filter((row) => status === null || row.status === status);
  const isCutShort = rows.length === rowsMax;
  return {
    rows: fit.slice(0, asked.rowsMax),
    scannedTo: isCutShort ? (rows.at(-1)?.id ?? null) : down_to,
    snapshots: labels,
  };
};

type Found = OrderRow & { readonly labels: number; readonly open: number; readonly down_to: string | null };

/**
 * What holds the words is materialised, so that the planner cannot hope to meet enough early and read the table
 * instead. Labels sold since come first: where they have rows enough, few others are to be looked under. Down to the
 * edge all orders are under the labels that were sold after it; what is older waits for the next time. Of each label
 * the newest order comes first: only labels with one of the newest of these can have more.
 */
const merged = (sql: Sql, asked: OrderFilter, rowsMax: number, openMax: number) => {
  const told = toldBy(sql, asked);
  const rows = sql`(select rows_max from asked)`;
  const edge = sql`coalesce((select down_to from edge), ${first})`;
  const since = told.since === null ? edge : sql`greatest(${edge}, ${told.since})`;
  const sinceOldest = sql`coalesce((select order_id from oldest), ${since})`;
  return sql<Found[]>`
    with asked as materialized (
      select ${asked.text}::tsquery as words, ${asked.since}::uuid as since, ${asked.before}::uuid as before,
        ${rowsMax}::integer as rows_max
    ), holding as materialized (
      select n.id, n.sold_before from label n where ${matchesText(sql, told)}
        and ${told.since === null ? sql`true` : sql`n.sold_before > ${told.since}`}
    ), known as materialized (
      select count(*)::integer as labels,
        (count(*) filter (where sold_before > (select before from asked)))::integer as open
      from holding
    ), lately as materialized (
      select l.id, n.order_id from holding l cross join lateral (
        ${ordersUnder(sql, asked, told)} limit 1
      ) as n
      where (select open from known) <= ${sql.unsafe(String(openMax))} and l.sold_before > (select before from asked)
      order by n.order_id desc limit ${rows}
    ), edge as materialized (
      select greatest(
        (select order_id from lately order by order_id desc offset ${rows} - 1),
        (select sold_before from holding order by sold_before desc
          offset (select open from known) + 2 * ${rows} limit 1)
      ) as down_to
    ), newest as materialized (
      select id, order_id from lately where order_id >= ${edge}
      union all
      (select l.id, n.order_id from holding l cross join lateral (
        ${ordersUnder(sql, asked, { ...told, since })} limit 1
      ) as n
      where (select open from known) <= ${sql.unsafe(String(openMax))} and l.sold_before > ${edge}
        and (l.sold_before > (select before from asked)) is not true
      order by n.order_id desc limit ${rows})
    ), oldest as materialized (
      select order_id from newest order by order_id desc offset ${rows} - 1 limit 1
    ), met as materialized (
      select n.order_id from newest l cross join lateral (
        ${ordersUnder(sql, asked, { ...told, since: sinceOldest })} limit ${rows}
      ) as n
      order by n.order_id desc limit ${rows}
    )
    select k.labels, k.open, (select down_to from edge) as down_to, ${orderColumns(sql, 'o')}
    from known k left join (met join orders o on o.id = met.order_id) on true
    order by o.id desc`;
};

const first = '00000000-0000-0000-0000-000000000000';

type Told = { readonly [part in 'text' | 'since' | 'before']: Fragment | null };

/** The values stand in a row, where the planner does not see them: so it plans once, and not for each word anew. */
const toldBy = (sql: Sql, { text, since, before }: OrderFilter): Told => ({
  text: text === null ? null : sql`(select words from asked)`,
  since: since === null ? null : sql`(select since from asked)`,
  before: before === null ? null : sql`(select before from asked)`,
});

const ordersUnder = (sql: Sql, asked: OrderFilter, told: Told): Fragment => sql`
  select n.order_id from ${searchRows(sql, asked)} as n
  where n.label_id = l.id and ${createdWithin(sql, told, 'n.order_id')}
  order by n.order_id desc`;
