import { err, ok } from 'neverthrow';
import type { Product, ProductKey, Products } from '../core/product.ts';
import type { AsyncResult } from '../core/result.ts';

/** The products with these codes as they stand in the store, in no order that matters. */
export const findByCode = async (
  products: Products,
  codes: ReadonlySet<string>,
): AsyncResult<readonly Product[]> => {
  const found: Product[] = [];
  let after: ProductKey | null = null;
  do {
    const page: Awaited<ReturnType<Products['list']>> = await products.list({
      search: null,
      type: null,
      after,
      limit: 100,
    });
    if (page.isErr()) return err(page.error);
    found.push(...page.value.items.filter(({ code }) => codes.has(code)));
    after = page.value.next;
  } while (after !== null && found.length < codes.size);
  return ok(found);
};

/**
 * Delivers to each product what will be sold of it (units by product id), so that what was on the shelf
 * before is left afterwards. What cannot run out stays so. A shop that sells in this very moment could lose a
 * sale from the count: stock is read before and written here.
 */
export const addStock = (
  products: Products,
  stocked: readonly Product[],
  sold: ReadonlyMap<string, number>,
  nowMs: number,
): AsyncResult<{ readonly created: number; readonly updated: number }> => {
  const drafts = stocked.flatMap(({ id, code, name, type, price, stock }) => {
    const units = sold.get(id) ?? 0;
    return stock === null || units === 0 ? [] : [{ code, name, type, price, stock: stock + units }];
  });
  return products.upsert(drafts, nowMs, 'replace');
};
