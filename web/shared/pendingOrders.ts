import type { Outcome } from './outcome.ts';
import type { ShopApi } from './shopApi.ts';
import type { Store } from './store.ts';
import type { List, Order } from './types.ts';

/**
 * Remembers what a customer has left out. What is new is ticked, so the ticks of orders that are gone cannot come back:
 * only the ticks that were taken away are stored.
 */
export const createTicks = (store: Store, customerId: string) => {
  const name = `cw.unticked ${customerId}`;
  const read = (): ReadonlySet<string> => {
    try {
      const ids: unknown = JSON.parse(store.get(name) ?? '[]');
      return new Set(Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : []);
    } catch {
      return new Set();
    }
  };
  const write = (ids: Iterable<string>): void => store.set(name, JSON.stringify([...ids]));
  return {
    unticked: read,
    tick: (id: string, isTicked: boolean): void => {
      const others = [...read()].filter((each) => each !== id);
      write(isTicked ? others : [...others, id]);
    },
    tickAll: (ids: readonly string[], isTicked: boolean): void => {
      const others = [...read()].filter((each) => !ids.includes(each));
      write(isTicked ? others : [...others, ...ids]);
    },
    /** Forgets orders that are in the cart no more. */
    prune: (ids: readonly string[]): void => {
      const all = [...read()];
      const left = all.filter((each) => ids.includes(each));
      if (left.length < all.length) write(left);
    },
  };
};

/** As many pages as the shop's own limit of pending orders. */
const pagesMax = 10;

/** All pending orders, over as many pages as there are. Nothing is shown of a cart that came only in part. */
export const loadCart = async (
  api: Pick<ShopApi, 'orders'>,
  signal?: AbortSignal,
): Promise<Outcome<readonly Order[]>> => {
  const orders: Order[] = [];
  let cursor: string | null = null;
  for (let page = 1; ; page++) {
    const outcome: Outcome<List<Order>> = await api.orders({ status: 'pending', limit: 100, cursor }, signal);
    if (outcome.kind !== 'ok') return outcome;
    orders.push(...outcome.value.items);
    cursor = outcome.value.nextCursor;
    if (cursor === null || page === pagesMax) return { ...outcome, value: orders };
  }
};
