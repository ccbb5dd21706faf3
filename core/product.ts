import type { OperatorCommand } from './activity.ts';
import type { Money } from './money.ts';
import type { Page } from './page.ts';
import type { AsyncResult } from './result.ts';
import type { SearchQuery } from './search.ts';

/** What is sold. */
export type Product = {
  readonly id: string;
  /** The shop's own code (SKU): unique, and in the form of `normalizeCode`. */
  readonly code: string;
  readonly name: string;
  /** The name of the pipeline of its orders: `physical`, `digital`, `service`, … */
  readonly type: string;
  readonly price: Money;
  /** Units left to sell. Null if the product cannot run out. */
  readonly stock: number | null;
  /** An http or https URL. */
  readonly imageUrl: string | null;
  /** Off sale: in no list and no search, and nobody can order it. Its orders go on. */
  readonly archived: boolean;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
};

/** An undefined `stock` or `imageUrl` does not change the product's. A new product needs a stock. */
export type ProductDraft = Pick<Product, 'code' | 'name' | 'type' | 'price'> & {
  readonly stock?: number | null | undefined;
  readonly imageUrl?: string | null | undefined;
};

/** `add` is added to the current stock. `set` replaces the stock, but only if it still is `was`. */
export type StockChange =
  | { readonly add: number }
  | { readonly set: number | null; readonly was: number | null };

/** What changes of a product. A field that is absent stays as it is. */
export type ProductChange = Partial<Pick<Product, 'name' | 'type' | 'price' | 'imageUrl' | 'archived'>> & {
  readonly stock?: StockChange;
};

/** `stock_changed` has the current stock. */
export type StockFailure =
  | { readonly kind: 'stock_changed'; readonly stock: number | null }
  | { readonly kind: 'stock_too_large' };

export type ProductChangeFailure = { readonly kind: 'not_found' } | StockFailure;

/** Drafts of new products that have no stock. */
export type StockMissing = { readonly kind: 'stock_missing'; readonly codes: readonly string[] };

/**
 * The sort key of search results, both parts descending. `tier` is 1 if every word matches with its accents as typed,
 * else 0. Ids are in time order, so newer products come first within a tier.
 */
export type ProductKey = { readonly tier: number; readonly id: string };

export type ProductQuery = {
  readonly search: SearchQuery | null;
  readonly type: string | null;
  /** True: only archived products. Otherwise only the others. */
  readonly archived?: boolean | undefined;
  /** The key of the last product of the previous page. Null for the first page. */
  readonly after: ProductKey | null;
  /** 1 to 100. */
  readonly limit: number;
};

export interface Products {
  /**
   * Inserts or updates all drafts by their code, in one transaction. If two drafts have the same code, the last one
   * wins. `existing: 'keep'` leaves products that exist unchanged, so that loading the demo products again never
   * resets their stock. An archived product stays archived. A draft with `stock` overwrites the units that are left;
   * prefer `change` for a product that sells. Lock order: products by code, then stock by product id. Returns how many
   * products were inserted and updated. Fails with `stock_missing` if the draft of a new product has no stock; then
   * nothing is written. The activity of the `command` names each product that was written.
   */
  upsert(
    drafts: readonly ProductDraft[],
    nowMs: number,
    existing: 'replace' | 'keep',
    command?: OperatorCommand,
  ): AsyncResult<{ readonly created: number; readonly updated: number }, StockMissing>;

  /**
   * Changes some fields of a product, all or none, in one transaction. Fails with `not_found`, and with a
   * `StockFailure` if the stock does not allow the change. Concurrent changes of a stock never lose one another.
   */
  change(
    id: string,
    change: ProductChange,
    nowMs: number,
    command?: OperatorCommand,
  ): AsyncResult<Product, ProductChangeFailure>;

  /** The product, or null if there is none. */
  find(id: string): AsyncResult<Product | null>;

  /** Without a search, newest first. With a search, in the order of `ProductKey`: the best and newest match first. */
  list(query: ProductQuery): AsyncResult<Page<Product, ProductKey>>;
}
