import { useRef } from 'preact/hooks';
import type { Outcome } from '../../shared/outcome.ts';
import type { List, OrderDetail } from '../../shared/types.ts';
import { useWatched } from '../useWatched.ts';
import type { OrdersApi, Refund, TimelineEntry } from './ordersApi.ts';

export type ShownOrder = {
  readonly order: OrderDetail;
  readonly timeline: readonly TimelineEntry[];
  /** False if the timeline has more pages than were asked for. */
  readonly isWhole: boolean;
  readonly refunds: readonly Refund[];
};

/** Enough for any order that people have dealt with. One may ask for more. */
const pagesFirst = 5;
const refundPagesMax = 20;

/** All pages of a list, one after the other, up to a number of them. */
const loadPages = async <Item>(
  ask: (cursor: string | null) => Promise<Outcome<List<Item>>>,
  pagesMax: number,
): Promise<Outcome<{ readonly items: readonly Item[]; readonly isWhole: boolean }>> => {
  const items: Item[] = [];
  for (let cursor: string | null = null, page = 1; ; page++) {
    const outcome: Outcome<List<Item>> = await ask(cursor);
    if (outcome.kind !== 'ok') return outcome;
    items.push(...outcome.value.items);
    cursor = outcome.value.nextCursor;
    if (cursor === null || page >= pagesMax)
      return { ...outcome, value: { items, isWhole: cursor === null } };
  }
};

const loadOrder = async (
  api: OrdersApi,
  id: string,
  pagesMax: number,
  signal?: AbortSignal,
): Promise<Outcome<ShownOrder>> => {
  const [order, timeline, refunds] = await Promise.all([
    api.order(id, signal),
    loadPages((cursor) => api.timeline(id, cursor, signal), pagesMax),
    loadPages((cursor) => api.refunds({ orderId: id, cursor, limit: 100 }, signal), refundPagesMax),
  ]);
  if (order.kind !== 'ok') return order;
  if (timeline.kind !== 'ok') return timeline;
  if (refunds.kind !== 'ok') return refunds;
  return {
    ...order,
    value: {
      order: order.value,
      timeline: timeline.value.items,
      isWhole: timeline.value.isWhole,
      refunds: refunds.value.items,
    },
  };
};

/** An order with all that happened to it. It is asked for again and again, because others work on it too. */
export const useOrder = (api: OrdersApi, id: string) => {
  const pages = useRef(pagesFirst);
  const { value, failure, reload } = useWatched(id, (signal) => loadOrder(api, id, pages.current, signal));
  return {
    shown: value,
    failure,
    /** The order as it is now. Null if it did not come. */
    reload: async (): Promise<ShownOrder | null> => {
      const outcome = await reload();
      return outcome.kind === 'ok' ? outcome.value : null;
    },
    showMore: (): Promise<Outcome<ShownOrder>> => {
      pages.current += pagesFirst;
      return reload();
    },
  };
};
