import type { Checkout } from './audit.ts';
import { type EventKind, eventId, historySeqOf } from './event.ts';
import {
  initialOrderStatus,
  isExpired,
  type Order,
  type OrderState,
  type OrderStatus,
  orderStatusAfter,
  orderStatuses,
  shownStates,
} from './order.ts';

/** A claimed event, with what its body is made of. */
export type UnrenderedEvent = {
  readonly kind: EventKind;
  readonly subject: string;
  readonly sequence: number;
  readonly type: string;
  readonly atMs: number;
  /** Of an order: what it was then. */
  readonly quantity: number | null;
  readonly amount: number | null;
};

/** The version of what events say. A change that breaks a reader makes a new one. */
export const eventSchemaVersion = 'v1';

/** Where the schema of the `data` of an event is served. The address is a path: the shop does not know its own name. */
export const eventSchemaPath = (type: string): string => `/docs/events/${type}/${eventSchemaVersion}`;

/** What the events of a batch are about, by id. Histories are whole, at least up to the event. */
export type EventSubjects = {
  readonly orders: ReadonlyMap<string, { readonly order: Order; readonly history: readonly OrderState[] }>;
  readonly checkouts: ReadonlyMap<string, Checkout>;
};

/** By order, the `seq` of the last row of its history that one of these events needs. */
export const lastSeqsOf = (
  events: readonly Pick<UnrenderedEvent, 'subject' | 'sequence'>[],
): ReadonlyMap<string, number> => {
  const last = new Map<string, number>();
  for (const { subject, sequence } of events)
    last.set(subject, Math.max(historySeqOf(sequence), last.get(subject) ?? 0));
  return last;
};

/**
 * The body of an event: the whole order or checkout as it stood at the event. It has no e-mail, and no details of the
 * history, because an error in one may name an address. `data` is null if the subject is gone.
 */
export const renderEvent = (event: UnrenderedEvent, subjects: EventSubjects): string => {
  const { subject, sequence, type, atMs } = event;
  return JSON.stringify({
    id: eventId(event),
    type,
    time: timeOf(atMs),
    subject,
    sequence,
    dataschema: eventSchemaPath(type),
    data: dataOf(event, subjects),
  });
};

const dataOf = (event: UnrenderedEvent, { orders, checkouts }: EventSubjects) => {
  if (event.kind === 'test') return { test: true };
  if (event.kind === 'order') {
    const found = orders.get(event.subject);
    return found === undefined ? null : { order: orderAt(event, found) };
  }
  const found = checkouts.get(event.subject);
  return found === undefined ? null : { checkout: checkoutAt(event, found) };
};

/** The order as it stood when the row of its history was written. */
const orderAt = (
  { sequence, quantity, amount }: UnrenderedEvent,
  { order, history }: { readonly order: Order; readonly history: readonly OrderState[] },
) => {
  const past = history.filter(({ seq }) => seq <= historySeqOf(sequence));
  const changes = past.filter(({ state }) => statusOf(state) !== null);
  const last = changes.at(-1);
  const claimed = past.some(({ state }) => state === orderStatusAfter.claim);
  const dispute = past.findLast(({ state }) => disputeStates.includes(state));
  return {
    ...renderOrder({
      ...order,
      status: statusOf(last?.state ?? '') ?? initialOrderStatus,
      quantity: quantity ?? order.quantity,
      total: { ...order.total, amount: amount ?? order.total.amount },
      checkoutId: claimed ? order.checkoutId : null,
      number: claimed ? order.number : null,
      disputed: dispute?.state === disputeStates[0],
      updatedAtMs: last?.atMs ?? order.createdAtMs,
    }),
    history: past.slice(-shownStates).map(({ seq, state, atMs }) => ({ seq, state, at: timeOf(atMs) })),
  };
};

const disputeStates = ['disputed', 'dispute_won', 'dispute_lost'];

/** The status after a row of the history. Null if the row changes none. */
const statusOf = (state: string): OrderStatus | null =>
  state === 'retried' ? orderStatusAfter.retry : (orderStatuses.find((status) => status === state) ?? null);

const checkoutAt = (
  event: UnrenderedEvent,
  { id, number, customerId, payment, orders, createdAtMs }: Checkout,
) => {
  const outcome = outcomes[event.type];
  return {
    id,
    number,
    customerId,
    status: outcome ?? payment.status,
    payment: {
      status: outcome ?? payment.status,
      amount: payment.amount,
      method: payment.method,
      reference: payment.reference,
      declineCode: payment.declineCode,
    },
    orders: orders.map((order) =>
      renderOrder(
        outcome === undefined ? order : { ...order, status: settledStatus(outcome, order, event.atMs) },
      ),
    ),
    createdAt: timeOf(createdAtMs),
    updatedAt: timeOf(event.atMs),
  };
};

const outcomes: Readonly<Record<string, 'succeeded' | 'declined' | 'cancelled'>> = {
  'checkout.succeeded': 'succeeded',
  'checkout.declined': 'declined',
  'checkout.cancelled': 'cancelled',
};

/** The status of an order right after the outcome of its checkout. */
const settledStatus = (outcome: string, order: Order, atMs: number): OrderStatus => {
  if (outcome === 'succeeded') return orderStatusAfter.pay;
  return isExpired(order, atMs) ? orderStatusAfter.cancel : orderStatusAfter.release;
};

const renderOrder = (order: Order) => ({
  id: order.id,
  customerId: order.customerId,
  product: order.product,
  quantity: order.quantity,
  total: { amount: order.total.amount, currency: order.total.currency },
  status: order.status,
  checkoutId: order.checkoutId,
  number: order.number,
  expiresAt: timeOf(order.expiresAtMs),
  disputed: order.disputed,
  createdAt: timeOf(order.createdAtMs),
  updatedAt: timeOf(order.updatedAtMs),
});

const timeOf = (ms: number): string => new Date(ms).toISOString();
