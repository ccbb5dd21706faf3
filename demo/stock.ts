import { err, ok, type Result } from 'neverthrow';
import type { Product, ProductKey, Products } from '../core/product.ts';
import type { AsyncResult, Unavailable } from '../core/result.ts';

/** The products on sale, or those that are archived: newest first, until a page cannot be read. */
export async function* productPages(
  products: Pick<Products, 'list'>,
  archived: boolean,
): AsyncGenerator<Result<readonly Product[], Unavailable>> {
  let after: ProductKey | null = null;
  do {
    const page: Awaited<ReturnType<Products['list']>> = await products.list({
      search: null,
      type: null,
      archived,
      after,
      limit: 100,
    });
    yield page.map(({ items }) => items);
    after = page.isOk() ? page.value.next : null;
  } while (after !== null);
}

/** The products on sale with these codes, in no particular order. */
export const findByCode = async (
  products: Products,
  codes: ReadonlySet<string>,
): AsyncResult<readonly Product[]> => {
  const found: Product[] = [];
  for await (const page of productPages(products, false)) {
    if (page.isErr()) return err(page.error);
    found.push(...page.value.filter(({ code }) => codes.has(code)));
    if (found.length === codes.size) break;
  }
  return ok(found);
};

/**
 * Adds the units that will be sold to the stock of each product (`unitsSold` is by product id), so that the sales
 * leave the stock as it was. A product without a stock level stays without one. A shop that sells in between loses
 * nothing, because each stock is changed by a number of units. A product whose stock was taken away in between is left
 * as it is.
 */
export const addStock = async (
  products: Products,
  stored: readonly Product[],
  unitsSold: ReadonlyMap<string, number>,
  nowMs: number,
): AsyncResult<void> => {
  for (const { id, stock } of stored) {
    const units = unitsSold.get(id) ?? 0;
    if (stock === null || units === 0) continue;
    const changed = await products.change(id, { stock: { add: units } }, nowMs);
    if (changed.isErr() && changed.error.kind === 'unavailable') return err(changed.error);
  }
  return ok();
};
