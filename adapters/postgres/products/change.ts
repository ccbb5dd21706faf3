import { err, ok, type Result } from 'neverthrow';
import type { OperatorCommand } from '../../../core/activity.ts';
import type { Product, ProductChange, ProductChangeFailure, StockFailure } from '../../../core/product.ts';
import { changeProduct, judgeStockChange, productTarget } from '../../../core/productChange.ts';
import { writeActivity } from '../activity/activity.ts';
import { productFields } from '../columns.ts';
import type { Transaction } from '../connection.ts';
import { type ProductRow, productOf } from '../rows.ts';
import { storedTokens } from '../search/tokens.ts';
import { setStock } from './stock.ts';

/**
 * See `Products.change`. Lock order: product, then stock, with one round trip. The stock is locked only if it is to
 * change, and an order that is placed meanwhile waits for neither.
 */
export const change = async (
  tx: Transaction,
  id: string,
  changes: ProductChange,
  nowMs: number,
  command?: OperatorCommand,
): Promise<Result<Product, ProductChangeFailure>> => {
  const [[row], [left]] = await Promise.all([
    tx<Omit<ProductRow, 'stock'>[]>`
      select ${productFields(tx)} from product where id = ${id} for no key update`.execute(),
    tx<Pick<ProductRow, 'stock'>[]>`
      select case when limited then units end as stock from stock where product_id = ${id}
      ${changes.stock === undefined ? tx`` : tx`for no key update`}`.execute(),
  ]);
  if (row === undefined || left === undefined) return err({ kind: 'not_found' });
  const before = productOf({ ...row, ...left });
  const stock =
    changes.stock === undefined
      ? ok<number | null, StockFailure>(before.stock)
      : judgeStockChange(before.stock, changes.stock);
  if (stock.isErr()) return err(stock.error);
  const product = changeProduct(before, changes, stock.value, nowMs);
  await Promise.all([
    write(tx, product, product.name !== before.name || product.type !== before.type),
    changes.stock === undefined ? null : setStock(tx, [{ productId: id, stock: product.stock }]),
    writeActivity(tx, command, 'product.change', [productTarget(id, changes)], nowMs),
  ]);
  return ok(product);
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
    where id = ${product.id}`.execute();
};
