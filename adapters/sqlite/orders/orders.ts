import { asc, eq, getTableColumns, sql } from 'drizzle-orm';
import { err, ok, type Result } from 'neverthrow';
import {
  type IssuedInvoice,
  nextOrderStatus,
  type Order,
  type OrderDetail,
  type OrderFailure,
  type OrderState,
  type Orders,
  orderStatusAfter,
  shownStates,
} from '../../../core/order.ts';
import { pageOf } from '../../../core/page.ts';
import type { Payment } from '../../../core/payment.ts';
import { shownReferences } from '../../../core/stepService.ts';
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
import { columnsOf, invoice, licence, orders as orderTable, payment as paymentTable } from '../schema.ts';
import type { RunScan } from '../search/slices.ts';
import { createCancelExpired } from './cancelExpired.ts';
import { createChangeQuantity } from './changeQuantity.ts';
import { createAppendHistory } from './history.ts';
import { createOrderList } from './list.ts';
import { createPlaceWithinLimit } from './pending.ts';
import { createReadReferences } from './references.ts';
import { createReadTimeline } from './timeline.ts';

export const createOrders = (connection: Connection, scan: RunScan): Orders => {
  const { read, write } = connection;
  const placeWithinLimit = createPlaceWithinLimit(connection);
  const runOnce = createRunOnce(connection);
  const find = createFindOrder(connection);
  const readHistory = createReadHistory(connection);
  const readTimeline = createReadTimeline(connection);
  const list = createOrderList(connection, scan);
  const cancel = createCancelOrder(connection);
  const changeQuantity = createChangeQuantity(connection);
  const cancelExpired = createCancelExpired(connection);
  return {
    place: async (requests, nowMs, pendingMax = 0) =>
      write(() => requests.map((request) => placeWithinLimit(request, nowMs, pendingMax))),
    placeOnce: async (requests, nowMs, pendingMax = 0) =>
      write(() =>
        requests.map((request) =>
          runOnce(request.commandKey, nowMs, () => placeWithinLimit(request, nowMs, pendingMax)),
        ),
      ),
    find: async (id) => read(() => find(id)),
    history: async (query) => read(() => readHistory(query)),
    timeline: async (query) => read(() => readTimeline(query)),
    list,
    cancel: async (id, customerId, nowMs) =>
      write(() => cancel(id, customerId, nowMs)).andThen((outcome) => outcome),
    changeQuantity: async (change, nowMs) =>
      write(() => changeQuantity(change, nowMs)).andThen((outcome) => outcome),
    cancelExpired: async (query) => cancelExpired(query),
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

const stateColumns = 'seq, state, at_ms as atMs, detail';

/** See `Orders.history`. Its beginning may be in an archive, so the row is found where a page ends. */
const createReadHistory = ({ client }: Connection) => {
  const select = client.prepare<[object], OrderState>(
    `select ${stateColumns} from order_history where order_id = $orderId and seq > $after
       and stored_seq >= $after and stored_seq <= coalesce((
         select seq from order_state where order_id = $orderId and seq > $after order by seq limit 1 offset $limit
       ), 9223372036854775807)
     order by seq limit $limit + 1`,
  );
  return ({ orderId, after, limit }: Parameters<Orders['history']>[0]) =>
    pageOf(select.all({ orderId, after: after ?? 0, limit }), limit, ({ seq }) => seq);
};

export const createFindOrder = ({ client, db }: Connection) => {
  const id = sql.placeholder('id');
  const datasetRow = client.prepare<[string], DatasetRow>(
    `select ${columnsOf(orderTable, 'd', unlistedColumns)}, ${paymentColumns} from order_dataset d where d.id = ?`,
  );
  const newestStates = client.prepare<[object], OrderState>(
    `select ${stateColumns} from order_history where order_id = $orderId
       and stored_seq >= (select max(seq) from order_state where order_id = $orderId) - ${shownStates}
     order by seq desc limit ${shownStates}`,
  );
  const firstState = client.prepare<[string], unknown>(
    'select 1 from order_state where order_id = ? and seq = 1',
  );
  const invoiceOfCheckout = db
    .select({ year: invoice.year, sequence: invoice.sequence, issuedAtMs: invoice.issuedAtMs })
    .from(invoice)
    .where(eq(invoice.checkoutId, id))
    .prepare();
  const serviceInvoiceOf = client.prepare<[string], IssuedInvoice>(
    'select number, answered_ms as issuedAtMs, url from invoice_request where checkout_id = ? and number is not null',
  );
  const licenceKeys = db
    .select({ key: licence.key })
    .from(licence)
    .where(eq(licence.orderId, id))
    .orderBy(asc(licence.unit))
    .prepare();
  const referencesOf = createReadReferences(client);
  const refundedOf = client
    .prepare<[string], number>(
      `select coalesce(sum(amount), 0) from refund where order_id = ? and status = 'succeeded'`,
    )
    .pluck();

  return (orderId: string): OrderDetail | null => {
    const row = datasetRow.get(orderId);
    if (row === undefined) return null;
    const shown = shownReferences(referencesOf([orderId]));
    const invoiceRow = invoiceOfCheckout.get({ id: row.checkoutId ?? '' });
    const order = orderOf(row);
    return {
      ...order,
      refunded: { ...order.total, amount: refundedOf.get(orderId) ?? 0 },
      payment: paymentOfDataset(row),
      history: newestStates.all({ orderId }).reverse(),
      ...(firstState.get(orderId) === undefined && { historyArchived: true }),
      invoice:
        invoiceRow === undefined
          ? (serviceInvoiceOf.get(row.checkoutId ?? '') ?? null)
          : invoiceReferenceOf(invoiceRow),
      ...shown,
      licences: [...licenceKeys.all({ id: orderId }).map(({ key }) => key), ...shown.licences],
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
    if (row.status === orderStatusAfter.cancel) return ok(orderOf(row));
    const status = nextOrderStatus(row.status, 'cancel');
    if (status === null) return err({ kind: 'order_not_pending', status: row.status });
    const seq = row.seq + 1;
    update.run(status, seq, nowMs, id);
    appendHistory(id, { seq, state: status }, nowMs);
    return ok(orderOf({ ...row, status, updatedAtMs: nowMs }));
  };
};
