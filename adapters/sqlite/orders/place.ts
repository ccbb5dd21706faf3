import { err, ok, type Result } from 'neverthrow';
import { orderAmountMax, times } from '../../../core/money.ts';
import { initialOrderStatus, type Order, type OrderFailure, type OrderRequest } from '../../../core/order.ts';
import type { Connection } from '../connection.ts';
import { createRowPositions } from '../rowPositions.ts';
import { type OrderRow, orderOf, type ProductRow } from '../rows.ts';
import { columnsOf, insertInto, orders, product } from '../schema.ts';
import { createTokenWriter } from '../search/tokens.ts';
import { createAppendHistory } from './history.ts';

type Placeable = Omit<OrderRow, 'position'>;

/** See `Orders.place`. Inside the caller's transaction. */
export const createPlaceOrders = ({ client }: Connection) => {
  const tell = createAppendHistory(client);
  const positionOf = createRowPositions(client, 'orders', 'order_name');
  const words = createTokenWriter(client);
  const productBy = client.prepare<[string], ProductRow>(
    `select ${columnsOf(product, 'p')} from product p where p.id = ?`,
  );
  const insert = client.prepare<[OrderRow]>(insertInto(orders));
  const judge = (request: OrderRequest, nowMs: number): Result<Placeable, OrderFailure> => {
    const of = productBy.get(request.productId);
    if (of === undefined) return err({ kind: 'not_found' });
    const total = times({ amount: of.amount, currency: of.currency }, request.quantity);
    if (total.amount > orderAmountMax) return err({ kind: 'amount_too_large' });
    return ok(rowOf(request, of, total.amount, nowMs));
  };

  const write = (placeable: Placeable, nowMs: number): Order => {
    const row = { ...placeable, position: positionOf(placeable.id) };
    insert.run(row);
    words.ofOrder(row);
    tell(row.id, { seq: row.seq, state: row.status }, nowMs);
    return orderOf(row);
  };

  return (requests: readonly OrderRequest[], nowMs: number): readonly Result<Order, OrderFailure>[] =>
    requests.map((request) => judge(request, nowMs).map((placeable) => write(placeable, nowMs)));
};

const rowOf = (request: OrderRequest, of: ProductRow, amount: number, nowMs: number): Placeable => ({
  id: request.id,
  customerId: request.customerId,
  email: request.contact.email,
  language: request.contact.language,
  productId: of.id,
  productCode: of.code,
  productName: of.name,
  productType: of.type,
  quantity: request.quantity,
  amount,
  currency: of.currency,
  status: initialOrderStatus,
  checkoutId: null,
  seq: 1,
  createdAtMs: nowMs,
  updatedAtMs: nowMs,
});
