import { err, ok } from 'neverthrow';
import { erasedContact, erasedDetail } from '../../core/erasedContact.ts';
import {
  addressPattern,
  type CustomerOrder,
  type Customers,
  erasedMark,
  exportedTimelineMax,
  isCancelledByErasure,
  namedOrdersMax,
  openOrderStatus,
  planErasedMails,
  withoutAddresses,
} from '../../core/erasure.ts';
import { writeActivity } from './activity.ts';
import { appendHistory, applyOrderEvent } from './history.ts';
import { createOrders } from './orders.ts';
import { namedTaskOf, writeChange } from './rescue.ts';
import { type OrderRow, rowOf, runTransaction, type Tables, type Writes } from './tables.ts';

export const createCustomers = (tables: Tables): Customers => {
  const ordersOf = (customerId: string): readonly OrderRow[] =>
    [...tables.orders.values()]
      .filter(({ order }) => order.customerId === customerId)
      .sort((one, other) => (one.order.id < other.order.id ? -1 : 1));

  return {
    eraseSlice: async ({ customerId, after, limit }, nowMs, command) => {
      const all = ordersOf(customerId);
      const open = all.filter(({ order }) => order.status === openOrderStatus);
      if (open.length > 0)
        return err({
          kind: 'order_in_progress',
          orderIds: open.slice(0, namedOrdersMax).map(({ order }) => order.id),
        });
      const page = all.filter(({ order }) => after === null || order.id > after).slice(0, limit);
      return ok(
        runTransaction((writes) => {
          for (const { order } of page) {
            if (!isCancelledByErasure(order)) continue;
            const { status: state } = applyOrderEvent(tables, writes, order.id, 'cancel', nowMs);
            appendHistory(tables, writes, order.id, { state, detail: erasedDetail }, nowMs);
          }
          eraseRows(tables, writes, customerId, page, nowMs);
          const target = { target: customerId, orderId: null, detail: null };
          if (after === null) writeActivity(tables, writes, command, 'customer.erase', [target], nowMs);
          return { next: page.length < limit ? null : (page.at(-1)?.order.id ?? null) };
        }),
      );
    },
    orders: async ({ customerId, after, limit }, nowMs) => {
      const page = ordersOf(customerId)
        .filter(({ order }) => after === null || order.id > after)
        .slice(0, limit);
      return ok(await Promise.all(page.map((row) => readOrder(tables, row, nowMs))));
    },
  };
};

const readOrder = async (
  tables: Tables,
  { order: { id: orderId }, contact }: OrderRow,
  nowMs: number,
): Promise<CustomerOrder> => {
  const orders = createOrders(tables);
  const order = (await orders.find(orderId))._unsafeUnwrap();
  if (order === null) throw new Error(`there is no order ${orderId}`);
  const timeline = await orders.timeline({ orderId, nowMs, after: null, limit: exportedTimelineMax });
  const refunds = [...tables.refunds.values()]
    .map(({ refund }) => refund)
    .filter((refund) => refund.orderId === orderId)
    .sort((one, other) => (one.id < other.id ? 1 : -1));
  const invoice = tables.invoices.get(order.checkoutId ?? '') ?? null;
  return { order, contact, refunds, timeline: timeline._unsafeUnwrap(), invoice };
};

