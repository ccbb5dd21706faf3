import { err, ok, type Result } from 'neverthrow';
import type {
  Product,
  ProductChange,
  ProductChangeFailure,
  StockChange,
  StockFailure,
} from '../../../core/product.ts';
import { changeProduct, judgeStockChange } from '../../../core/productChange.ts';
import { productFields } from '../columns.ts';
import type { Transaction } from '../connection.ts';
import { type ProductRow, productOf } from '../rows.ts';
import { storedTokens } from '../search/tokens.ts';

/** See `Products.change`. The row is locked first, and an order that is placed meanwhile does not wait for it. */
export const change = async (
  tx: Transaction,
  id: string,
  changes: ProductChange,
  nowMs: number,
): Promise<Result<Product, ProductChangeFailure>> => {
  const [row] = await tx<ProductRow[]>`
    select ${productFields(tx)} from product where id = ${id} for no key update`;
  if (row === undefined) return err({ kind: 'not_found' });
  const before = productOf(row);
  const stock =
    changes.stock === undefined
      ? ok<number | null, StockFailure>(before.stock)
      : await changeStock(tx, before, changes.stock);
  if (stock.isErr()) return err(stock.error);
  const product = changeProduct(before, changes, stock.value, nowMs);
  await write(tx, product, product.name !== before.name || product.type !== before.type);
  return ok(product);
};

/** Writes nothing if the stock does not allow the change. The row of the product must be locked. */
const changeStock = async (
  tx: Transaction,
  { id, stock: before }: Product,
  stockChange: StockChange,
): Promise<Result<number | null, StockFailure>> => {
  const stock = judgeStockChange(before, stockChange);
  if (stock.isOk()) await tx`update product set stock = ${stock.value} where id = ${id}`;
  return stock;
};

/** Writes all fields but the stock. A product with a new name or type gets a new snapshot. */
const write = async (tx: Transaction, product: Product, needsSnapshot: boolean): Promise<void> => {
  const { folded, exact } = storedTokens(product.name, product.code);
  const snapshotId = needsSnapshot ? tx`(select id from new_snapshot)` : tx`snapshot_id`;
  await tx`
    with new_snapshot as (
      insert into product_snapshot (type, name_unaccent)
      select ${product.type}, ${folded} where ${needsSnapshot}
      returning id
    )
    update product set
      name = ${product.name}, type = ${product.type}, amount = ${product.price.amount},
      currency = ${product.price.currency}, image_url = ${product.imageUrl}, archived = ${product.archived},
      updated_ms = ${product.updatedAtMs}, name_unaccent = ${folded}, name_exact = ${exact},
      snapshot_id = ${snapshotId}
    where id = ${product.id}`;
};
