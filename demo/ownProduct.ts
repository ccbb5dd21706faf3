import { err, ok } from 'neverthrow';
import type { Product, Products } from '../core/product.ts';
import type { AsyncResult } from '../core/result.ts';
import { demoProducts } from './loadProducts.ts';
import { productPages } from './stock.ts';

/** A product that is not one of the demo's, on sale or archived. Null if the shop has none, and so is nobody's real one. */
export const findOwnProduct = async (products: Products): AsyncResult<Product | null> => {
  const codes = new Set(demoProducts.map(({ code }) => code));
  for (const archived of [false, true])
    for await (const page of productPages(products, archived)) {
      if (page.isErr()) return err(page.error);
      const own = page.value.find(({ code }) => !codes.has(code));
      if (own !== undefined) return ok(own);
    }
  return ok(null);
};
