import type { KnownResponse } from '../../../core/audit.ts';
import type { PaymentStatus } from '../../../core/payment.ts';
import { responseFrom, type StoredResponse } from '../../stored/response.ts';
import { checkoutNumber, checkoutOrders, paymentColumns } from '../columns.ts';
import type { Sql } from '../connection.ts';
import { type OrderRow, orderOf, type PaymentRow, paymentOf } from '../rows.ts';

/** The current state of a checkout, and the response stored under its key. */
export type CurrentCheckout = { readonly status: PaymentStatus; readonly response: KnownResponse };

type Row = PaymentRow & {
  readonly number: string;
  readonly response: StoredResponse | null;
  /** In the order of the request. */
  readonly orders: readonly OrderRow[];
};

/** The checkouts of these ids, by checkout id. */
export const readResponses = async (
  sql: Sql,
  checkoutIds: readonly string[],
): Promise<ReadonlyMap<string, CurrentCheckout>> => {
  const rows = await sql<Row[]>`
    select ${paymentColumns(sql, 'p')}, p.response, ${checkoutNumber(sql, 'a')},
      ${checkoutOrders(sql)}
    from payment p join audit a using (id)
    where p.id = any(${checkoutIds as string[]}::uuid[])`;
  return new Map(rows.map((row) => [row.id, { status: row.status, response: responseOf(row) }]));
};

const responseOf = ({ response, number, orders, ...payment }: Row): KnownResponse =>
  response === null ? null : responseFrom(response, number, paymentOf(payment), orders.map(orderOf));
