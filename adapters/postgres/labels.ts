import type { Fragment } from 'postgres';
import { type Asked, inTime, inWords, namesFor, statusToSee } from './asked.ts';
import type { Sql } from './connection.ts';
import type { OrderRow } from './rows.ts';

export type Label = { readonly id: number; readonly sold_before: string };

/** What few labels come to; or that there are more than few, and whether none of those seen was sold lately. */
export type UnderFew =
  | { readonly kind: 'few'; readonly rows: readonly OrderRow[] }
  | { readonly kind: 'many'; readonly areOld: boolean };

/**
 * The newest orders as asked, where at most `labelsMax` labels hold the words. `are_old`: no order under them is
 * in the time asked for, as far as that can be told from some of them.
 */
export const underFew = async (sql: Sql, asked: Asked, labelsMax: number): Promise<UnderFew> => {
  // Asked once, before any of them is looked under.
  const few = sql`(select id from first where (select labels from known) <= ${labelsMax})`;
  let many: UnderFew | null = null;
  const rows = await fitting(asked, async (share, rowsMax) => {
    const found = await sql<(Shared & { readonly labels: number; readonly are_old: boolean })[]>`
      with holding as materialized (${holding(sql, asked)}), first as materialized (
        select * from holding limit ${sql.unsafe(String(labelsMax + 1))}
      ), known as materialized (
        select count(*)::integer as labels, bool_and(sold_before <= ${asked.before}) as are_old from first
      )
      select k.labels, k.are_old, m.label_id, o.* from known k left join lateral (
        ${newestUnder(sql, asked, few, share, rowsMax)}
      ) as m on true left join orders o on o.id = m.order_id
      order by o.id desc`;
    const [{ labels, are_old } = { labels: 0, are_old: true }] = found;
    if (labels > labelsMax) many = { kind: 'many', areOld: are_old };
    return found.filter(({ id }) => id !== null);
  });
  return many ?? { kind: 'few', rows };
};

/** The labels that hold the words and were ordered last. */
export const lastLabels = (sql: Sql, asked: Asked, max: number): Promise<readonly Label[]> => sql<Label[]>`
  with holding as materialized (${holding(sql, asked)})
  select id, sold_before from holding order by sold_before desc limit ${max}`;

/** The newest orders as asked under these labels. */
export const under = (sql: Sql, asked: Asked, labels: readonly Label[]): Promise<readonly OrderRow[]> => {
  const ids = sql`unnest(${labels.map(({ id }) => id)}::integer[])`;
  return fitting(
    asked,
    (share, rowsMax) => sql<Shared[]>`
      select m.label_id, o.* from (
        ${newestUnder(sql, asked, sql`(select id from ${ids} as id)`, share, rowsMax)}
      ) as m join orders o on o.id = m.order_id order by o.id desc`,
  );
};

/** Materialised, so that the planner cannot hope to meet enough labels early and read the table instead. */
const holding = (sql: Sql, asked: Asked): Fragment => sql`
  select n.id, n.sold_before from label n where ${inWords(sql, asked)}
    and ${asked.since === null ? sql`true` : sql`n.sold_before > ${asked.since}`}`;

const newestUnder = (
  sql: Sql,
  asked: Asked,
  labels: Fragment,
  share: number,
  rowsMax: number,
): Fragment => sql`
  select n.order_id, l.id as label_id from ${labels} as l cross join lateral (
    select n.order_id from ${namesFor(sql, asked)} as n
    where n.label_id = l.id and ${inTime(sql, asked, 'n.order_id')}
    order by n.order_id desc limit ${share}
  ) as n
  order by n.order_id desc limit ${rowsMax}`;

type Shared = OrderRow & { readonly label_id: number };

/** What each of many labels is asked for at first: it has only a few of the newest orders of all. */
const shareFirst = 4;

/**
 * Asks for as many rows as it takes, whatever their status: most orders have the one that is asked for, or few
 * of these labels' orders are there at all.
 */
const fitting = async (
  asked: Asked,
  newest: (share: number, rowsMax: number) => Promise<readonly Shared[]>,
): Promise<readonly OrderRow[]> => {
  const status = statusToSee(asked);
  let rowsMax = status === null ? asked.rowsMax : 2 * asked.rowsMax;
  let share = Math.min(shareFirst, rowsMax);
  for (;;) {
    const rows = await newest(share, rowsMax);
    const fit = rows.filter((row) => status === null || row.status === status);
    if (share < rowsMax && isCutShort(rows, share)) share = rowsMax;
    else if (fit.length >= asked.rowsMax || rows.length < rowsMax) return fit.slice(0, asked.rowsMax);
    else {
      rowsMax *= 8;
      share = rowsMax;
    }
  }
};

/** Whether a label may have had more to give. */
const isCutShort = (rows: readonly Shared[], share: number): boolean =>
  [...Map.groupBy(rows, ({ label_id }) => label_id).values()].some(({ length }) => length === share);
