import type { Shop } from './shop.ts';

/** What some pages share. It is made when the first of them needs it, and the scripts of the others do not hold it. */
export const perShop = <Value extends object>(create: (shop: Shop) => Value) => {
  const made = new WeakMap<Shop, Value>();
  return (shop: Shop): Value => {
    const known = made.get(shop);
    if (known !== undefined) return known;
    const value = create(shop);
    made.set(shop, value);
    return value;
  };
};
