import { loadCart } from './pendingOrders.ts';
import type { ShopApi } from './shopApi.ts';
import type { Order } from './types.ts';

/** A question that takes longer holds no payment up. */
const totalsLimitMs = 3_000;

/**
 * True if one of these orders costs another sum than is shown, because its quantity was changed in another window or on
 * another device. A checkout takes no sum, so the page asks before it pays. Without an answer the payment goes on: what
 * keeps it from the shop is said there, and goes on under its key.
 */
export const haveOtherTotals = async (
  api: Pick<ShopApi, 'orders'>,
  shown: readonly Pick<Order, 'id' | 'total'>[],
): Promise<boolean> => {
  const outcome = await loadCart(api, AbortSignal.timeout(totalsLimitMs));
  if (outcome.kind !== 'ok') return false;
  const now = new Map(outcome.value.map(({ id, total }) => [id, total.amount]));
  return shown.some(({ id, total }) => (now.get(id) ?? total.amount) !== total.amount);
};
