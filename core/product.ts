import type { Money } from './money.ts';
import type { Page } from './page.ts';
import type { AsyncResult } from './result.ts';
import type { SearchQuery } from './search.ts';

export type Product = {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  /** The name of a pipeline (`physical`, `digital`, `service`, …). */
  readonly type: string;
  readonly price: Money;
  /** How many are left to sell; null where they cannot run out. */
  readonly stock: number | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
};

export type ProductDraft = Pick<Product, 'code' | 'name' | 'type' | 'price' | 'stock'>;

/** How well a product fits: 1 where every word is found with its accents as typed, 0 else. Then newest first. */
export type ProductKey = { readonly tier: number; readonly id: string };

export type ProductQuery = {
  readonly search: SearchQuery | null;
  readonly type: string | null;
  readonly after: ProductKey | null;
  /** 1 to 100. */
  readonly limit: number;
};

export interface Products {
  /**
   * Writes all drafts or none, in one transaction; the code decides between insert and update, and the last
   * of two drafts with one code wins. With `existing: 'keep'` a known code is left as it is (so that loading
   * the catalogue again never resets a stock that was sold from).
   */
  upsert(
    drafts: readonly ProductDraft[],
    nowMs: number,
    existing: 'replace' | 'keep',
  ): AsyncResult<{ readonly created: number; readonly updated: number }>;

  find(id: string): AsyncResult<Product | null>;

  /** Without a search: newest first. With one: by `ProductKey`, best and newest first. */
  list(query: ProductQuery): AsyncResult<Page<Product, ProductKey>>;
}
