/** Of the names of kept attempts. Here, so that the first page need not load what reads them. */
export const attemptPrefix = 'cw.pay ';

/** Another value whenever a window changes the cart. */
export const cartMark = 'cw.cart';

/** Another window has begun or ended a payment, or changed the cart, so what this one shows may be old. */
export const isCartNews = ({
  key,
  oldValue,
  newValue,
}: Pick<StorageEvent, 'key' | 'oldValue' | 'newValue'>): boolean =>
  key === cartMark || Boolean(key?.startsWith(attemptPrefix) && !(oldValue && newValue));
