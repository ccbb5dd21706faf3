import { initialOrderStatus, type OrderStatus, orderStatusAfter } from './order.ts';

/** The units of a product at one moment. */
export type ProductUnits = {
  readonly productId: string;
  readonly delivered: number;
  /** What is left. */
  readonly units: number;
  /** What orders with an open payment or an unfinished pipeline hold. */
  readonly reserved: number;
  /** What all other orders hold: the completed ones, and the refunded ones that keep theirs. */
  readonly sold: number;
};

/** An order that holds units. */
export type HoldingOrder = {
  readonly orderId: string;
  readonly status: OrderStatus;
  readonly held: number;
  /** True if a refund leaves the units out of the stock: it has a shipment or a licence, or a refund's `restock` says so. */
  readonly keeps: boolean;
};

/** A product or an order whose units do not add up. */
export type StockDifference = {
  /** The id of the product, or of the order. */
  readonly id: string;
  /** Null for a product. */
  readonly orderId: string | null;
  readonly detail: string;
};

/** How much one comparison reads. A worker compares slice by slice, so that no statement takes long. */
export const stockSliceMax = {
  products: 1_000,
  orders: 2_000,
  /** With more unfinished tasks than this, products are not compared: the sum over them would take long. */
  tasks: 5_000,
} as const;

/** Only orders of this age, or younger, are searched for leaks, ms. */
export const leakAgeMaxMs = 24 * 3_600_000;

/** Finds the products that break `delivered = left + reserved + sold`. */
export const productsThatDiffer = (products: readonly ProductUnits[]): readonly StockDifference[] =>
  products
    .filter(({ delivered, units, reserved, sold }) => delivered !== units + reserved + sold)
    .map(({ productId: id, delivered, units, reserved, sold }) => ({
      id,
      orderId: null,
      detail: `${delivered} delivered, but ${units} left, ${reserved} reserved and ${sold} sold`,
    }));

/** The statuses of orders that hold no units, or that hold them only if they keep them. */
export const leakStatuses: readonly OrderStatus[] = [
  initialOrderStatus,
  orderStatusAfter.cancel,
  orderStatusAfter.refund,
];

/** Finds the orders that hold units which they should have given back. */
export const ordersThatLeak = (orders: readonly HoldingOrder[]): readonly StockDifference[] =>
  orders
    .filter(({ status, held }) => held > 0 && leakStatuses.includes(status))
    .filter(({ status, keeps }) => !(keeps && status === orderStatusAfter.refund))
    .map(({ orderId, status, held }) => ({ id: orderId, orderId, detail: `${status}, but holds ${held}` }));
