import type { Fragment } from 'postgres';
import { type Asked, inTime, inWords, namesFor, statusToSee, written } from './asked.ts';
import { orderColumns } from './columns.ts';
import type { Sql } from './connection.ts';
import type { OrderRow } from './rows.ts';

/** What was found, newest first, and the id down to which all was seen: null where nothing is left to see. */
export type Reach = { readonly rows: readonly OrderRow[]; readonly downTo: string | null };

export const isDone = ({ rows, downTo }: Reach, { rowsMax }: Asked): boolean =>
  rows.length >= rowsMax || downTo === null;

/** What is still asked for when so much is found. */
export const restOf = (asked: Asked, { rows, downTo }: Reach): Asked => ({
  ...asked,
  before: downTo,
  rowsMax: asked.rowsMax - rows.length,
});

/**
 * Looks at the newest `stretch` orders and at no more, until enough are found: 0.5 µs and a fortieth of a page
 * each. Only those that fit are read whole. The stretch is written out, for the planner to see how short it is.
 */
export const walk = async (sql: Sql, asked: Asked, stretch: number): Promise<Reach> => {
  const met = await sql<(OrderRow & { readonly down_to: string | null })[]>`
    with met as materialized (
      select n.order_id from ${asked.text === null ? standing(sql, asked, stretch) : named(sql, asked, stretch)}
      order by n.order_id desc limit ${asked.rowsMax}
    )
    select e.down_to, ${orderColumns(sql, 'o')} from (
      select case when (select count(*) from met) < ${asked.rowsMax} then (
        select n.order_id from ${namesFor(sql, asked)} as n where ${inTime(sql, asked, 'n.order_id')}
        order by n.order_id desc limit 1 offset ${sql.unsafe(String(stretch - 1))}
      ) end as down_to
    ) as e left join (met join orders o on o.id = met.order_id) on true
    order by o.id desc`;
  return { rows: met.filter(({ id }) => id !== null), downTo: met[0]?.down_to ?? null };
};

const named = (sql: Sql, asked: Asked, stretch: number): Fragment => {
  const status = statusToSee(asked);
  return sql`(
      select n.order_id, n.name_vector from ${namesFor(sql, asked)} as n where ${inTime(sql, asked, 'n.order_id')}
      order by n.order_id desc limit ${sql.unsafe(String(stretch))}
    ) as n ${status === null ? sql`` : sql`join orders o on o.id = n.order_id and o.status = ${written(sql, status)}`}
    where ${inWords(sql, asked)}`;
};

/** Where the words do not matter, the orders themselves are walked. */
const standing = (sql: Sql, asked: Asked, stretch: number): Fragment => sql`(
      select o.id as order_id, o.status from orders o where ${inTime(sql, asked, 'o.id')}
      order by o.id desc limit ${sql.unsafe(String(stretch))}
    ) as n where n.status = ${written(sql, asked.status)}`;

/** Orders that one statement walks past at most. */
const stretchMax = 200_000;

/** Walks on, farther each time, until the page is full or the first order is reached. */
export const walkOn = async (sql: Sql, asked: Asked, from: Reach, stretch: number): Promise<Reach> => {
  let reach = from;
  for (let next = stretch; !isDone(reach, asked); next = Math.min(4 * next, stretchMax))
    reach = onFrom(reach, await walk(sql, restOf(asked, reach), next));
  return reach;
};

export const onFrom = (before: Reach, { rows, downTo }: Reach): Reach => ({
  rows: [...before.rows, ...rows],
  downTo,
});
