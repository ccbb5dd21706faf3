import { err, ok, type Result } from 'neverthrow';
import type { OperatorCommand } from '../../../core/activity.ts';
import type { Product, ProductChange, ProductChangeFailure, StockFailure } from '../../../core/product.ts';
import { changeProduct, judgeStockChange, productTarget } from '../../../core/productChange.ts';
import { createWriteActivity } from '../activity/activity.ts';
import type { Connection } from '../connection.ts';
import { productOf, type StockedProductRow, selectStockedProducts } from '../rows.ts';
import { createTokenWriter } from '../search/tokens.ts';
import { createSetStock } from './stock.ts';

/** See `Products.change`. Runs in the caller's transaction, which holds the write lock. */
export const createChangeProduct = (connection: Connection) => {
  const { client } = connection;
  const byId = client.prepare<[string], StockedProductRow>(`${selectStockedProducts} where p.id = ?`);
  const update = client.prepare<(string | number | null)[]>(
    `update product set name = ?, type = ?, amount = ?, currency = ?, image_url = ?, archived = ?, updated_ms = ?
     where position = ?`,
  );
  const setStock = createSetStock(connection);
  const writeActivity = createWriteActivity(connection);
  const tokens = createTokenWriter(client);

  /** Writes all fields but the stock. */
  const write = ({ position }: StockedProductRow, product: Product): void => {
    const { name, type, price, imageUrl, archived, updatedAtMs } = product;
    update.run(name, type, price.amount, price.currency, imageUrl, archived ? 1 : 0, updatedAtMs, position);
  };

  return (
    id: string,
    changes: ProductChange,
    nowMs: number,
    command?: OperatorCommand,
  ): Result<Product, ProductChangeFailure> => {
    const row = byId.get(id);
    if (row === undefined) return err({ kind: 'not_found' });
    const stock =
      changes.stock === undefined
        ? ok<number | null, StockFailure>(row.stock)
        : judgeStockChange(row.stock, changes.stock);
    if (stock.isErr()) return err(stock.error);
    const before = productOf(row);
    const product = changeProduct(before, changes, stock.value, nowMs);
    write(row, product);
    if (changes.stock !== undefined) setStock(id, product.stock);
    if (product.name !== before.name || product.archived !== before.archived)
      tokens.writeProduct({ ...product, position: row.position });
    writeActivity(command, 'product.change', [productTarget(id, changes)], nowMs);
    return ok(product);
  };
};
