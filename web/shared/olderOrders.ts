import type { Outcome } from './outcome.ts';
import type { Question } from './search.ts';
import type { ShopApi } from './shopApi.ts';
import type { List, Order, OrderStatus } from './types.ts';

/** A pending order stands in the cart above the list. These are the others, as one may filter by them. */
export const olderStatuses = [
  'paying',
  'paid',
  'completed',
  'failed',
  'cancelled',
  'refunded',
] as const satisfies readonly OrderStatus[];

/** So few rows would look like all of them, so the next page is asked for as well. */
const rowsMin = 8;

/** As many pages as the shop's own limit of pending orders fills. */
const pagesMax = 10;

/**
 * A page of the orders that are not in the cart, newest first. The API has one list, so the pending ones are left out
 * here.
 */
export const loadOlderOrders = async (
  api: Pick<ShopApi, 'orders'>,
  { query, filter, cursor }: Question,
  signal: AbortSignal,
): Promise<Outcome<List<Order>>> => {
  const items: Order[] = [];
  const status = olderStatuses.find((known) => known === filter) ?? '';
  let from = cursor;
  for (let page = 1; ; page++) {
    // The first page is small, as few have many pending orders. The next pages are large.
    const limit = page === 1 ? 20 : 100;
    const outcome = await api.orders({ q: query, status, cursor: from, limit }, signal);
    if (outcome.kind !== 'ok') return outcome;
    const { nextCursor } = outcome.value;
    items.push(...outcome.value.items.filter((order) => order.status !== 'pending'));
    from = nextCursor;
    if (nextCursor === null || items.length >= rowsMin || page === pagesMax)
      return { ...outcome, value: { items, nextCursor } };
  }
};
