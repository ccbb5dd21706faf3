import { rowOf, type Tables, type Writes } from './tables.ts';

/** The units left; null for a product that cannot run out. */
export const unitsLeft = (tables: Tables, productId: string): number | null => {
  const { limited, units } = rowOf(tables.stocks, productId);
  return limited ? units : null;
};

/** Overwrites the units that are left. What is put in or taken out is counted as delivered. */
export const setStock = (tables: Tables, writes: Writes, productId: string, stock: number | null): void => {
  const row = tables.stocks.get(productId) ?? { limited: false, units: 0, delivered: 0 };
  const units = stock ?? row.units;
  const delivered = row.delivered + units - row.units;
  writes.set(tables.stocks, productId, { limited: stock !== null, units, delivered });
};

/** Gives units of an order back, or takes them (less than 0). The order then holds `held`. */
export const moveUnits = (
  tables: Tables,
  writes: Writes,
  orderId: string,
  { given, held }: { readonly given: number; readonly held: number },
): void => {
  const row = rowOf(tables.orders, orderId);
  const productId = row.order.product.id;
  const stock = rowOf(tables.stocks, productId);
  const units = stock.units + given;
  if (units < 0) throw new Error(`the product ${productId} would have ${units} units`);
  writes.set(tables.stocks, productId, { ...stock, units });
  writes.set(tables.orders, orderId, { ...row, held });
};

/** Counts units as sold, or no longer (less than 0). */
export const sellUnits = (tables: Tables, writes: Writes, productId: string, units: number): void =>
  writes.set(tables.soldUnits, productId, (tables.soldUnits.get(productId) ?? 0) + units);
