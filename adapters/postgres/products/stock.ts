import { sql as raw } from 'drizzle-orm';
import type { Transaction } from '../connection.ts';

/**
 * The units left of a row of `product`; null if it cannot run out. Not a join: the planner would read the stock of all
 * products to list a few.
 */
export const unitsLeft = raw<number | null>`
  (select case when s.limited then s.units end from stock s where s.product_id = product.id)`
  .mapWith((units: string | number) => Number(units))
  .as('stock');

/**
 * Overwrites the units that are left. A product without a number keeps its row; a new product always has one. What is
 * put in or taken out is counted as delivered, under the row's lock. Rows are locked in the order of the products' ids.
 */
export const setStock = async (
  tx: Transaction,
  products: readonly { readonly productId: string; readonly stock: number | null | undefined }[],
): Promise<void> => {
  const changed = products.filter((each) => each.stock !== undefined);
  if (changed.length === 0) return;
  await tx`
    insert into stock as s (product_id, limited, units, delivered)
    select product_id, units is not null, coalesce(units, 0), coalesce(units, 0)
    from unnest(
      ${changed.map(({ productId }) => productId)}::uuid[],
      ${changed.map((each) => each.stock ?? null)}::bigint[]
    ) as c(product_id, units)
    order by product_id
    on conflict (product_id) do update set limited = excluded.limited,
      units = case when excluded.limited then excluded.units else s.units end,
      delivered = case when excluded.limited then s.delivered + excluded.units - s.units else s.delivered end`;
};
