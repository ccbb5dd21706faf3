import { err, ok } from 'neverthrow';
import { invoiceNumber } from '../../../core/invoice.ts';
import {
  type OrderDetail,
  type OrderState,
  type Orders,
  orderStatusAfter,
  orderStatusesBefore,
} from '../../../core/order.ts';
import { datasetPaymentJson, orderColumns } from '../columns.ts';
import { runOnce } from '../commandKeys/once.ts';
import { inTransaction, type Sql } from '../connection.ts';
import { orUnavailable } from '../failures.ts';
import { type OrderRow, orderOf, type PaymentRow, paymentOf } from '../rows.ts';
import { statusList, statusText } from '../statuses.ts';
import { createOrderList } from './list.ts';
import { place } from './place.ts';

export const createOrders = (sql: Sql): Orders => {
  const list = createOrderList(sql);
  return {
    place: (requests, nowMs) => orUnavailable(() => place(sql, requests, nowMs)),
    placeOnce: (requests, nowMs) =>
      inTransaction(sql, (tx) => runOnce(tx, requests, nowMs, (fresh) => place(tx, fresh, nowMs))),
    find: (id) => orUnavailable(() => find(sql, id)),
    list: (query) => orUnavailable(() => list(query)),
    cancel: (id, customerId, nowMs) => cancel(sql, id, customerId, nowMs),
  };
};

type DetailRow = OrderRow & {
  readonly payment: PaymentRow | null;
  readonly history: OrderState[];
  readonly licences: string[];
  readonly invoice_year: number | null;
  readonly invoice_sequence: number | null;
  readonly issued_ms: number | null;
};

const find = async (sql: Sql, id: string): Promise<OrderDetail | null> => {
  const [row] = await sql<DetailRow[]>`
    select ${orderColumns(sql, 'd')}, i.year as invoice_year, i.sequence as invoice_sequence, i.issued_ms,
      case when d.payment_status is not null then ${datasetPaymentJson(sql, 'd')} end as payment,
      (select json_agg(json_build_object('seq', s.seq, 'state', s.state, 'atMs', s.at_ms, 'detail', s.detail) order by s.seq)
       from order_history s where s.order_id = d.id) as history,
      array(select l.key from licence l where l.order_id = d.id order by l.unit) as licences
    from order_dataset d left join invoice i on i.checkout_id = d.checkout_id
    where d.id = ${id}`;
  if (row === undefined) return null;
  return {
    ...orderOf(row),
    payment: row.payment === null ? null : paymentOf(row.payment),
    history: row.history,
    invoice:
      row.invoice_year === null || row.invoice_sequence === null || row.issued_ms === null
        ? null
        : { number: invoiceNumber(row.invoice_year, row.invoice_sequence), issuedAtMs: row.issued_ms },
    licences: row.licences,
  };
};

const cancel = async (
  sql: Sql,
  id: string,
  customerId: string,
  nowMs: number,
): ReturnType<Orders['cancel']> => {
  const status = statusText(sql, orderStatusAfter.cancel);
  const cancelled = await orUnavailable(
    () => sql<OrderRow[]>`
      with cancelled as (
        update orders set status = ${status}, seq = seq + 1, updated_ms = ${nowMs}::bigint
        where id = ${id} and customer_id = ${customerId}
          and status in (${statusList(sql, orderStatusesBefore('cancel'))})
        returning *
      ), history as (
        insert into order_state (order_id, seq, state, at_ms) select id, seq, ${status}, ${nowMs}::bigint from cancelled
      )
      select ${orderColumns(sql, 'cancelled')} from cancelled`,
  );
  if (cancelled.isErr()) return err(cancelled.error);
  const [row] = cancelled.value;
  if (row !== undefined) return ok(orderOf(row));
  const current = await orUnavailable(
    () =>
      sql<
        Pick<OrderRow, 'status'>[]
      >`select status from orders where id = ${id} and customer_id = ${customerId}`,
  );
  if (current.isErr()) return err(current.error);
  const [order] = current.value;
  return err(
    order === undefined ? { kind: 'not_found' } : { kind: 'order_not_pending', status: order.status },
  );
};
