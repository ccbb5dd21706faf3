import type { Money } from './money.ts';
import type { Page } from './page.ts';
import type { AsyncResult } from './result.ts';
import type { SearchQuery } from './search.ts';

/** What is sold. */
export type Product = {
  readonly id: string;
  /** The shop's own code (SKU): unique. */
  readonly code: string;
  readonly name: string;
  /** The name of the pipeline of its orders: `physical`, `digital`, `service`, … */
  readonly type: string;
  readonly price: Money;
  /** Units left to sell. Null if the product cannot run out. */
  readonly stock: number | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
};

export type ProductDraft = Pick<Product, 'code' | 'name' | 'type' | 'price' | 'stock'>;

/**
 * The sort key of search results, both parts descending. `tier` is 1 if every word matches with its accents as typed,
 * else 0. Ids are in time order, so newer products come first within a tier.
 */
export type ProductKey = { readonly tier: number; readonly id: string };

export type ProductQuery = {
  readonly search: SearchQuery | null;
  readonly type: string | null;
  /** The key of the last product of the previous page. Null for the first page. */
  readonly after: ProductKey | null;
  /** 1 to 100. */
  readonly limit: number;
};

export interface Products {
  /**
   * Inserts or updates all drafts by their code, in one transaction. If two drafts have the same code, the last one
   * wins. `existing: 'keep'` leaves products that exist unchanged, so that loading the demo products again never
   * resets their stock. Returns how many products were inserted and updated.
   */
  upsert(
    drafts: readonly ProductDraft[],
    nowMs: number,
    existing: 'replace' | 'keep',
  ): AsyncResult<{ readonly created: number; readonly updated: number }>;

  /** The product, or null if there is none. */
  find(id: string): AsyncResult<Product | null>;

  /** Without a search, newest first. With a search, in the order of `ProductKey`: the best and newest match first. */
  list(query: ProductQuery): AsyncResult<Page<Product, ProductKey>>;
}
