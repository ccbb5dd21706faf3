import { firstId, firstIdAt } from '../../../core/id.ts';
import { failedOrderStatuses, type StockSlice, unfinishedOrderStatuses } from '../../../core/ledger.ts';
import { type OrderStatus, orderStatusAfter } from '../../../core/order.ts';
import { openPaymentStatuses } from '../../../core/payment.ts';
import {
  leakAgeMaxMs,
  leakStatuses,
  ordersThatLeak,
  productsThatDiffer,
  type StockDifference,
  stockSliceMax,
} from '../../../core/stockCheck.ts';
import { isGoodsStep } from '../../stored/goodsSteps.ts';
import type { Sql } from '../connection.ts';
import { statusList, statusText } from '../statuses.ts';

/** See `Ledger.compareStock`. */
export const compareStock = async (
  sql: Sql,
  { afterProductId, afterOrderId }: StockSlice,
  nowMs: number,
): Promise<StockSlice> => {
  const [first] = await sql<{ busy: boolean; stored: boolean }[]>`
    select (
        select count(*) from (${tasksOfOrders(sql)}) t
      ) > ${stockSliceMax.tasks} as busy,
      exists (select from stock_difference) as stored`;
  if (first?.busy) return { afterProductId, afterOrderId };
  const products = await readProducts(sql, afterProductId ?? firstId);
  await mergeSoldUnits(sql, products);
  const orders = await readOrders(sql, afterOrderId ?? firstIdAt(nowMs - leakAgeMaxMs));
  const found = [
    ...productsThatDiffer(products),
    ...ordersThatLeak(orders.holding.map(({ id, ...order }) => ({ orderId: id, ...order }))),
  ];
  const compared = products.map(({ productId }) => productId);
  if (found.length > 0 || first?.stored) await store(sql, compared, found, nowMs);
  return {
    afterProductId: products.length < stockSliceMax.products ? null : (compared.at(-1) ?? null),
    afterOrderId: orders.lastId,
  };
};

/** In the order of an index that has only them. */
const tasksOfOrders = (sql: Sql) => sql`
  select g.order_id from task cross join lateral unnest(order_ids) as g(order_id)
  where checkout_id is not null order by checkout_id limit ${stockSliceMax.tasks + 1}`;

/**
 * One statement, and so one moment: sums that are read one after the other differ while customers buy. Only open
 * payments, unfinished tasks and the merged sold units are summed, never all orders. The limits keep the planner from
 * reading all orders for a hash join.
 */
const readProducts = (sql: Sql, after: string) => sql<
  {
    productId: string;
    delivered: number;
    units: number;
    reserved: number;
    sold: number;
    sold_rows: number;
  }[]
>`
  with slice as materialized (
    select product_id, delivered, units from stock
    where product_id > ${after} order by product_id limit ${stockSliceMax.products}
  ), reserved as (
    select product_id, sum(held) as units from (
      select o.product_id, o.held
      from payment p join audit a using (id) cross join unnest(a.order_ids) as u(order_id)
        cross join lateral (select * from orders where id = u.order_id limit 1) o
      where p.status in (${statusList(sql, openPaymentStatuses)})
        and o.status = ${statusText(sql, orderStatusAfter.claim)} and o.checkout_id = p.id
      union all
      select o.product_id, o.held
      from (${tasksOfOrders(sql)}) t cross join lateral (select * from orders where id = t.order_id limit 1) o
      where o.status in (${statusList(sql, [...unfinishedOrderStatuses, ...failedOrderStatuses])})
    ) as holding group by product_id
  ), sold as (
    select product_id, sum(units) as units, count(*) as sold_rows from sold_units
    where product_id in (select product_id from slice) group by product_id
  )
  select product_id as "productId", delivered, slice.units, coalesce(reserved.units, 0)::bigint as reserved,
    coalesce(sold.units, 0)::bigint as sold, coalesce(sold_rows, 0)::bigint as sold_rows
  from slice left join reserved using (product_id) left join sold using (product_id)
  order by product_id`;

/** Rows of one product are merged when there are more of them. */
const soldRowsMax = 20;

/** Two workers may do this at once: each merges the rows that it has locked. */
const mergeSoldUnits = async (
  sql: Sql,
  products: readonly { readonly productId: string; readonly sold_rows: number }[],
): Promise<void> => {
  const many = products.filter((each) => each.sold_rows > soldRowsMax).map(({ productId }) => productId);
  if (many.length === 0) return;
  await sql`
    with free as materialized (
      select id from sold_units where product_id = any(${many}::uuid[]) for update skip locked
    ), merged as (
      delete from sold_units s using free where s.id = free.id returning s.product_id, s.units
    )
    insert into sold_units (product_id, units) select product_id, sum(units) from merged group by product_id`;
};

type HoldingRow = { id: string; status: OrderStatus; held: number; keeps: boolean };

/** The orders of the slice that may leak, and all that were found to leak before. */
const readOrders = async (
  sql: Sql,
  after: string,
): Promise<{ readonly holding: readonly HoldingRow[]; readonly lastId: string | null }> => {
  const [[last], holding] = await Promise.all([
    sql<{ id: string }[]>`
      select id from orders where id > ${after} order by id offset ${stockSliceMax.orders - 1} limit 1`,
    sql<HoldingRow[]>`
      select o.id, o.status, o.held,
        exists (select from shipment where order_id = o.id)
          or exists (select from licence where order_id = o.id)
          or exists (select from step_reference where order_id = o.id and ${sql.unsafe(isGoodsStep)})
          or exists (select from refund where order_id = o.id and not restock) as keeps
      from (
        (select id, status, held from orders where id > ${after} order by id limit ${stockSliceMax.orders})
        union
        select id, status, held from orders
        where id in (select order_id from stock_difference where order_id is not null)
      ) o
      where o.held > 0 and o.status in (${statusList(sql, leakStatuses)})`,
  ]);
  return { holding, lastId: last?.id ?? null };
};

/** A case keeps the time at which it was found first. */
const store = (
  sql: Sql,
  comparedProductIds: readonly string[],
  found: readonly StockDifference[],
  nowMs: number,
): PromiseLike<unknown> => {
  const ids = found.map(({ id }) => id);
  return sql`
    with settled as (
      delete from stock_difference
      where (order_id is not null or id = any(${comparedProductIds}::uuid[])) and not id = any(${ids}::uuid[])
    )
    insert into stock_difference (id, order_id, detail, since_ms)
    select id, order_id, detail, ${nowMs}::bigint
    from unnest(
      ${ids}::uuid[],
      ${found.map(({ orderId }) => orderId)}::uuid[],
      ${found.map(({ detail }) => detail)}::text[]
    ) as f(id, order_id, detail)
    order by id
    on conflict (id) do update set detail = excluded.detail`;
};
