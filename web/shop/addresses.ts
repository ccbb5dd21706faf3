import { queryOf } from '../shared/query.ts';

export const homePath = '/shop';
export const cartPath = '/shop/orders';
export const orderPath = (id: string): string => `${cartPath}/${encodeURIComponent(id)}`;
/** Where it is not known yet which checkout it is. */
export const payPath = '/shop/pay';
export const checkoutPath = (id: string): string => `/shop/checkouts/${encodeURIComponent(id)}`;
/** `back` is the page to return to. */
export const signInPath = (back: string): string => {
  // After sign-out and sign-in on the sign-in page itself there is nothing to come back to.
  const isHere = back === '' || back.startsWith(signInPagePath);
  return `${signInPagePath}${queryOf({ back: isHere ? null : back })}`;
};
export const signInPagePath = '/shop/sign-in';

export type ShopPage =
  | { readonly kind: 'find' }
  | { readonly kind: 'orders' }
  | { readonly kind: 'order'; readonly id: string }
  | { readonly kind: 'sign_in' }
  | { readonly kind: 'unknown' };

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** The page of a path. An address that nobody could have got from us is unknown, and breaks nothing. */
export const pageOf = (path: string): ShopPage => {
  const [first, second, third, ...rest] = path.split('/').filter((part) => part !== '');
  if (first !== 'shop' || rest.length > 0) return { kind: 'unknown' };
  if (second === undefined) return { kind: 'find' };
  if (second === 'sign-in' && third === undefined) return { kind: 'sign_in' };
  if (second !== 'orders') return { kind: 'unknown' };
  if (third === undefined) return { kind: 'orders' };
  return uuid.test(third) ? { kind: 'order', id: third } : { kind: 'unknown' };
};

/** These addresses stay in this document. Paying has a document of its own, with a policy of its own. */
export const shopScope = /^\/shop(?=$|[/?#])(?!\/(?:checkouts|pay)(?:$|[/?#]))/;
