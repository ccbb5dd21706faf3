import { type Page, pageOf } from '../../../core/page.ts';
import { creditNoteNumber, type Refund, type RefundDetail, type RefundQuery } from '../../../core/refund.ts';
import { contactColumns, orderColumns, refundColumns, type refundExtras } from '../columns.ts';
import type { Sql, Transaction } from '../connection.ts';
import { type ContactRow, contactOf, type OrderRow, orderOf } from '../rows.ts';
import type { RowOf, refund } from '../schema.ts';

/** A row of `refundColumns`. */
export type RefundRow = Omit<RowOf<typeof refund>, (typeof refundExtras)[number]>;

export const refundOf = (row: RefundRow): Refund => ({
  id: row.id,
  orderId: row.order_id,
  paymentId: row.payment_id,
  amount: { amount: row.amount, currency: row.currency },
  origin: row.origin,
  reason: row.reason,
  restock: row.restock,
  status: row.status,
  creditNote:
    row.credit_note_year === null || row.credit_note_sequence === null
      ? null
      : creditNoteNumber(row.credit_note_year, row.credit_note_sequence),
  creditedLine:
    row.credited_invoice === null || row.credited_line === null
      ? null
      : { invoice: row.credited_invoice, line: row.credited_line },
  error: row.error,
  createdAtMs: row.created_ms,
  updatedAtMs: row.updated_ms,
});

export const findByKey = async (sql: Sql | Transaction, key: string): Promise<Refund | null> => {
  const [row] = await sql<RefundRow[]>`select ${refundColumns(sql, 'r')} from refund r where key = ${key}`;
  return row === undefined ? null : refundOf(row);
};

/** See `Refunds.find`. For a late charge, `order` is the first order of its checkout. */
export const find = async (sql: Sql, refundId: string): Promise<RefundDetail | null> => {
  const [[row], [order]] = await Promise.all([
    sql<(RefundRow & { charge_reference: string; is_disputed: boolean })[]>`
      select ${refundColumns(sql, 'r')}, coalesce(r.charge_reference, p.reference) as charge_reference,
        exists (select from dispute d where d.payment_id = r.payment_id and d.status = 'open') as is_disputed
      from refund r left join payment p on p.id = r.payment_id where r.id = ${refundId}`,
    sql<(OrderRow & ContactRow)[]>`
      select ${orderColumns(sql, 'o')}, ${contactColumns(sql, 'o')} from refund r join audit a on a.id = r.payment_id
      join orders o on o.id = coalesce(r.order_id, a.order_ids[1])
      where r.id = ${refundId}`,
  ]);
  if (row === undefined || (order === undefined && row.payment_id !== null)) return null;
  return {
    ...refundOf(row),
    chargeReference: row.charge_reference,
    disputed: row.is_disputed,
    order: order === undefined ? null : orderOf(order),
    contact: order === undefined ? null : contactOf(order),
  };
};

/** All refunds of these orders, newest first. */
export const listOfOrders = async (sql: Sql, orderIds: string[]): Promise<readonly Refund[]> => {
  const rows = await sql<RefundRow[]>`
    select ${refundColumns(sql, 'r')} from refund r where order_id = any(${orderIds}::uuid[]) order by id desc`;
  return rows.map(refundOf);
};

export const list = async (
  sql: Sql,
  { orderId, status, after, limit }: RefundQuery,
): Promise<Page<Refund, string>> => {
  const rows = await sql<RefundRow[]>`
    select ${refundColumns(sql, 'r')} from refund r where true
      ${orderId === null ? sql`` : sql`and order_id = ${orderId}`}
      ${status === null ? sql`` : sql`and status = ${status}`}
      ${after === null ? sql`` : sql`and id < ${after}`}
    order by id desc limit ${limit + 1}`;
  return pageOf(rows.map(refundOf), limit, ({ id }) => id);
};
