import { type InvoiceRequest, invoiceRequestBody } from '../../../core/invoiceRequest.ts';
import { creditedOrigins, succeededRefundStatuses } from '../../../core/refund.ts';
import type { ServiceReference } from '../../../core/serviceReference.ts';
import { orderColumns } from '../columns.ts';
import type { Transaction } from '../connection.ts';
import { type OrderRow, orderOf } from '../rows.ts';
import { statusList } from '../statuses.ts';

type RequestingTask = { readonly taskId: string; readonly checkoutId: string; readonly step: string };

/** The requests of the checkouts of these tasks, by checkout: those that are stored, and new ones, which it stores. */
export type InvoiceRequests = ReadonlyMap<string, InvoiceRequest>;

/**
 * Runs in a transaction that has locked the tasks. Of two claims at once the second waits for the first, and gets its
 * request. All write in the order of the checkouts, so that none waits in a circle.
 */
export const requestInvoices = async (
  tx: Transaction,
  tasks: readonly RequestingTask[],
  nowMs: number,
): Promise<InvoiceRequests> => {
  const taskOf = new Map(tasks.map((task) => [task.checkoutId, task]));
  const rows = await tx<RequestRow[]>`
    select ${columns(tx)} from invoice_request where checkout_id = any(${[...taskOf.keys()]}::uuid[])`;
  const known = new Set(rows.map(({ checkout_id }) => checkout_id));
  const missing = [...taskOf.values()].filter(({ checkoutId }) => !known.has(checkoutId));
  const created = await createRequests(tx, missing, nowMs);
  return new Map([...rows, ...created].map((row) => [row.checkout_id, requestOf(row)]));
};

type RequestRow = {
  readonly checkout_id: string;
  readonly body: string | null;
  readonly is_answered: boolean;
  readonly number: string | null;
  readonly url: string | null;
};

const columns = (tx: Transaction) =>
  tx`checkout_id, body, answered_ms is not null as is_answered, number, url`;

const requestOf = ({ body, is_answered, number, url }: RequestRow): InvoiceRequest => ({
  body,
  answer: is_answered ? { reference: number, url } : null,
});

const createRequests = async (
  tx: Transaction,
  tasks: readonly RequestingTask[],
  nowMs: number,
): Promise<readonly RequestRow[]> => {
  if (tasks.length === 0) return [];
  const orders = await tx<(OrderRow & { refunded: number })[]>`
    select ${orderColumns(tx, 'o')}, (
      select coalesce(sum(r.amount), 0)::bigint from refund r
      where r.order_id = o.id and r.status in (${statusList(tx, succeededRefundStatuses)})
        and r.origin = any(${creditedOrigins}::text[])
    ) as refunded
    from audit a cross join lateral unnest(a.order_ids) as l(order_id) join orders o on o.id = l.order_id
    where a.id = any(${tasks.map(({ checkoutId }) => checkoutId)}::uuid[])`;
  const ordersOf = Map.groupBy(orders, ({ checkout_id }) => checkout_id);
  const bodies = tasks.map((task) =>
    invoiceRequestBody(
      task,
      (ordersOf.get(task.checkoutId) ?? []).map((row) => ({ order: orderOf(row), refunded: row.refunded })),
    ),
  );
  return tx<RequestRow[]>`
    insert into invoice_request as i (checkout_id, requested_ms, body)
    select checkout_id, ${nowMs}::bigint, body
    from unnest(${tasks.map(({ checkoutId }) => checkoutId)}::uuid[], ${bodies}::text[]) as n(checkout_id, body)
    order by checkout_id
    on conflict (checkout_id) do update set requested_ms = i.requested_ms
    returning ${columns(tx)}`;
};

/** The answer of an invoice service, for a whole checkout. The first one counts. */
export const writeInvoiceAnswers = async (
  tx: Transaction,
  answers: readonly (ServiceReference & { readonly checkoutId: string })[],
  nowMs: number,
): Promise<void> => {
  if (answers.length === 0) return;
  await tx`
    insert into invoice_request as i (checkout_id, requested_ms, answered_ms, number, url)
    select distinct on (checkout_id) checkout_id, ${nowMs}::bigint, ${nowMs}::bigint, number, url
    from unnest(
      ${answers.map(({ checkoutId }) => checkoutId)}::uuid[],
      ${answers.map(({ reference }) => reference)}::text[],
      ${answers.map(({ url }) => url)}::text[]
    ) as n(checkout_id, number, url)
    order by checkout_id
    on conflict (checkout_id) do update
    set answered_ms = excluded.answered_ms, number = excluded.number, url = excluded.url, body = null
    where i.answered_ms is null`;
};
