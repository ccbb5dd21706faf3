import { type Store, windowStore } from '../shared/store.ts';

type Wish = { readonly productId: string; readonly quantity: number; readonly name: string };

const wishName = 'cw.wish';

/** Later than this, somebody who signs in may have forgotten what they pressed. */
const keptForMs = 10 * 60_000;

/** What was to be added when nobody was signed in. It is added after sign-in, so that one presses once. */
export const keepWish = (wish: Wish, store: Store = windowStore(), nowMs: number = Date.now()): void =>
  store.set(wishName, JSON.stringify({ ...wish, atMs: nowMs }));

/** Takes it, so that it is added once. Null for none, for an old one, and for what no version of this page wrote. */
export const takeWish = (store: Store = windowStore(), nowMs: number = Date.now()): Wish | null => {
  const text = store.get(wishName);
  store.remove(wishName);
  try {
    const { productId, quantity, name, atMs } = JSON.parse(text ?? '{}');
    const isWish =
      typeof productId === 'string' &&
      Number.isSafeInteger(quantity) &&
      quantity > 0 &&
      typeof name === 'string' &&
      typeof atMs === 'number' &&
      nowMs - atMs < keptForMs;
    return isWish ? { productId, quantity, name } : null;
  } catch {
    return null;
  }
};
