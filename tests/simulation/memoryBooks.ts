import type { Tables } from '../model/tables.ts';
import { type Books, noticeSteps, type OpenWork } from './books.ts';
import type { Coverage } from './coverage.ts';
import type { IsIdle } from './wires.ts';

const openPayments = new Set(['initiated', 'unknown', 'requires_action']);

/** Reads the tables of the memory store. */
export const createMemoryBooks = (tables: Tables): Books => ({
  read: async () => readTables(tables),
  open: () => {
    const count = <Row>(rows: Iterable<Row>, isOpen: (row: Row) => boolean): number => {
      let open = 0;
      for (const row of rows) if (isOpen(row)) open++;
      return open;
    };
    return {
      payments: count(tables.payments.values(), ({ payment }) => openPayments.has(payment.status)),
      pendingOrders: count(tables.orders.values(), ({ order }) => order.status === 'pending'),
      payingOrders: count(tables.orders.values(), ({ order }) => order.status === 'paying'),
      refunds: count(tables.refunds.values(), ({ refund }) => refund.status === 'requested'),
      ...countTasks(tables),
      undelivered: tables.outbox.size,
    };
  },
  failedTasks: () =>
    [...tables.tasks.values()]
      .filter(({ state }) => state === 'failed')
      .map(({ id, pipeline, step, lastError }) => ({ id, pipeline, step, error: lastError })),
  taskIdsAt: (at) =>
    [...tables.tasks.values()].filter(({ step, jobId }) => step === at && jobId === null).map(({ id }) => id),
  pauses: () => [...tables.pauses.values()].map(({ pause }) => pause),
  historyLengths: () => new Map([...tables.histories].map(([id, rows]) => [id, rows.length])),
  runningLease: (taskId) => {
    const task = tables.tasks.get(taskId);
    return task?.state === 'running' ? task.lease : undefined;
  },
  orderStatus: (id) => tables.orders.get(id)?.order.status,
  endedPayments: () =>
    [...tables.payments.values()]
      .filter(
        ({ payment: { id, status } }) =>
          (status === 'declined' || status === 'cancelled') &&
          (tables.audits.get(id)?.response ?? null) !== null,
      )
      .map(({ payment: { id, amount } }) => ({ id, ...amount })),
  chargedReferences: () =>
    [...tables.payments.values()].flatMap(({ payment: { status, reference, amount } }) =>
      status === 'succeeded' && reference !== null ? [{ reference, amount: amount.amount }] : [],
    ),
});

const countTasks = ({
  tasks,
  orders,
}: Tables): Pick<OpenWork, 'groups' | 'notices' | 'jobs' | 'paused' | 'paidOrders'> => {
  const counts = { groups: 0, notices: 0, jobs: 0, paused: 0, paidOrders: 0 };
  const pausedOrders = new Set<string>();
  for (const { state, step, jobId, orderIds } of tasks.values()) {
    if (state === 'failed') continue;
    if (state === 'paused') {
      counts.paused++;
      for (const id of orderIds) pausedOrders.add(id);
    } else if (noticeSteps.has(step)) counts.notices++;
    else if (jobId === null) counts.groups++;
    else counts.jobs++;
  }
  for (const { order } of orders.values())
    if (order.status === 'paid' && !pausedOrders.has(order.id)) counts.paidOrders++;
  return counts;
};

