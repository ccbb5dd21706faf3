import type { Contact } from '../../core/order.ts';
import { type Page, pageOf } from '../../core/page.ts';
import {
  creditNoteNumber,
  type Refund,
  type RefundDetail,
  type RefundQuery,
  type RefundStatus,
} from '../../core/refund.ts';
import type { Sql } from './connection.ts';
import { contactOf, type OrderRow, orderOf } from './rows.ts';

/** A row of `refund`. */
export type RefundRow = {
  readonly id: string;
  readonly order_id: string | null;
  readonly payment_id: string;
  readonly amount: number;
  readonly currency: string;
  readonly reason: string;
  readonly status: RefundStatus;
  readonly credit_note_year: number | null;
  readonly credit_note_sequence: number | null;
  readonly error: string | null;
  readonly created_ms: number;
  readonly updated_ms: number;
};

export const refundOf = (row: RefundRow): Refund => ({
  id: row.id,
  orderId: row.order_id,
  paymentId: row.payment_id,
  amount: { amount: row.amount, currency: row.currency },
  reason: row.reason,
  status: row.status,
  creditNote:
    row.credit_note_year === null || row.credit_note_sequence === null
      ? null
      : creditNoteNumber(row.credit_note_year, row.credit_note_sequence),
  error: row.error,
  createdAtMs: row.created_ms,
  updatedAtMs: row.updated_ms,
});

/** Of a late payment it is the first order of its cart that stands for all. */
export const find = async (sql: Sql, refundId: string): Promise<RefundDetail | null> => {
  const [[row], [order]] = await Promise.all([
    sql<(RefundRow & { charge_reference: string })[]>`
      select r.*, p.reference as charge_reference
      from refund r join payment p on p.id = r.payment_id where r.id = ${refundId}`,
    sql<(OrderRow & Contact)[]>`
      select o.* from refund r join audit a on a.id = r.payment_id
      join orders o on o.id = coalesce(r.order_id, a.order_ids[1])
      where r.id = ${refundId}`,
  ]);
  if (row === undefined || order === undefined) return null;
  return {
    ...refundOf(row),
    chargeReference: row.charge_reference,
    order: orderOf(order),
    contact: contactOf(order),
  };
};

export const list = async (
  sql: Sql,
  { orderId, status, after, limit }: RefundQuery,
): Promise<Page<Refund, string>> => {
  const rows = await sql<RefundRow[]>`
    select * from refund where true
      ${orderId === null ? sql`` : sql`and order_id = ${orderId}`}
      ${status === null ? sql`` : sql`and status = ${status}`}
      ${after === null ? sql`` : sql`and id < ${after}`}
    order by id desc limit ${limit + 1}`;
  return pageOf(rows.map(refundOf), limit, ({ id }) => id);
};
