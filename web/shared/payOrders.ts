import type { Refused, SignedOut, Unanswered } from './outcome.ts';
import type { ShopApi } from './shopApi.ts';
import type { Order } from './types.ts';

/** Asked for at the same time. The payment itself needs a connection too. */
const atOnceMax = 3;

type LoadedOrders = {
  readonly orders: readonly Order[];
  /** Why not all of them came. One that the shop does not have is left out, and is no failure. */
  readonly failure: Refused | SignedOut | Unanswered | null;
};

/**
 * The orders of an attempt, in its order. Most of them are among the newest; the others are asked for one by one. A
 * receipt shows what came, and the payment goes on.
 */
export const loadOrders = async (
  api: Pick<ShopApi, 'orders' | 'order'>,
  orderIds: readonly string[],
): Promise<LoadedOrders> => {
  let failure: LoadedOrders['failure'] = null;
  const found = new Map<string, Order>();
  const newest = await api.orders({ limit: 100 });
  if (newest.kind === 'ok') for (const order of newest.value.items) found.set(order.id, order);
  const missing = orderIds.filter((id) => !found.has(id));
  while (missing.length > 0)
    for (const answer of await Promise.all(missing.splice(0, atOnceMax).map((id) => api.order(id))))
      if (answer.kind === 'ok') found.set(answer.value.id, answer.value);
      else if (answer.kind !== 'aborted' && !(answer.kind === 'problem' && answer.problem.status === 404))
        failure = answer;
  return { orders: orderIds.flatMap((id) => found.get(id) ?? []), failure };
};
