import type { Outcome } from './outcome.ts';
import type { ShopApi } from './shopApi.ts';
import type { Order } from './types.ts';

/**
 * Places orders, each once. A second click while the first is on its way does nothing. Where no answer came, the next
 * click for the same product and quantity has the same key, so the shop places no second order.
 */
export const createAddToCart = (placeOrder: ShopApi['placeOrder'], newKey: () => string) => {
  const running = new Set<string>();
  const keys = new Map<string, string>();
  return {
    isAdding: (productId: string): boolean => running.has(productId),

    /** Null if this product is being added already. */
    add: async (productId: string, quantity: number): Promise<Outcome<Order> | null> => {
      if (running.has(productId)) return null;
      running.add(productId);
      const wish = `${productId} ${quantity}`;
      const key = keys.get(wish) ?? newKey();
      keys.set(wish, key);
      const outcome = await placeOrder(productId, quantity, key);
      if (isAnswered(outcome)) keys.delete(wish);
      running.delete(productId);
      return outcome;
    },
  };
};

/** A fault of the server may come after the order was placed, and a session that ended says nothing of it. */
const isAnswered = (outcome: Outcome<unknown>): boolean =>
  outcome.kind === 'ok' || (outcome.kind === 'problem' && outcome.problem.status < 500);
