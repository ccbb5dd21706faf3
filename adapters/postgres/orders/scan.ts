import type { Fragment } from 'postgres';
import { orderColumns } from '../columns.ts';
import type { Sql } from '../connection.ts';
import type { OrderRow } from '../rows.ts';
import {
  createdWithin,
  matchesText,
  type OrderFilter,
  remainingStatus,
  searchRows,
  statusLiteral,
} from './filter.ts';
import type { ScanResult } from './scanResult.ts';

/**
 * Looks at the newest `stretch` orders and at no more, until enough are found: 0.5 µs and a fortieth of a page
 * each. Only those that fit are read whole. The stretch is written out, for the planner to see how short it is.
 */
export const scanNewest = async (sql: Sql, asked: OrderFilter, stretch: number): Promise<ScanResult> => {
  const met = await sql<(OrderRow & { readonly down_to: string | null })[]>`
    with met as materialized (
      select n.order_id from ${asked.text === null ? standing(sql, asked, stretch) : named(sql, asked, stretch)}
      order by n.order_id desc limit ${asked.rowsMax}
    )
    select e.down_to, ${orderColumns(sql, 'o')} from (
      select case when (select count(*) from met) < ${asked.rowsMax} then (
        select n.order_id from ${searchRows(sql, asked)} as n where ${createdWithin(sql, asked, 'n.order_id')}
        order by n.order_id desc limit 1 offset ${sql.unsafe(String(stretch - 1))}
      ) end as down_to
    ) as e left join (met join orders o on o.id = met.order_id) on true
    order by o.id desc`;
  return { rows: met.filter(({ id }) => id !== null), scannedTo: met[0]?.down_to ?? null };
};

const named = (sql: Sql, asked: OrderFilter, stretch: number): Fragment => {
  const status = remainingStatus(asked);
  return sql`(
      select n.order_id, n.name_vector from ${searchRows(sql, asked)} as n where ${createdWithin(sql, asked, 'n.order_id')}
      order by n.order_id desc limit ${sql.unsafe(String(stretch))}
    ) as n ${status === null ? sql`` : sql`join orders o on o.id = n.order_id and o.status = ${statusLiteral(sql, status)}`}
    where ${matchesText(sql, asked)}`;
};

/** Where the words do not matter, the orders themselves are walked. */
const standing = (sql: Sql, asked: OrderFilter, stretch: number): Fragment => sql`(
      select o.id as order_id, o.status from orders o where ${createdWithin(sql, asked, 'o.id')}
      order by o.id desc limit ${sql.unsafe(String(stretch))}
    ) as n where n.status = ${statusLiteral(sql, asked.status)}`;
