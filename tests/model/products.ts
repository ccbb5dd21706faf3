import { err, ok } from 'neverthrow';
import type { ActivityTarget } from '../../core/activity.ts';
import { pageOf } from '../../core/page.ts';
import type { Product, ProductKey, ProductQuery, Products } from '../../core/product.ts';
import { changeProduct, completeDrafts, judgeStockChange, productTarget } from '../../core/productChange.ts';
import type { Ids } from '../../core/world.ts';
import { writeActivity } from './activity.ts';
import { matchesSearch, searchTokensOf, tierOf } from './search.ts';
import { setStock, unitsLeft } from './stock.ts';
import { type ProductRow, runTransaction, type Tables, type Writes } from './tables.ts';

export const createProducts = (tables: Tables, ids: Ids): Products => {
  const write = (writes: Writes, product: ProductRow['product']): void => {
    const searchTokens = searchTokensOf(product.name, product.code);
    writes.set(tables.products, product.id, { product, searchTokens });
    writes.set(tables.productIds, product.code, product.id);
  };
  const find = (id: string): Product | null => {
    const row = tables.products.get(id);
    return row === undefined ? null : { ...row.product, stock: unitsLeft(tables, id) };
  };
  const findByCode = (code: string): Product | null => find(tables.productIds.get(code) ?? '');

  return {
    upsert: async (drafts, nowMs, existing, command) => {
      const lastByCode = new Map(drafts.map((draft) => [draft.code, draft]));
      const known = new Map(
        [...lastByCode.keys()].flatMap((code) => {
          const product = findByCode(code);
          return product === null ? [] : [[code, product] as const];
        }),
      );
      return completeDrafts([...lastByCode.values()], known).map((complete) =>
        runTransaction((writes) => {
          const written = complete.filter(({ code }) => existing === 'replace' || !known.has(code));
          const targets: ActivityTarget[] = [];
          for (const complete of written) {
            const { stock, ...draft } = complete;
            const before = known.get(draft.code);
            const kept = before ?? { id: ids.next(nowMs), createdAtMs: nowMs, archived: false };
            const { id, createdAtMs, archived } = kept;
            write(writes, { ...draft, id, createdAtMs, archived, updatedAtMs: nowMs });
            if (stock !== undefined) setStock(tables, writes, id, stock);
            targets.push(productTarget(id, lastByCode.get(draft.code) ?? complete));
          }
          writeActivity(tables, writes, command, 'product.upsert', targets, nowMs);
          const updated = written.filter(({ code }) => known.has(code)).length;
          return { created: written.length - updated, updated };
        }),
      );
    },

    change: async (id, changes, nowMs, command) => {
      const before = find(id);
      if (before === null) return err({ kind: 'not_found' });
      const { stock: change } = changes;
      const judged = change === undefined ? ok(before.stock) : judgeStockChange(before.stock, change);
      if (judged.isErr()) return err(judged.error);
      const changed = changeProduct(before, changes, judged.value, nowMs);
      const { stock, ...product } = changed;
      runTransaction((writes) => {
        write(writes, product);
        if (change !== undefined) setStock(tables, writes, id, stock);
        writeActivity(tables, writes, command, 'product.change', [productTarget(id, changes)], nowMs);
      });
      return ok(changed);
    },

    find: async (id) => ok(find(id)),

    list: async (query) => {
      const rows = [...tables.products.values()]
        .filter((row) => matches(row, query))
        .map((row) => ({ ...row, key: keyOf(row, query) }))
        .sort((one, other) => compareKeys(one.key, other.key))
        .filter(({ key }) => query.after === null || compareKeys(query.after, key) < 0);
      const { items, next } = pageOf(rows, query.limit, ({ key }) => key);
      return ok({
        items: items.map(({ product }) => ({ ...product, stock: unitsLeft(tables, product.id) })),
        next,
      });
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
