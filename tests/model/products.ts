import { err, ok } from 'neverthrow';
import { pageOf } from '../../core/page.ts';
import type { Product, ProductKey, ProductQuery, Products } from '../../core/product.ts';
import { changeProduct, completeDrafts, judgeStockChange } from '../../core/productChange.ts';
import type { Ids } from '../../core/world.ts';
import { matchesSearch, searchTokensOf, tierOf } from './search.ts';
import { type ProductRow, runTransaction, type Tables, type Writes } from './tables.ts';

export const createProducts = (tables: Tables, ids: Ids): Products => {
  const write = (writes: Writes, product: Product): void => {
    const searchTokens = searchTokensOf(product.name, product.code);
    writes.set(tables.products, product.id, { product, searchTokens });
    writes.set(tables.productIds, product.code, product.id);
  };
  const findByCode = (code: string): Product | undefined =>
    tables.products.get(tables.productIds.get(code) ?? '')?.product;

  return {
    upsert: async (drafts, nowMs, existing) => {
      const lastByCode = new Map(drafts.map((draft) => [draft.code, draft]));
      const known = new Map(
        [...lastByCode.keys()].flatMap((code) => {
          const product = findByCode(code);
          return product === undefined ? [] : [[code, product] as const];
        }),
      );
      return completeDrafts([...lastByCode.values()], known).map((complete) =>
        runTransaction((writes) => {
          const written = complete.filter(({ code }) => existing === 'replace' || !known.has(code));
          for (const draft of written) {
            const before = known.get(draft.code);
            const kept = before ?? { id: ids.next(nowMs), createdAtMs: nowMs, archived: false };
            const { id, createdAtMs, archived } = kept;
            write(writes, { ...draft, id, createdAtMs, archived, updatedAtMs: nowMs });
          }
          const updated = written.filter(({ code }) => known.has(code)).length;
          return { created: written.length - updated, updated };
        }),
      );
    },

    change: async (id, changes, nowMs) => {
      const product = tables.products.get(id)?.product;
      if (product === undefined) return err({ kind: 'not_found' });
      const { stock: change } = changes;
      const stock = change === undefined ? ok(product.stock) : judgeStockChange(product.stock, change);
      if (stock.isErr()) return err(stock.error);
      const changed = changeProduct(product, changes, stock.value, nowMs);
      runTransaction((writes) => write(writes, changed));
      return ok(changed);
    },

    find: async (id) => ok(tables.products.get(id)?.product ?? null),

    list: async (query) => {
      const rows = [...tables.products.values()]
        .filter((row) => matches(row, query))
        .map((row) => ({ ...row, key: keyOf(row, query) }))
        .sort((one, other) => compareKeys(one.key, other.key))
        .filter(({ key }) => query.after === null || compareKeys(query.after, key) < 0);
      const { items, next } = pageOf(rows, query.limit, ({ key }) => key);
      return ok({ items: items.map(({ product }) => product), next });
    },
  };
};

const matches = (
  { product, searchTokens }: ProductRow,
  { search, type, archived = false }: ProductQuery,
): boolean =>
  product.archived === archived &&
  (type === null || product.type === type) &&
  (search === null || matchesSearch(search, searchTokens));

/** Without a search all products are in tier 0. */
const keyOf = ({ product, searchTokens }: ProductRow, { search }: ProductQuery): ProductKey => ({
  tier: search === null ? 0 : tierOf(search, searchTokens),
  id: product.id,
});

/** Best first, then newest first. */
const compareKeys = (one: ProductKey, other: ProductKey): number =>
  other.tier - one.tier || (one.id < other.id ? 1 : one.id > other.id ? -1 : 0);
