import type { CustomerOrder, Customers } from '../../../core/erasure.ts';
import { firstId } from '../../../core/id.ts';
import type { Invoice } from '../../../core/invoice.ts';
import type { Contact } from '../../../core/order.ts';
import type { Sql } from '../connection.ts';
import { readInvoices } from '../orders/invoices.ts';
import { readOrderDetails } from '../orders/orders.ts';
import { readTimelines } from '../orders/timeline.ts';
import { listOfOrders } from '../refunds/read.ts';

type Row = {
  readonly id: string;
  readonly checkout_id: string | null;
  readonly email: string;
  readonly language: string | null;
};

/** See `Customers.orders`. A page takes five statements, however many orders it has. */
export const readCustomerOrders = async (
  sql: Sql,
  { customerId, after, limit }: Parameters<Customers['orders']>[0],
  nowMs: number,
): Promise<readonly CustomerOrder[]> => {
  // `order_search` has the index by customer.
  const rows = await sql<Row[]>`
    select o.id, o.checkout_id, o.email, o.language from order_search s join orders o on o.id = s.order_id
    where s.customer_id = ${customerId} and s.order_id > ${after ?? firstId}
    order by s.order_id limit ${limit}`;
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  const [details, refunds, timelines, invoices] = await Promise.all([
    readOrderDetails(sql, sql`d.id = any(${ids}::uuid[])`),
    listOfOrders(sql, ids),
    readTimelines(sql, ids, nowMs),
    readInvoices(sql, [...new Set(rows.flatMap((row) => row.checkout_id ?? []))]),
  ]);
  const detailOf = new Map(details.map((order) => [order.id, order]));
  const refundsOf = Map.groupBy(refunds, ({ orderId }) => orderId);
  const invoiceOf = new Map(
    invoices.map((invoice): [string | null, Invoice] => [invoice.checkoutId, invoice]),
  );
  return rows.flatMap(({ id, checkout_id: checkoutId, ...contact }) => {
    const order = detailOf.get(id);
    const timeline = timelines.get(id);
    if (order === undefined || timeline === undefined) return [];
    return [
      {
        order,
        contact: contact satisfies Contact,
        refunds: refundsOf.get(id) ?? [],
        timeline,
        invoice: invoiceOf.get(checkoutId) ?? null,
      },
    ];
  });
};
