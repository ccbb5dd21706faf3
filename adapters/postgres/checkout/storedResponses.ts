import type { CheckoutResponse } from '../../../core/audit.ts';
import type { PaymentStatus } from '../../../core/payment.ts';
import { responseFrom, type StoredResponse } from '../../stored/response.ts';
import { orderColumns, paymentColumns } from '../columns.ts';
import type { Sql } from '../connection.ts';
import { type OrderRow, orderOf, type PaymentRow, paymentOf } from '../rows.ts';

/** How a checkout stands, and what its key was answered, if it was. */
export type CurrentCheckout = { readonly status: PaymentStatus; readonly response: CheckoutResponse | null };

type Row = PaymentRow & {
  readonly answer: StoredResponse | null;
  /** In the order of the cart. */
  readonly orders: readonly OrderRow[];
};

export const readResponses = async (
  sql: Sql,
  checkoutIds: readonly string[],
): Promise<ReadonlyMap<string, CurrentCheckout>> => {
  const rows = await sql<Row[]>`
    select ${paymentColumns(sql, 'p')}, p.answer, (
      select json_agg(o order by u.at)
      from unnest(a.order_ids) with ordinality as u(order_id, at)
      cross join lateral (select ${orderColumns(sql, 'orders')} from orders where id = u.order_id) as o
    ) as orders
    from payment p join audit a using (id)
    where p.id = any(${checkoutIds as string[]}::uuid[])`;
  return new Map(rows.map((row) => [row.id, { status: row.status, response: answerOf(row) }]));
};

const answerOf = ({ answer, orders, ...payment }: Row): CheckoutResponse | null =>
  answer === null ? null : responseFrom(answer, paymentOf(payment), orders.map(orderOf));
