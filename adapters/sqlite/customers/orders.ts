import { type CustomerOrder, type Customers, exportedTimelineMax } from '../../../core/erasure.ts';
import type { Contact } from '../../../core/order.ts';
import type { Connection } from '../connection.ts';
import { createFindInvoice } from '../orders/invoices.ts';
import { createFindOrder } from '../orders/orders.ts';
import { createReadTimeline } from '../orders/timeline.ts';
import { createRefundsOfOrder } from '../refunds/read.ts';
import { firstPosition } from '../rowPositions.ts';

/** See `Customers.orders`. Runs in the caller's transaction. */
export const createReadCustomerOrders = (connection: Connection) => {
  const findOrder = createFindOrder(connection);
  const findInvoice = createFindInvoice(connection);
  const readTimeline = createReadTimeline(connection);
  const refundsOf = createRefundsOfOrder(connection);
  const page = connection.client.prepare<[object], { readonly id: string } & Contact>(
    `select id, email, language from orders
     where customer_id = $customerId and position > coalesce((select position from orders where id = $after), ${firstPosition})
     order by position limit $limit`,
  );
  return (query: Parameters<Customers['orders']>[0], nowMs: number): readonly CustomerOrder[] =>
    page.all(query).flatMap(({ id, ...contact }) => {
      const order = findOrder(id);
      if (order === null) return [];
      return [
        {
          order,
          contact,
          refunds: refundsOf(id),
          timeline: readTimeline({ orderId: id, nowMs, after: null, limit: exportedTimelineMax }),
          invoice: order.checkoutId === null ? null : findInvoice(order.checkoutId),
        },
      ];
    });
};
