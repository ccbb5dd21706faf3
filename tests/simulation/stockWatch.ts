import type { Store } from '../../core/store.ts';

/** The store with a count of what operators have put into each stock, also where they never heard that it was done. */
export const watchStock = (store: Store, onBroken: (line: string) => void) => {
  const added = new Map<string, number>();
  const { products } = store;
  const watched: Store = {
    ...store,
    products: {
      ...products,
      change: async (id, change, ...rest) => {
        const changed = await products.change(id, change, ...rest);
        const { stock } = change;
        if (changed.isOk() && (changed.value.stock ?? 0) < 0)
          onBroken(`the stock of ${id} was changed to ${changed.value.stock}`);
        if (changed.isOk() && stock !== undefined) {
          const units = 'add' in stock ? stock.add : (stock.set ?? 0) - (stock.was ?? 0);
          added.set(id, (added.get(id) ?? 0) + units);
        }
        return changed;
      },
    },
  };
  return { store: watched, added: (id: string) => added.get(id) ?? 0 };
};
