import type { ShopApi } from './shopApi.ts';
import type { Order } from './types.ts';

/** Asked for at the same time. The payment itself needs a connection too. */
const atOnceMax = 3;

/**
 * The orders of an attempt, in its order, for the receipt. Most of them are among the newest; the others are asked for
 * one by one. One that cannot be had is left out: the receipt says less, and the payment goes on.
 */
export const loadOrders = async (
  api: Pick<ShopApi, 'orders' | 'order'>,
  orderIds: readonly string[],
): Promise<readonly Order[]> => {
  const found = new Map<string, Order>();
  const newest = await api.orders({ limit: 100 });
  if (newest.kind === 'ok') for (const order of newest.value.items) found.set(order.id, order);
  const missing = orderIds.filter((id) => !found.has(id));
  while (missing.length > 0)
    for (const answer of await Promise.all(missing.splice(0, atOnceMax).map((id) => api.order(id))))
      if (answer.kind === 'ok') found.set(answer.value.id, answer.value);
  return orderIds.flatMap((id) => found.get(id) ?? []);
};
