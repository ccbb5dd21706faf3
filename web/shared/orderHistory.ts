import type { ShopApi } from './shopApi.ts';
import type { OrderDetail } from './types.ts';

type OrderState = OrderDetail['history'][number];

/** Enough for any order that people have dealt with, and an end for one that a fault has filled. */
const pagesMax = 20;

/**
 * The states before the newest 100, which come with the order. Null if they did not come: the page then says that it
 * does not show them.
 */
export const loadEarlierStates = async (
  api: Pick<ShopApi, 'orderHistory'>,
  { id, history }: Pick<OrderDetail, 'id' | 'history'>,
  signal?: AbortSignal,
): Promise<OrderState[] | null> => {
  const first = history[0]?.seq ?? 1;
  const earlier: OrderState[] = [];
  let cursor: string | null = null;
  if (first === 1) return earlier;
  for (let page = 1; page <= pagesMax; page++) {
    const outcome = await api.orderHistory(id, { cursor, limit: 100 }, signal);
    if (outcome.kind !== 'ok') return null;
    earlier.push(...outcome.value.items.filter(({ seq }) => seq < first));
    cursor = outcome.value.nextCursor;
    if (cursor === null || (outcome.value.items.at(-1)?.seq ?? first) >= first - 1) return earlier;
  }
  return null;
};
