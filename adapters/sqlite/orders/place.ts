import { err, ok, type Result } from 'neverthrow';
import { orderAmountMax, times } from '../../../core/money.ts';
import { initialOrderStatus, type Order, type OrderFailure, type OrderRequest } from '../../../core/order.ts';
import type { Connection } from '../connection.ts';
import { createRowPositions } from '../rowPositions.ts';
import { type OrderRow, orderOf, type ProductRow } from '../rows.ts';
import { columnsOf, insertInto, orders, product as productTable } from '../schema.ts';
import { createTokenWriter } from '../search/tokens.ts';
import { createAppendHistory } from './history.ts';

type NewOrderRow = Omit<OrderRow, 'position'>;

/** See `Orders.place`, for one request. Runs in the caller's transaction. */
export const createPlaceOrder = ({ client }: Connection) => {
  const appendHistory = createAppendHistory(client);
  const positionOf = createRowPositions(client, 'orders', 'order_search');
  const tokens = createTokenWriter(client);
  const productById = client.prepare<[string], ProductRow>(
    `select ${columnsOf(productTable, 'p')} from product p where p.id = ? and not p.archived`,
  );
  const insert = client.prepare<[Omit<OrderRow, 'disputed'> & { disputed: number }]>(insertInto(orders));

  const judge = (request: OrderRequest, nowMs: number): Result<NewOrderRow, OrderFailure> => {
    const product = productById.get(request.productId);
    if (product === undefined) return err({ kind: 'product_not_found', productId: request.productId });
    const total = times({ amount: product.amount, currency: product.currency }, request.quantity);
    if (total.amount > orderAmountMax) return err({ kind: 'amount_too_large' });
    return ok(rowOf(request, product, total.amount, nowMs));
  };

  const write = (newRow: NewOrderRow, nowMs: number): Order => {
    const row = { ...newRow, position: positionOf(newRow.id) };
    // SQLite has no booleans to bind.
    insert.run({ ...row, disputed: 0 });
    tokens.writeOrder(row);
    appendHistory(row.id, { seq: row.seq, state: row.status }, nowMs);
    return orderOf(row);
  };

  return (request: OrderRequest, nowMs: number): Result<Order, OrderFailure> =>
    judge(request, nowMs).map((row) => write(row, nowMs));
};

const rowOf = (request: OrderRequest, product: ProductRow, amount: number, nowMs: number): NewOrderRow => ({
  id: request.id,
  customerId: request.customerId,
  email: request.contact.email,
  language: request.contact.language,
  productId: product.id,
  productCode: product.code,
  productName: product.name,
  productType: product.type,
  quantity: request.quantity,
  amount,
  currency: product.currency,
  status: initialOrderStatus,
  checkoutId: null,
  number: null,
  disputed: false,
  seq: 1,
  held: 0,
  expiresAtMs: nowMs + request.ttlMs,
  createdAtMs: nowMs,
  updatedAtMs: nowMs,
});
