import { type InvoiceRequest, invoiceRequestBody } from '../../../core/invoiceRequest.ts';
import { creditedOrigins, succeededRefundStatuses } from '../../../core/refund.ts';
import type { ServiceReference } from '../../../core/serviceReference.ts';
import { isOneOf } from '../../stored/statuses.ts';
import type { Connection } from '../connection.ts';
import { type OrderRow, orderOf } from '../rows.ts';
import { columnsOf, orders as orderTable } from '../schema.ts';

type RequestRow = {
  readonly body: string | null;
  readonly isAnswered: 0 | 1;
  readonly number: string | null;
  readonly url: string | null;
};

type RequestingTask = { readonly taskId: string; readonly checkoutId: string; readonly step: string };

/** Returns the request of the task's checkout, and stores it if the task is the first. Runs in the caller's transaction. */
export const createRequestInvoice = ({ client }: Connection) => {
  const requestOf = client.prepare<[string], RequestRow>(
    `select body, answered_ms is not null as isAnswered, number, url from invoice_request where checkout_id = ?`,
  );
  // The `+` keeps SQLite from using the index on status: an order has few refunds, a status many.
  const ordersOf = client.prepare<[string, string], OrderRow & { readonly refunded: number }>(
    `select ${columnsOf(orderTable, 'o')}, (
       select coalesce(sum(r.amount), 0) from refund r
       where r.order_id = o.id and ${isOneOf('+r.status', succeededRefundStatuses)}
         and r.origin in (select value from json_each(?))
     ) as refunded
     from audit a cross join json_each(a.order_ids) j cross join orders o on o.id = j.value where a.id = ?`,
  );
  const insert = client.prepare<[string, number, string]>(
    'insert into invoice_request (checkout_id, requested_ms, body) values (?, ?, ?)',
  );
  return (task: RequestingTask, nowMs: number): InvoiceRequest => {
    const known = requestOf.get(task.checkoutId);
    if (known !== undefined) {
      const { body, isAnswered, number, url } = known;
      return { body, answer: isAnswered === 1 ? { reference: number, url } : null };
    }
    const orders = ordersOf.all(JSON.stringify(creditedOrigins), task.checkoutId);
    const body = invoiceRequestBody(
      task,
      orders.map((row) => ({ order: orderOf(row), refunded: row.refunded })),
    );
    insert.run(task.checkoutId, nowMs, body);
    return { body, answer: null };
  };
};

/** Stores the answer of an invoice service for the whole checkout. The first one counts. */
export const createWriteInvoiceAnswer = ({ client }: Connection) => {
  const upsert = client.prepare<[string, number, number, string | null, string | null]>(
    `insert into invoice_request (checkout_id, requested_ms, answered_ms, number, url) values (?, ?, ?, ?, ?)
     on conflict (checkout_id) do update
     set answered_ms = excluded.answered_ms, number = excluded.number, url = excluded.url, body = null
     where answered_ms is null`,
  );
  return (checkoutId: string, { reference, url }: ServiceReference, nowMs: number): void => {
    upsert.run(checkoutId, nowMs, nowMs, reference, url);
  };
};
