import { err, ok, type Result } from 'neverthrow';
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

/** A draft with all its fields. */
export type CompleteDraft = Required<ProductDraft> & Pick<Product, 'stock' | 'imageUrl'>;

/**
 * Gives each draft the fields that it leaves alone: those of the product with its code (`known`, read under a lock). A
 * new product without a stock is refused, because no number would be right.
 */
export const completeDrafts = (
  drafts: readonly ProductDraft[],
  known: ReadonlyMap<string, Pick<Product, 'stock' | 'imageUrl'>>,
): Result<readonly CompleteDraft[], StockMissing> => {
  const codes = drafts
    .filter(({ code, stock }) => stock === undefined && !known.has(code))
    .map(({ code }) => code);
  if (codes.length > 0) return err({ kind: 'stock_missing', codes });
  return ok(
    drafts.map((draft) => {
      const { stock = null, imageUrl = null } = known.get(draft.code) ?? {};
      return {
        ...draft,
        stock: draft.stock === undefined ? stock : draft.stock,
        imageUrl: draft.imageUrl === undefined ? imageUrl : draft.imageUrl,
      };
    }),
  );
};
