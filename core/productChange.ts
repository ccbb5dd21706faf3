import { err, ok, type Result } from 'neverthrow';
import type { ActivityTarget } from './activity.ts';
import type {
  Product,
  ProductChange,
  ProductDraft,
  StockChange,
  StockFailure,
  StockMissing,
} from './product.ts';

/** The largest stock of a product. */
export const stockMax = 1_000_000_000;

/** The new stock. A stock never goes below zero, and units cannot be added to a product that cannot run out. */
export const judgeStockChange = (
  stock: number | null,
  change: StockChange,
): Result<number | null, StockFailure> => {
  if ('set' in change) return change.was === stock ? ok(change.set) : err({ kind: 'stock_changed', stock });
  if (stock === null || stock + change.add < 0) return err({ kind: 'stock_changed', stock });
  return stock + change.add > stockMax ? err({ kind: 'stock_too_large' }) : ok(stock + change.add);
};

/** The product after a change. `stock` is its new stock. */
export const changeProduct = (
  product: Product,
  { stock: _, ...fields }: ProductChange,
  stock: number | null,
  nowMs: number,
): Product => ({ ...product, ...fields, stock, updatedAtMs: nowMs });

/** A draft with all its fields, but without a `stock` where it leaves the units alone. */
export type CompleteDraft = ProductDraft & Pick<Product, 'imageUrl'>;

/**
 * Gives each draft the picture that it leaves alone: that of the product with its code (`known`, read under a lock). A
 * new product without a stock is refused, because no number would be right.
 */
export const completeDrafts = (
  drafts: readonly ProductDraft[],
  known: ReadonlyMap<string, Pick<Product, 'imageUrl'>>,
): Result<readonly CompleteDraft[], StockMissing> => {
  const codes = drafts
    .filter(({ code, stock }) => stock === undefined && !known.has(code))
    .map(({ code }) => code);
  if (codes.length > 0) return err({ kind: 'stock_missing', codes });
  return ok(
    drafts.map((draft) => ({
      ...draft,
      imageUrl: draft.imageUrl === undefined ? (known.get(draft.code)?.imageUrl ?? null) : draft.imageUrl,
    })),
  );
};

/** What was sent about a product. It says which price, stock and name the operator wrote. */
export const productTarget = (id: string, sent: ProductDraft | ProductChange): ActivityTarget => ({
  target: id,
  orderId: null,
  detail: JSON.stringify(sent),
});
