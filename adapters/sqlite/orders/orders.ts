import { asc, eq, getTableColumns, sql } from 'drizzle-orm';
import { err, ok, type Result } from 'neverthrow';
import {
  nextOrderStatus,
  type Order,
  type OrderDetail,
  type OrderFailure,
  type Orders,
} from '../../../core/order.ts';
import type { Payment } from '../../../core/payment.ts';
import { createRunOnce } from '../commandKeys/once.ts';
import type { Connection } from '../connection.ts';
import {
  type CorePaymentRow,
  invoiceReferenceOf,
  type ListedOrderRow,
  type OrderRow,
  orderOf,
  paymentOf,
  paymentOnlyColumns,
  unlistedColumns,
} from '../rows.ts';
import {
  columnsOf,
  invoice,
  licence,
  orderHistory,
  orders as orderTable,
  payment as paymentTable,
} from '../schema.ts';
import { createAppendHistory } from './history.ts';
import { createOrderList } from './list.ts';
import { createPlaceOrder } from './place.ts';

export const createOrders = (connection: Connection): Orders => {
  const { read, write } = connection;
  const placeOne = createPlaceOrder(connection);
  const runOnce = createRunOnce(connection);
  const find = createFindOrder(connection);
  const list = createOrderList(connection);
  const cancel = createCancelOrder(connection);
  return {
    place: async (requests, nowMs) => write(() => requests.map((request) => placeOne(request, nowMs))),
    placeOnce: async (requests, nowMs) =>
      write(() =>
        requests.map((request) => runOnce(request.commandKey, nowMs, () => placeOne(request, nowMs))),
      ),
    find: async (id) => read(() => find(id)),
    list: async (query) => read(() => list(query)),
    cancel: async (id, customerId, nowMs) =>
      write(() => cancel(id, customerId, nowMs)).andThen((outcome) => outcome),
  };
};

type PaymentColumns = {
  readonly [Key in keyof CorePaymentRow & string as `payment${Capitalize<Key>}`]: CorePaymentRow[Key];
};
type DatasetRow = ListedOrderRow &
  Omit<PaymentColumns, 'paymentId' | 'paymentStatus' | 'paymentAction'> & {
    /** Null if no checkout has claimed the order. Then the other columns of the payment are null too. */
    readonly paymentStatus: CorePaymentRow['status'] | null;
    /** JSON. */
    readonly paymentAction: string | null;
  };

/** The payment's columns of `order_dataset d`, without its id, which is the order's `checkout_id`. */
const paymentColumns = Object.entries(getTableColumns(paymentTable))
  .filter(([name]) => ![...paymentOnlyColumns, 'id'].includes(name))
  .map(
    ([name, column]) => `d.payment_${column.name} as payment${name.charAt(0).toUpperCase()}${name.slice(1)}`,
  )
  .join(', ');

const createFindOrder = ({ client, db }: Connection) => {
  const id = sql.placeholder('id');
  const datasetRow = client.prepare<[string], DatasetRow>(
    `select ${columnsOf(orderTable, 'd', unlistedColumns)}, ${paymentColumns} from order_dataset d where d.id = ?`,
  );
  const { seq, state, atMs, detail } = orderHistory;
  const historyRows = db
    .select({ seq, state, atMs, detail })
    .from(orderHistory)
    .where(eq(orderHistory.orderId, id))
    .orderBy(asc(seq))
    .prepare();
  const invoiceOfCheckout = db
    .select({ year: invoice.year, sequence: invoice.sequence, issuedAtMs: invoice.issuedAtMs })
    .from(invoice)
    .where(eq(invoice.checkoutId, id))
    .prepare();
  const licenceKeys = db
    .select({ key: licence.key })
    .from(licence)
    .where(eq(licence.orderId, id))
    .orderBy(asc(licence.unit))
    .prepare();

  return (orderId: string): OrderDetail | null => {
    const row = datasetRow.get(orderId);
    if (row === undefined) return null;
    const invoiceRow = invoiceOfCheckout.get({ id: row.checkoutId ?? '' });
    return {
      ...orderOf(row),
      payment: paymentOfDataset(row),
      history: historyRows.all({ id: orderId }),
      invoice: invoiceRow === undefined ? null : invoiceReferenceOf(invoiceRow),
      licences: licenceKeys.all({ id: orderId }).map(({ key }) => key),
    };
  };
};

const paymentOfDataset = (row: DatasetRow): Payment | null =>
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

const createCancelOrder = ({ client }: Connection) => {
  const appendHistory = createAppendHistory(client);
  const byId = client.prepare<[string], OrderRow>(
    `select ${columnsOf(orderTable, 'o')} from orders o where o.id = ?`,
  );
  const update = client.prepare<[string, number, number, string]>(
    'update orders set status = ?, seq = ?, updated_ms = ? where id = ?',
  );

  return (id: string, customerId: string, nowMs: number): Result<Order, OrderFailure> => {
    const row = byId.get(id);
    if (row?.customerId !== customerId) return err({ kind: 'not_found' });
    const status = nextOrderStatus(row.status, 'cancel');
    if (status === null) return err({ kind: 'order_not_pending', status: row.status });
    const seq = row.seq + 1;
    update.run(status, seq, nowMs, id);
    appendHistory(id, { seq, state: status }, nowMs);
    return ok(orderOf({ ...row, status, updatedAtMs: nowMs }));
  };
};