const readTables = (tables: Tables): Awaited<ReturnType<Books['read']>> => ({
  orders: [...tables.orders.values()].map(({ order, contact, held }) => ({
    ...{ id: order.id, email: contact.email, productId: order.product.id, type: order.product.type },
    ...{ quantity: order.quantity, ...order.total, status: order.status, disputed: order.disputed },
    ...{ checkoutId: order.checkoutId, held, expiresMs: order.expiresAtMs },
  })),
  history: [...tables.histories].flatMap(([orderId, rows]) =>
    rows.map(({ seq, state, atMs, detail }) => ({ orderId, seq, state, atMs, detail })),
  ),
  audits: [...tables.auditIds].map(([key, id]) => ({
    ...{ id, key: key.split(' ')[0] ?? '', orderIds: tables.audits.get(id)?.orderIds ?? [] },
  })),
  payments: [...tables.payments.values()].map(({ payment: { id, status, amount, reference } }) => ({
    ...{ id, status, ...amount, reference },
  })),
  refunds: [...tables.refunds.values()].map(({ refund, reference }) => {
    const { id, orderId, paymentId, amount, origin, status, createdAtMs, updatedAtMs } = refund;
    const key = [...tables.refundIds].find(([, refundId]) => refundId === id)?.[0] ?? id;
    return {
      ...{ id, key: key.split(' ')[0] ?? '', orderId, paymentId: paymentId ?? '', ...amount, origin, status },
      ...{ reference, createdMs: createdAtMs, updatedMs: updatedAtMs },
    };
  }),
  creditNotes: [...tables.refunds.values()].flatMap(({ refund: { id, creditNote, creditedLine } }) => {
    const [, year, sequence] = /^CN-(\d+)-(\d+)$/.exec(creditNote ?? '') ?? [];
    if (year === undefined || sequence === undefined) return [];
    const credited = `${creditedLine?.invoice} ${creditedLine?.line}`;
    return [{ refundId: id, year: Number(year), sequence: Number(sequence), credited }];
  }),
  invoices: [...tables.invoices].map(([checkoutId, { number, lines, total }]) => {
    const [year, sequence] = number.split('-');
    return {
      ...{ checkoutId, taskId: tables.invoiceIssuers.get(checkoutId)?.taskId ?? '' },
      ...{ year: Number(year), sequence: Number(sequence) },
      lines: lines.map(({ orderId, net }) => ({ orderId, amount: net })),
      total,
    };
  }),
  storedEvents: [...tables.events.values()].map(({ event }) => event.id),
  tasks: [...tables.tasks.values()].map(({ id, orderIds, jobId, pipeline, step, state, lastError }) => ({
    ...{ id, orderIds, jobId, pipeline, step, state, lastError },
  })),
  licences: [...tables.licences].flatMap(([orderId, keys]) =>
    keys.map((key, index) => ({ orderId, unit: index + 1, key })),
  ),
  shipments: [
    ...tables.shipments.keys(),
    ...[...tables.stepReferences.values()].flatMap(({ orderId, step }) =>
      step === 'request_shipment' ? [orderId] : [],
    ),
  ],
  invoiceAnswers: [...tables.invoiceRequests].flatMap(([checkoutId, { answer }]) =>
    answer === null ? [] : [{ checkoutId, number: answer.reference }],
  ),
  pauses: [...tables.pauses.values()].map(({ pause: { id, origin } }) => ({ id, origin })),
  activity: [...tables.activity.values()].map(({ action, target, orderId, detail, requestId }) => ({
    ...{ action, target, orderId, detail, requestId },
  })),
  acknowledgements: [],
  stocks: new Map(
    [...tables.stocks].map(([id, { limited, units, delivered }]) => [
      id,
      { stock: limited ? units : null, delivered },
    ]),
  ),
  prices: new Map([...tables.products.values()].map(({ product }) => [product.id, product.price.amount])),
});

/** True for a verb of maintenance, or of a worker that polls, if the tables have nothing for it. */
export const createIsIdle =
  (tables: Tables): IsIdle =>
  (verb, [query]) => {
    if (isUpkeep(verb)) return true;
    switch (verb) {
      case 'queue.claim':
      case 'queue.claimJobs': {
        const { pipeline } = query as { readonly pipeline: { readonly name: string } };
        for (const task of tables.tasks.values())
          if (task.state === 'ready' && task.pipeline === pipeline.name) return false;
        return true;
      }
      case 'queue.rescue':
        for (const { state } of tables.tasks.values()) if (state === 'running') return false;
        return true;
      case 'audits.claimOpenPayments':
        for (const { payment } of tables.payments.values())
          if (openPayments.has(payment.status)) return false;
        return true;
      case 'pauses.sendProbes':
      case 'pauses.list':
        return tables.pauses.size === 0;
      case 'pauses.resume':
        for (const { state } of tables.tasks.values()) if (state === 'parked') return false;
        return true;
      case 'events.due': {
        const nowMs = Number(query);
        for (const { dueAtMs } of tables.outbox.values()) if (dueAtMs <= nowMs) return false;
        return true;
      }
      case 'orders.cancelExpired': {
        const { untilMs } = query as { readonly untilMs: number };
        for (const { order } of tables.orders.values())
          if (order.status === 'pending' && order.expiresAtMs <= untilMs) return false;
        return true;
      }
      default:
        return false;
    }
  };

/** True for what maintenance does from time to time, whatever there is. */
export const isUpkeep = (verb: string): boolean => upkeep.has(verb);

const upkeep = new Set([
  ...['ledger.compareStock', 'ledger.counts', 'queue.recordHistory', 'prune', 'refoldNames'],
]);

/** Counts the edges of the state machines as they are written. */
export const watchEdges = (tables: Tables, coverage: Coverage): void => {
  const watch = <Row>(table: Map<string, Row>, machine: string, stateOf: (row: Row) => string): void => {
    const set = table.set.bind(table);
    table.set = (key, row) => {
      const before = table.get(key);
      const from = before === undefined ? 'new' : stateOf(before);
      const to = stateOf(row);
      if (from !== to) coverage.edge(machine, from, to);
      return set(key, row);
    };
    const remove = table.delete.bind(table);
    table.delete = (key) => {
      const before = table.get(key);
      if (before !== undefined) coverage.edge(machine, stateOf(before), 'done');
      return remove(key);
    };
  };
  watch(tables.orders, 'order', ({ order }) => order.status);
  watch(tables.payments, 'payment', ({ payment }) => payment.status);
  watch(tables.refunds, 'refund', ({ refund }) => refund.status);
  watch(tables.tasks, 'task', ({ state }) => state);
  watch(tables.disputes, 'dispute', ({ status }) => status);
  const setHistory = tables.histories.set.bind(tables.histories);
  tables.histories.set = (id, rows) => {
    const [released, ended] = rows.slice(-2);
    if (ended?.detail === 'expired' && (released?.seq ?? 1) > 1)
      coverage.edge('order', 'released', 'expired');
    return setHistory(id, rows);
  };
};
