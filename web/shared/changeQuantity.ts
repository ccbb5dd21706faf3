import type { Outcome } from './outcome.ts';
import type { ShopApi } from './shopApi.ts';
import type { Order } from './types.ts';

type Wish = { quantity: number; isSent: boolean };

type QuantityPorts = {
  readonly changeQuantity: ShopApi['changeQuantity'];
  /** The shop has it. Comes before `show`, so that the old quantity is never seen again. */
  readonly onStored: (order: Order) => void;
  /** What the customer wants has changed, or has been stored. */
  readonly show: () => void;
};

/**
 * Stores quantities, one request an order at a time. Wishes that come meanwhile wait, and only the newest is sent, so the
 * last wish is what the shop has in the end, and never an older one that came late.
 */
export const createQuantityChanges = ({ changeQuantity, onStored, show }: QuantityPorts) => {
  const wishes = new Map<string, Wish>();
  return {
    /** Null if the shop has what the customer wants. */
    wanted: (orderId: string): number | null => wishes.get(orderId)?.quantity ?? null,

    /** While true, a total may not be what would be charged. */
    isSaving: (): boolean => wishes.size > 0,

    /** Null if another request of the same order is under way: it then sends this wish too. */
    change: async (orderId: string, quantity: number): Promise<Outcome<Order> | null> => {
      const running = wishes.get(orderId);
      if (running !== undefined) {
        running.quantity = quantity;
        running.isSent = false;
        show();
        return null;
      }
      const wish: Wish = { quantity, isSent: false };
      wishes.set(orderId, wish);
      show();
      for (;;) {
        wish.isSent = true;
        const outcome = await changeQuantity(orderId, wish.quantity);
        // A refusal ends it: what came meanwhile would be refused as well.
        if (outcome.kind === 'ok' && !wish.isSent) continue;
        if (outcome.kind === 'ok') onStored(outcome.value);
        wishes.delete(orderId);
        show();
        return outcome;
      }
    },
  };
};

/** The order as it will be: a pending order keeps the price that it was ordered for. */
export const withQuantity = (order: Order, quantity: number | null): Order =>
  quantity === null || quantity === order.quantity
    ? order
    : {
        ...order,
        quantity,
        total: { ...order.total, amount: (order.total.amount / order.quantity) * quantity },
      };
