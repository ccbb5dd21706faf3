import type Database from 'better-sqlite3';
import type { Contact } from '../../../core/order.ts';
import { type Page, pageOf } from '../../../core/page.ts';
import { creditNoteNumber, type Refund, type RefundDetail, type RefundQuery } from '../../../core/refund.ts';
import type { Connection } from '../connection.ts';
import { contactOf, type OrderRow, orderOf } from '../rows.ts';
import { columnsOf, orders, refund } from '../schema.ts';
import { type Condition, createSelect } from '../select.ts';

/** As raw SQL returns it: SQLite has no booleans. */
export type RefundRow = Omit<typeof refund.$inferSelect, 'restock'> & { readonly restock: 0 | 1 | null };

export const selectRefunds = `select ${columnsOf(refund, 'r')} from refund r`;

export const refundOf = (row: RefundRow): Refund => ({
  id: row.id,
  orderId: row.orderId,
  paymentId: row.paymentId,
  amount: { amount: row.amount, currency: row.currency },
  origin: row.origin,
  reason: row.reason,
  restock: row.restock === null ? null : row.restock === 1,
  status: row.status,
  creditNote:
    row.creditNoteYear === null || row.creditNoteSequence === null
      ? null
      : creditNoteNumber(row.creditNoteYear, row.creditNoteSequence),
  creditedLine:
    row.creditedInvoice === null || row.creditedLine === null
      ? null
      : { invoice: row.creditedInvoice, line: row.creditedLine },
  error: row.error,
  createdAtMs: row.createdAtMs,
  updatedAtMs: row.updatedAtMs,
});

/** See `Refunds.find`. The refund of a late charge shows the first order of the checkout. */
export const createFindRefund = ({ client }: Connection): ((refundId: string) => RefundDetail | null) => {
  const byId = client.prepare<[string], RefundRow>(`${selectRefunds} where r.id = ?`);
  const referenceOf = client
    .prepare<[string], string | null>('select reference from payment where id = ?')
    .pluck();
  const openDisputes = client
    .prepare<[string], number>(`select count(*) from dispute where payment_id = ? and status = 'open'`)
    .pluck();
  const orderIdsOf = client.prepare<[string], string>('select order_ids from audit where id = ?').pluck();
  const orderById = client.prepare<[string], OrderRow>(
    `select ${columnsOf(orders, 'o')} from orders o where o.id = ?`,
  );

  const firstOrderOf = (paymentId: string): string => JSON.parse(orderIdsOf.get(paymentId) ?? '[]')[0] ?? '';

  return (refundId) => {
    const row = byId.get(refundId);
    if (row === undefined) return null;
    const { paymentId } = row;
    if (paymentId === null) {
      if (row.chargeReference === null) throw new Error(`the refund ${refundId} has no charge`);
      return {
        ...refundOf(row),
        chargeReference: row.chargeReference,
        disputed: false,
        order: null,
        contact: null,
      };
    }
    const chargeReference = referenceOf.get(paymentId) ?? null;
    const order = orderById.get(row.orderId ?? firstOrderOf(paymentId));
    if (chargeReference === null || order === undefined)
      throw new Error(`the refund ${refundId} has no charge or no order`);
    const contact: Contact = contactOf(order);
    const disputed = (openDisputes.get(paymentId) ?? 0) > 0;
    return { ...refundOf(row), chargeReference, disputed, order: orderOf(order), contact };
  };
};

/** All refunds of an order, newest first. */
export const createRefundsOfOrder = ({ client }: Connection): ((orderId: string) => readonly Refund[]) => {
  const ofOrder = client.prepare<[string], RefundRow>(
    `${selectRefunds} where r.order_id = ? order by r.id desc`,
  );
  return (orderId) => ofOrder.all(orderId).map(refundOf);
};

/** See `Refunds.list`. */
export const createListRefunds = (
  client: Database.Database,
): ((query: RefundQuery) => Page<Refund, string>) => {
  const select = createSelect<RefundRow>(client);
  return ({ orderId, status, after, limit }) => {
    // The `+` keeps SQLite from using the index on status: an order has few refunds, a status many.
    const conditions: readonly Condition[] = [
      ...(orderId === null ? [] : [['r.order_id = ?', orderId] as const]),
      ...(status === null ? [] : [[`${orderId === null ? '' : '+'}r.status = ?`, status] as const]),
      ...(after === null ? [] : [['r.id < ?', after] as const]),
    ];
    const rows = select(selectRefunds, conditions, 'r.id desc', limit + 1);
    return pageOf(rows.map(refundOf), limit, ({ id }) => id);
  };
};
