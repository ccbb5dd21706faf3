import { err, ok, type Result } from 'neverthrow';
import { orderAmountMax, times } from '../../core/money.ts';
import type { Order, OrderFailure, OrderRequest } from '../../core/order.ts';
import type { Connection } from './connection.ts';
import { telling } from './history.ts';
import { type OrderRow, orderOf, type ProductRow } from './rows.ts';
import { columnsOf, product } from './schema.ts';
import { facetsOf } from './search.ts';
import { timeline } from './timeline.ts';

type Placeable = { readonly row: Omit<OrderRow, 'position'>; readonly productPosition: number };

/** See `Orders.place`. Inside the caller's transaction. */
export const placing = ({ client }: Connection) => {
  const tell = telling(client);
  const positionOf = timeline(client, 'orders', 'order_name');
  const productBy = client.prepare<[string], ProductRow>(
    `select ${columnsOf(product, 'p')} from product p where p.id = ?`,
  );
  const insert = client.prepare<[OrderRow]>(
    `insert into orders (position, id, customer_id, email, language, product_id, product_code, product_name,
       product_type, quantity, amount, currency, status, checkout_id, seq, created_ms, updated_ms)
     values ($position, $id, $customerId, $email, $language, $productId, $productCode, $productName,
       $productType, $quantity, $amount, $currency, $status, $checkoutId, $seq, $createdAtMs, $updatedAtMs)`,
  );
  const insertWords = client.prepare<[number, string, number]>(
    `insert into order_name (rowid, name, code, facets)
     select ?, name, code, ? from product_name where rowid = cast(? as integer)`,
  );

  const judge = (request: OrderRequest, nowMs: number): Result<Placeable, OrderFailure> => {
    const of = productBy.get(request.productId);
    if (of === undefined) return err({ kind: 'not_found' });
    const total = times({ amount: of.amount, currency: of.currency }, request.quantity);
    if (total.amount > orderAmountMax) return err({ kind: 'amount_too_large' });
    return ok({ row: rowOf(request, of, total.amount, nowMs), productPosition: of.position });
  };

  const write = ({ row, productPosition }: Placeable, nowMs: number): Order => {
    const { id, customerId, productType, seq, status } = row;
    const position = positionOf(id);
    insert.run({ position, ...row });
    insertWords.run(position, facetsOf({ customerId, type: productType }).join(' '), productPosition);
    tell(id, { seq, state: status }, nowMs);
    return orderOf(row);
  };

  return (requests: readonly OrderRequest[], nowMs: number): readonly Result<Order, OrderFailure>[] =>
    requests.map((request) => judge(request, nowMs).map((placeable) => write(placeable, nowMs)));
};

const rowOf = (request: OrderRequest, of: ProductRow, amount: number, nowMs: number): Placeable['row'] => ({
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
  status: 'pending',
  checkoutId: null,
  seq: 1,
  createdAtMs: nowMs,
  updatedAtMs: nowMs,
});
