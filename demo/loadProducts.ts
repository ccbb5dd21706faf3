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

/** What the shop sells from its first start. A list of products is newest first, so the last here is its head. */
export const demoProducts: readonly ProductDraft[] = [
  ...imports,
  ...digital,
  ...services,
  ...books,
  ...electronics,
  ...clothes,
  ...food,
  ...home,
];

/**
 * Adds what the store lacks of the catalogue and leaves the rest as it is: a stock that was sold from, or a
 * price that an operator changed, stays. For every start, so it is one batch: small enough for one statement.
 */
export const loadDemoProducts = (
  products: Products,
  clock: Clock,
): AsyncResult<{ readonly created: number; readonly updated: number }> =>
  products.upsert(demoProducts, clock.nowMs(), 'keep');
