import { pipelines } from '../core/pipelines/index.ts';
import type { ProductDraft, Products } from '../core/product.ts';
import type { AsyncResult } from '../core/result.ts';
import type { Clock } from '../core/world.ts';
import books from './products/books.json' with { type: 'json' };
import clothes from './products/clothes.json' with { type: 'json' };
import digital from './products/digital.json' with { type: 'json' };
import electronics from './products/electronics.json' with { type: 'json' };
import food from './products/food.json' with { type: 'json' };
import home from './products/home.json' with { type: 'json' };
import imports from './products/imports.json' with { type: 'json' };
import services from './products/services.json' with { type: 'json' };

const written: readonly ProductDraft[] = [
  ...imports,
  ...digital,
  ...services,
  ...books,
  ...clothes,
  ...food,
  ...home,
  // The first order of the README searches for `dong ho`, and expects a watch before a picture from Đông Hồ.
  ...electronics,
];

/** A product of each type that has no file here, so that a new type can be tried at once. */
const examples: readonly ProductDraft[] = [...pipelines.keys()]
  .filter((type) => !written.some((product) => product.type === type))
  .map((type, index) => ({
    code: `NEW-${index + 1}`,
    name: `Sản phẩm ${type}`,
    type,
    price: { amount: 100_000, currency: 'VND' },
    stock: 100,
  }));

/** The products of a new shop. Product lists are newest first, so the last product here is listed first. */
export const demoProducts: readonly ProductDraft[] = [...examples, ...written];

/**
 * Adds the demo products that are missing. Existing ones keep their stock and price, which orders or an operator may
 * have changed, and stay archived. It runs at every start, as one batch that fits into one statement.
 */
export const loadDemoProducts = async (
  products: Products,
  clock: Clock,
): AsyncResult<{ readonly created: number; readonly updated: number }> =>
  (await products.upsert(demoProducts, clock.nowMs(), 'keep')).mapErr((failure) => {
    if (failure.kind === 'stock_missing') throw new Error(`no stock: ${failure.codes.join(', ')}`);
    return failure;
  });
