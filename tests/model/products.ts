import { ok } from 'neverthrow';
import { pageOf } from '../../core/page.ts';
import type { ProductDraft, ProductKey, ProductQuery, Products } from '../../core/product.ts';
import type { Ids } from '../../core/world.ts';
import { matchesSearch, searchTokensOf, tierOf } from './search.ts';
import { type ProductRow, rowOf, runTransaction, type Tables, type Writes } from './tables.ts';

export const createProducts = (tables: Tables, ids: Ids): Products => {
  const write = (writes: Writes, draft: ProductDraft, known: ProductRow | null, nowMs: number): void => {
    const id = known?.product.id ?? ids.next(nowMs);
    const { code, name, type, price, stock } = draft;
    const createdAtMs = known?.product.createdAtMs ?? nowMs;
    const product = { id, code, name, type, price, stock, createdAtMs, updatedAtMs: nowMs };
    writes.set(tables.products, id, { product, searchTokens: searchTokensOf(name, code) });
    writes.set(tables.productIds, code, id);
  };

  return {
    upsert: async (drafts, nowMs, existing) =>
      ok(
        runTransaction((writes) => {
          const lastByCode = new Map(drafts.map((draft) => [draft.code, draft]));
          let created = 0;
          let updated = 0;
          for (const draft of lastByCode.values()) {
            const id = tables.productIds.get(draft.code);
            const known = id === undefined ? null : rowOf(tables.products, id);
            if (known !== null && existing === 'keep') continue;
            write(writes, draft, known, nowMs);
            if (known === null) created++;
            else updated++;
          }
          return { created, updated };
        }),
      ),

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

const matches = ({ product, searchTokens }: ProductRow, { search, type }: ProductQuery): boolean =>
  (type === null || product.type === type) && (search === null || matchesSearch(search, searchTokens));

/** Without a search all products are in tier 0. */
const keyOf = ({ product, searchTokens }: ProductRow, { search }: ProductQuery): ProductKey => ({
  tier: search === null ? 0 : tierOf(search, searchTokens),
  id: product.id,
});

/** Best first, then newest first. */
const compareKeys = (one: ProductKey, other: ProductKey): number =>
  other.tier - one.tier || (one.id < other.id ? 1 : one.id > other.id ? -1 : 0);
