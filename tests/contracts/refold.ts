import { parseQuery } from '../../core/search.ts';
import type { Store } from '../../core/store.ts';
import { unwrap } from './fixture.ts';

/** Folds until nothing is left. Returns how many names it has folded. */
export const refoldAll = async (store: Store, limit: number): Promise<number> => {
  let names = 0;
  for (;;) {
    const slice = await unwrap(store.refoldNames(limit));
    if (slice === null) return names;
    names += slice.names;
  }
};

/** The names of the products that a search finds. */
export const productsBy = async (store: Store, text: string) =>
  (
    await unwrap(store.products.list({ search: parseQuery(text), type: null, after: null, limit: 100 }))
  ).items.map(({ name }) => name);
