import type { Order } from './order.ts';

/** Units left by product id. Null means that the product cannot run out. */
export type StockLevels = ReadonlyMap<string, number | null>;

/** A product with too few units for the orders of a checkout, and what was left when they were judged. */
export type Shortage = {
  readonly productId: string;
  readonly left: number;
  readonly orderIds: readonly string[];
};

/** The products that have too few units for all these orders together. */
export const findShortages = (orders: readonly Order[], levels: StockLevels): readonly Shortage[] =>
  [...Map.groupBy(orders, ({ product }) => product.id)].flatMap(([productId, ofProduct]) => {
    const left = levels.get(productId) ?? null;
    if (left === null || unitsOf(ofProduct) <= left) return [];
    return [{ productId, left, orderIds: ofProduct.map(({ id }) => id) }];
  });

/** The units that an order takes from the stock when a checkout claims it. 0 if its product cannot run out. */
export const unitsToHold = ({ product, quantity }: Order, levels: StockLevels): number =>
  (levels.get(product.id) ?? null) === null ? 0 : quantity;

/** Takes the units of these orders out of `levels`. */
export const takeUnits = (levels: Map<string, number | null>, orders: readonly Order[]): void => {
  for (const { product, quantity } of orders) {
    const left = levels.get(product.id) ?? null;
    if (left !== null) levels.set(product.id, left - quantity);
  }
};

/** The state in the history of an order whose claim took units from the stock. It comes after the claim's own state. */
export const stockReservedState = 'stock_reserved';

const unitsOf = (orders: readonly Order[]): number => orders.reduce((sum, { quantity }) => sum + quantity, 0);
