import type { PayState, ShownCheckout } from './payStates.ts';
import type { Order, OrderStatus } from './types.ts';

const checkoutPrefix = '/shop/checkouts/';

/** Null on the page before a checkout is known. */
export const checkoutIdOfPath = (path: string): string | null => {
  const id = path.startsWith(checkoutPrefix) ? path.slice(checkoutPrefix.length).replace(/\/$/, '') : '';
  return /^[\w-]{1,64}$/.test(id) ? id : null;
};

/** The checkout that a state is about. Null before an answer has named one. */
export const checkoutIdOfState = (state: PayState): string | null => {
  if (state.phase === 'idle') return null;
  if ('checkout' in state && state.checkout !== null) return state.checkout.checkoutId;
  if ('checkoutId' in state && state.checkoutId !== null) return state.checkoutId;
  return state.attempt?.checkoutId ?? null;
};

/**
 * The address that shows the same payment after a reload, in another window and on another device. It takes the place
 * of the form's, so Back never leads to a form for what is paid.
 */
export const payAddress = (state: PayState, path: string): string => {
  const id = checkoutIdOfState(state);
  return id === null ? path : checkoutPrefix + encodeURIComponent(id);
};

/** Null if the state does not show it. */
export const checkoutOfState = (state: PayState): ShownCheckout | null =>
  'checkout' in state ? state.checkout : null;

/** Empty where only the checkout is known. */
export const orderIdsOfState = (state: PayState): readonly string[] => {
  if (state.phase === 'idle') return [];
  return state.attempt?.orderIds ?? checkoutOfState(state)?.orders.map(({ id }) => id) ?? [];
};

const movingStatuses: readonly OrderStatus[] = ['pending', 'paying', 'paid'];

/** True as long as the pipelines of a paid checkout are at work on one of its orders. */
export const isMoving = (orders: readonly Pick<Order, 'status'>[]): boolean =>
  orders.some(({ status }) => movingStatuses.includes(status));

/** A page of the provider or of a bank. An address of a script is none. */
export const safeRedirect = (url: string | null): string | null =>
  url !== null && URL.canParse(url) && /^https?:/i.test(new URL(url).protocol) ? url : null;
