import type { Store } from './store.ts';

/**
 * What a customer wants to pay for, on the way from the cart to the payment page, which is a document of its own.
 * `method` is null where that page has to ask for it.
 */
export type PayWish = { readonly orderIds: readonly string[]; readonly method: string | null };

/**
 * Kept in the window, so only a page of ours can make a wish: an address alone never charges anybody. It is taken once,
 * so a reload or Back does not pay again.
 */
export const createPayWish = (own: Store, customerId: string) => {
  const name = `cw.pay-wish ${customerId}`;
  return {
    put: (wish: PayWish): void => own.set(name, JSON.stringify(wish)),
    take: (): PayWish | null => {
      const text = own.get(name);
      own.remove(name);
      return parseWish(text);
    },
  };
};

const parseWish = (text: string | null): PayWish | null => {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    if (typeof value !== 'object' || value === null || !('orderIds' in value) || !('method' in value))
      return null;
    const { orderIds, method } = value;
    const isWish =
      Array.isArray(orderIds) &&
      orderIds.length > 0 &&
      orderIds.every((id) => typeof id === 'string') &&
      (method === null || typeof method === 'string');
    return isWish ? { orderIds, method } : null;
  } catch {
    return null;
  }
};
