import { err, ok } from 'neverthrow';
import type { Fragment } from 'postgres';
import { invoiceNumber } from '../../../core/invoice.ts';
import {
  type IssuedInvoice,
  nextOrderStatus,
  type OrderDetail,
  type OrderState,
  type Orders,
  orderStatusAfter,
  orderStatusesBefore,
  shownStates,
} from '../../../core/order.ts';
import { pageOf } from '../../../core/page.ts';
import type { StepReference } from '../../../core/serviceReference.ts';
import { shownReferences } from '../../../core/stepService.ts';
import { datasetPaymentJson, orderColumns } from '../columns.ts';
import { runOnce } from '../commandKeys/once.ts';
import { inTransaction, type Sql } from '../connection.ts';
import { orUnavailable } from '../failures.ts';
import { type OrderRow, orderOf, type PaymentRow, paymentOf } from '../rows.ts';
import { statusList, statusText } from '../statuses.ts';
import { cancelExpired } from './cancelExpired.ts';
import { changeQuantity } from './changeQuantity.ts';
import { createOrderList } from './list.ts';
import { placeWithinLimit } from './pending.ts';
import { readTimeline } from './timeline.ts';

export const createOrders = (sql: Sql): Orders => {
  const list = createOrderList(sql);
  return {
    place: (requests, nowMs, pendingMax = 0) =>
      orUnavailable(() => placeWithinLimit(sql, requests, nowMs, pendingMax)),
    placeOnce: (requests, nowMs, pendingMax = 0) =>
      inTransaction(sql, (tx) =>
        runOnce(tx, requests, nowMs, (fresh) => placeWithinLimit(tx, fresh, nowMs, pendingMax)),
      ),
    find: (id) => orUnavailable(() => find(sql, id)),
    history: (query) => orUnavailable(() => readHistory(sql, query)),
    timeline: (query) => orUnavailable(() => readTimeline(sql, query)),
    list: (query) => orUnavailable(() => list(query)),
    cancel: (id, customerId, nowMs) => cancel(sql, id, customerId, nowMs),
    changeQuantity: (change, nowMs) => changeQuantity(sql, change, nowMs),
    cancelExpired: (query) => cancelExpired(sql, query),
  };
};

type DetailRow = OrderRow & {
  readonly payment: PaymentRow | null;
  readonly history: OrderState[];
  readonly history_archived: boolean;
  readonly licences: string[];
  readonly step_references: StepReference[] | null;
  readonly invoice_year: number | null;
  readonly invoice_sequence: number | null;
  readonly issued_ms: number | null;
  readonly service_invoice: IssuedInvoice | null;
  readonly refunded: number;
};

const find = async (sql: Sql, id: string): Promise<OrderDetail | null> =>
  (await readOrderDetails(sql, sql`d.id = ${id}`))[0] ?? null;

/** The orders that a condition on `order_dataset d` finds. */
export const readOrderDetails = async (sql: Sql, condition: Fragment): Promise<readonly OrderDetail[]> => {
  const rows = await sql<DetailRow[]>`
    select ${orderColumns(sql, 'd')}, i.year as invoice_year, i.sequence as invoice_sequence, i.issued_ms,
      (
        select json_build_object('number', number, 'issuedAtMs', answered_ms, 'url', url)
        from invoice_request where checkout_id = d.checkout_id and number is not null
      ) as service_invoice,
      case when d.payment_status is not null then ${datasetPaymentJson(sql, 'd')} end as payment,
      (select coalesce(json_agg(json_build_object('seq', s.seq, 'state', s.state, 'atMs', s.at_ms, 'detail', s.detail) order by s.seq), '[]')
       from (
         select * from order_history h
         where h.order_id = d.id
           and h.stored_seq >= (select max(n.seq) from order_state n where n.order_id = d.id) - ${shownStates}::integer
         order by h.seq desc limit ${shownStates}
       ) s) as history,
      not exists (select from order_state b where b.order_id = d.id and b.seq = 1) as history_archived,
      array(select l.key from licence l where l.order_id = d.id order by l.unit) as licences,
      (
        select json_agg(json_build_object('step', step, 'reference', reference, 'url', url) order by step)
        from step_reference where order_id = d.id
      ) as step_references,
      (
        select coalesce(sum(amount), 0)::bigint from refund where order_id = d.id and status = 'succeeded'
      ) as refunded
    from order_dataset d left join invoice i on i.checkout_id = d.checkout_id
    where ${condition}`;
  return rows.map(detailOf);
};

const detailOf = (row: DetailRow): OrderDetail => {
  const shown = shownReferences(row.step_references ?? []);
  const order = orderOf(row);
  return {
    ...order,
    refunded: { ...order.total, amount: row.refunded },
    payment: row.payment === null ? null : paymentOf(row.payment),
    history: row.history,
    ...(row.history_archived && { historyArchived: true }),
    invoice:
      row.invoice_year === null || row.invoice_sequence === null || row.issued_ms === null
        ? row.service_invoice
        : { number: invoiceNumber(row.invoice_year, row.invoice_sequence), issuedAtMs: row.issued_ms },
    ...shown,
    licences: [...row.licences, ...shown.licences],
  };
};

/** Its beginning may be in an archive, so the row is found where a page ends. */
const readHistory = async (sql: Sql, { orderId, after, limit }: Parameters<Orders['history']>[0]) => {
  const first = after ?? 0;
  const rows = await sql<OrderState[]>`
    select seq, state, at_ms as "atMs", detail from order_history
    where order_id = ${orderId} and seq > ${first} and stored_seq between ${first} and coalesce((
      select seq from order_state where order_id = ${orderId} and seq > ${first} order by seq limit 1 offset ${limit}
    ), 2147483647)
    order by seq limit ${limit + 1}`;
  return pageOf([...rows], limit, ({ seq }) => seq);
};

/** An order that a checkout has released between the two statements is `pending` again, so it is tried again. */
const cancel = async (
  sql: Sql,
  id: string,
  customerId: string,
  nowMs: number,
): ReturnType<Orders['cancel']> => {
  const status = statusText(sql, orderStatusAfter.cancel);
  for (;;) {
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
          OrderRow[]
        >`select ${orderColumns(sql, 'o')} from orders o where id = ${id} and customer_id = ${customerId}`,
    );
    if (current.isErr()) return err(current.error);
    const [order] = current.value;
    if (order === undefined) return err({ kind: 'not_found' });
    if (order.status === orderStatusAfter.cancel) return ok(orderOf(order));
    if (nextOrderStatus(order.status, 'cancel') === null)
      return err({ kind: 'order_not_pending', status: order.status });
  }
};
