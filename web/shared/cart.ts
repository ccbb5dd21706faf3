import { totalsOf } from './money.ts';
import { overlaps } from './overlaps.ts';
import type { Attempt } from './payStates.ts';
import type { Money, Order } from './types.ts';

/** The cart of a customer is their pending orders. */
type CartOrder = Pick<Order, 'id' | 'status' | 'expiresAt' | 'total'>;

/** A checkout takes no more. */
export const ordersMax = 100;

/**
 * The orders that can be paid now. An order with an attempt that has no final answer is not among them, whatever its
 * status says, because the answer is still to come.
 */
export const payableOf = <Item extends CartOrder>(
  orders: readonly Item[],
  attempts: readonly Attempt[],
  nowMs: number,
): readonly Item[] =>
  orders.filter(
    ({ id, status, expiresAt }) =>
      status === 'pending' &&
      new Date(expiresAt).getTime() > nowMs &&
      !attempts.some((attempt) => overlaps(attempt, [id])),
  );

export type PayObstacle = 'nothing_chosen' | 'too_many' | 'two_currencies';

export type Selection<Item> = {
  readonly orders: readonly Item[];
  /** One a currency. */
  readonly totals: readonly Money[];
  /** Why these cannot be paid together. */
  readonly obstacle: PayObstacle | null;
};

/** What is ticked and can be paid. What cannot be paid any more is never in it, however it was ticked. */
export const selectionOf = <Item extends CartOrder>(
  payable: readonly Item[],
  unticked: ReadonlySet<string>,
): Selection<Item> => {
  const orders = payable.filter(({ id }) => !unticked.has(id));
  const totals = totalsOf(orders.map(({ total }) => total));
  return { orders, totals, obstacle: obstacleOf(orders.length, totals.length) };
};

const obstacleOf = (orders: number, currencies: number): PayObstacle | null => {
  if (orders === 0) return 'nothing_chosen';
  if (currencies > 1) return 'two_currencies';
  return orders > ordersMax ? 'too_many' : null;
};