const eraseRows = (
  tables: Tables,
  writes: Writes,
  customerId: string,
  rows: readonly OrderRow[],
  nowMs: number,
): void => {
  const orderIds = new Set(rows.map(({ order }) => order.id));
  const checkoutIds = new Set([
    ...rows.flatMap(({ order }) => order.checkoutId ?? []),
    ...[...tables.paymentAttempts.values()].flatMap(({ orderId, paymentId }) =>
      orderIds.has(orderId) ? [paymentId] : [],
    ),
  ]);
  const refunds = [...tables.refunds.values()].filter(
    ({ refund }) => orderIds.has(refund.orderId ?? '') || checkoutIds.has(refund.paymentId ?? ''),
  );
  const refundIds = new Set(refunds.map(({ refund }) => refund.id));
  const tasks = [...tables.tasks.values()].filter(
    ({ checkoutId, jobId }) => checkoutIds.has(checkoutId ?? '') || refundIds.has(jobId ?? ''),
  );
  const mails = [...tables.mails.values()].filter(({ checkoutId }) => checkoutIds.has(checkoutId ?? ''));
  const addresses = [
    ...rows.map(({ contact }) => contact.email),
    ...[...checkoutIds].flatMap((id) => tables.invoices.get(id)?.customer.email ?? []),
    ...mails.map(({ to }) => to),
  ].filter((address) => address !== '');
  const scrub = createScrub(addresses);

  for (const [id, mail] of tables.mails)
    if (checkoutIds.has(mail.checkoutId ?? '') || addresses.includes(mail.to))
      writes.remove(tables.mails, id);
  for (const id of orderIds) {
    writes.set(tables.orders, id, { ...rowOf(tables.orders, id), contact: erasedContact });
    writes.set(tables.histories, id, scrub(rowOf(tables.histories, id)));
  }
  for (const id of checkoutIds) {
    const invoice = tables.invoices.get(id);
    if (invoice === undefined) continue;
    const customer = { ...invoice.customer, email: erasedContact.email };
    writes.set(tables.invoices, id, { ...invoice, customer });
  }
  const scrubJson = (text: string) => scrubText(text, addresses, true);
  const strayRefunds = [...tables.refunds.values()].filter(
    ({ refund }) => refund.orderId === null && refund.paymentId === null,
  );
  for (const row of [...refunds, ...strayRefunds]) {
    const fingerprint = scrubJson(row.fingerprint);
    writes.set(tables.refunds, row.refund.id, { ...scrub(row), fingerprint });
  }
  for (const [key, row] of tables.commandKeys)
    writes.set(tables.commandKeys, key, {
      ...{ ...row, value: scrubJson(row.value), fingerprint: scrubJson(row.fingerprint) },
    });
  for (const { id } of tasks) {
    writes.set(tables.tasks, id, scrub(rowOf(tables.tasks, id)));
    for (const [key, row] of tables.stepLedger)
      if (key.startsWith(`${id}.`))
        writes.set(tables.stepLedger, key, {
          ...row,
          body: row.body === null ? null : scrubJson(row.body),
        });
  }
  for (const [id, row] of tables.activity) {
    const isOfCustomer = [row.orderId ?? '', row.target].some(
      (each) => orderIds.has(each) || checkoutIds.has(each) || refundIds.has(each),
    );
    const actor =
      row.actor.id === customerId && 'email' in row.actor ? { ...row.actor, email: '' } : row.actor;
    const mayNameThem = isOfCustomer || notesOfOperators.has(row.action);
    writes.set(tables.activity, id, { ...row, actor, detail: mayNameThem ? scrub(row.detail) : row.detail });
  }
  for (const [key, row] of tables.acknowledgements)
    writes.set(tables.acknowledgements, key, { ...row, note: scrub(row.note) });
  for (const [key, row] of tables.pauses) writes.set(tables.pauses, key, scrub(row));
  for (const [id, row] of tables.serviceKeys)
    if (row.key.createdBy.id === customerId)
      writes.set(tables.serviceKeys, id, {
        ...row,
        key: { ...row.key, createdBy: { ...row.key.createdBy, email: '' } },
      });
  const changes = planErasedMails(
    tasks.map(({ id }) => namedTaskOf(tables, rowOf(tables.tasks, id))),
    nowMs,
  );
  for (const change of changes) writeChange(tables, writes, change, nowMs);
};

/** What they are about may have no order. */
const notesOfOperators = new Set([
  'case.acknowledge',
  'case.refund',
  'pause.begin',
  'pause.end',
  'task.skip',
]);

const scrubText = (text: string, addresses: readonly string[], quoted = false): string => {
  const pattern = addressPattern(addresses, quoted);
  return pattern === null ? text : withoutAddresses(text, pattern, quoted ? '' : erasedMark);
};

/** Takes the addresses out of every text of a value. */
const createScrub = (addresses: readonly string[]) => {
  const scrub = <T>(value: T): T => scrubAny(value) as T;
  const scrubAny = (value: unknown): unknown => {
    if (typeof value === 'string') return scrubText(value, addresses);
    if (Array.isArray(value)) return value.map(scrubAny);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, scrubAny(each)]));
  };
  return scrub;
};
