/** Of the names of kept attempts. Here, so that the first page need not load what reads them. */
export const attemptPrefix = 'cw.pay ';

/** Another window has begun or ended a payment, so what the cart shows may be old. */
export const isPaymentNews = ({
  key,
  oldValue,
  newValue,
}: Pick<StorageEvent, 'key' | 'oldValue' | 'newValue'>): boolean =>
  Boolean(key?.startsWith(attemptPrefix) && !(oldValue && newValue));
