import { asc, eq, getTableColumns, sql } from 'drizzle-orm';
import { err, ok, type Result } from 'neverthrow';
import {
  nextStatus,
  type Order,
  type OrderDetail,
  type OrderFailure,
  type Orders,
} from '../../../core/order.ts';
import type { Payment } from '../../../core/payment.ts';
import type { Connection } from '../connection.ts';
import {
  invoiceOf,
  type ListedOrderRow,
  notListed,
  type OrderRow,
  orderOf,
  paymentExtras,
  paymentOf,
  type ShownPaymentRow,
} from '../rows.ts';
import {
  columnsOf,
  invoice,
  licence,
  orderState,
  orders as orderTable,
  payment as paymentTable,
} from '../schema.ts';
import { createAppendHistory } from './history.ts';
import { createOrderList } from './list.ts';
import { createPlaceOrders } from './place.ts';

export const createOrders = (connection: Connection): Orders => {
  const { read, write } = connection;
  const place = createPlaceOrders(connection);
  const find = finding(connection);
  const list = createOrderList(connection);
  const cancel = cancelling(connection);
  return {
    place: async (requests, nowMs) => write(() => place(requests, nowMs)),
    find: async (id) => read(() => find(id)),
    list: async (query) => read(() => list(query)),
    cancel: async (id, customerId, nowMs) =>
      write(() => cancel(id, customerId, nowMs)).andThen((outcome) => outcome),
  };
};

type ColumnsBeside = {
  readonly [Key in keyof ShownPaymentRow & string as `payment${Capitalize<Key>}`]: ShownPaymentRow[Key];
};
type DatasetRow = ListedOrderRow &
  Omit<ColumnsBeside, 'paymentId' | 'paymentStatus' | 'paymentAction'> & {
    /** Null where no checkout has claimed the order; then so are the payment's other columns. */
    readonly paymentStatus: ShownPaymentRow['status'] | null;
    /** JSON. */
    readonly paymentAction: string | null;
  };

/** The payment's columns under the alias `d`; its id is the order's `checkout_id`. */
const paymentBeside = Object.entries(getTableColumns(paymentTable))
  .filter(([name]) => ![...paymentExtras, 'id'].includes(name))
  .map(
    ([name, column]) => `d.payment_${column.name} as payment${name.charAt(0).toUpperCase()}${name.slice(1)}`,
  )
  .join(', ');

const finding = ({ client, db }: Connection) => {
  const id = sql.placeholder('id');
  const dataset = client.prepare<[string], DatasetRow>(
    `select ${columnsOf(orderTable, 'd', notListed)}, ${paymentBeside} from order_dataset d where d.id = ?`,
  );
  const { seq, state, atMs, detail } = orderState;
  const history = db
    .select({ seq, state, atMs, detail })
    .from(orderState)
    .where(eq(orderState.orderId, id))
    .orderBy(asc(seq))
    .prepare();
  const invoiceRow = db.select().from(invoice).where(eq(invoice.orderId, id)).prepare();
  const licences = db
    .select({ key: licence.key })
    .from(licence)
    .where(eq(licence.orderId, id))
    .orderBy(asc(licence.unit))
    .prepare();

  return (orderId: string): OrderDetail | null => {
    const row = dataset.get(orderId);
    if (row === undefined) return null;
    const invoiced = invoiceRow.get({ id: orderId });
    return {
      ...orderOf(row),
      payment: paymentIn(row),
      history: history.all({ id: orderId }),
      invoice: invoiced === undefined ? null : invoiceOf(invoiced),
      licences: licences.all({ id: orderId }).map(({ key }) => key),
    };
  };
};

const paymentIn = (row: DatasetRow): Payment | null =>
  row.checkoutId === null || row.paymentStatus === null
    ? null
    : paymentOf({
        id: row.checkoutId,
        status: row.paymentStatus,
        amount: row.paymentAmount,
        currency: row.paymentCurrency,
        method: row.paymentMethod,
        reference: row.paymentReference,
        declineCode: row.paymentDeclineCode,
        action: row.paymentAction === null ? null : JSON.parse(row.paymentAction),
      });

const cancelling = ({ client }: Connection) => {
  const tell = createAppendHistory(client);
  const byId = client.prepare<[string], OrderRow>(
    `select ${columnsOf(orderTable, 'o')} from orders o where o.id = ?`,
  );
  const update = client.prepare<[string, number, number, string]>(
    'update orders set status = ?, seq = ?, updated_ms = ? where id = ?',
  );

  return (id: string, customerId: string, nowMs: number): Result<Order, OrderFailure> => {
    const row = byId.get(id);
    if (row?.customerId !== customerId) return err({ kind: 'not_found' });
    const status = nextStatus(row.status, 'cancel');
    if (status === null) return err({ kind: 'order_not_pending', status: row.status });
    const seq = row.seq + 1;
    update.run(status, seq, nowMs, id);
    tell(id, { seq, state: status }, nowMs);
    return ok(orderOf({ ...row, status, updatedAtMs: nowMs }));
  };
};
