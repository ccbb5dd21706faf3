import { err, ok, type Result } from 'neverthrow';
import type {
  Product,
  ProductChange,
  ProductChangeFailure,
  StockChange,
  StockFailure,
} from '../../../core/product.ts';
import { changeProduct, judgeStockChange } from '../../../core/productChange.ts';
import type { Connection } from '../connection.ts';
import { type ProductRow, productOf } from '../rows.ts';
import { columnsOf, product as productTable } from '../schema.ts';
import { createTokenWriter } from '../search/tokens.ts';

/** See `Products.change`. Runs in the caller's transaction, which holds the write lock. */
export const createChangeProduct = ({ client }: Connection) => {
  const byId = client.prepare<[string], ProductRow>(
    `select ${columnsOf(productTable, 'p')} from product p where p.id = ?`,
  );
  const update = client.prepare<(string | number | null)[]>(
    `update product set name = ?, type = ?, amount = ?, currency = ?, image_url = ?, archived = ?, updated_ms = ?
     where position = ?`,
  );
  const updateStock = client.prepare<[number | null, number]>(
    'update product set stock = ? where position = ?',
  );
  const tokens = createTokenWriter(client);

  /** Writes nothing if the stock does not allow the change. */
  const changeStock = (
    { stock: before, position }: ProductRow,
    change: StockChange,
  ): Result<number | null, StockFailure> => {
    const stock = judgeStockChange(before, change);
    if (stock.isOk()) updateStock.run(stock.value, position);
    return stock;
  };

  /** Writes all fields but the stock. */
  const write = ({ position }: ProductRow, product: Product): void => {
    const { name, type, price, imageUrl, archived, updatedAtMs } = product;
    update.run(name, type, price.amount, price.currency, imageUrl, archived ? 1 : 0, updatedAtMs, position);
  };

  return (id: string, changes: ProductChange, nowMs: number): Result<Product, ProductChangeFailure> => {
    const row = byId.get(id);
    if (row === undefined) return err({ kind: 'not_found' });
    const stock =
      changes.stock === undefined
        ? ok<number | null, StockFailure>(row.stock)
        : changeStock(row, changes.stock);
    if (stock.isErr()) return err(stock.error);
    const before = productOf(row);
    const product = changeProduct(before, changes, stock.value, nowMs);
    write(row, product);
    if (product.name !== before.name || product.archived !== before.archived)
      tokens.writeProduct({ ...product, position: row.position });
    return ok(product);
  };
};
