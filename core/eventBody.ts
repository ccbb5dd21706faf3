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
export const renderEvent = (event: UnrenderedEvent, subjects: EventSubjects): string =>
  createEventRenderer(subjects)(event);

/** `renderEvent` for many events. What the events of an order have in common is rendered once. */
export const createEventRenderer = ({
  orders,
  checkouts,
}: EventSubjects): ((event: UnrenderedEvent) => string) => {
  const known = new Map<string, OrderParts>();
  const orderOf = (event: UnrenderedEvent): string => {
    const found = orders.get(event.subject);
    if (found === undefined) return 'null';
    const parts = known.get(event.subject) ?? partsOf(found);
    known.set(event.subject, parts);
    return `{"order":${orderAt(event, found, parts)}}`;
  };
  const checkoutOf = (event: UnrenderedEvent): string => {
    const found = checkouts.get(event.subject);
    return found === undefined ? 'null' : `{"checkout":${JSON.stringify(checkoutAt(event, found))}}`;
  };
  return (event) => {
    const { kind, subject, sequence, type, atMs } = event;
    const data = kind === 'test' ? '{"test":true}' : kind === 'order' ? orderOf(event) : checkoutOf(event);
    // No value has a character that JSON escapes.
    const names = `{"id":"${eventId(event)}","type":"${type}","time":"${timeOf(atMs)}","subject":"${subject}"`;
    return `${names},"sequence":${sequence},"dataschema":"${eventSchemaPath(type)}","data":${data}}`;
  };
};

/** The texts of an order that are the same in all of its events, in the order in which they stand in JSON. */
type OrderParts = {
  readonly head: string;
  readonly currency: string;
  readonly claimed: string;
  readonly unclaimed: string;
  readonly created: string;
  readonly history: readonly string[];
};

const partsOf = ({
  order,
  history,
}: {
  readonly order: Order;
  readonly history: readonly OrderState[];
}): OrderParts => {
  const { id, customerId, product, total, checkoutId, number, expiresAtMs, createdAtMs } = order;
  const claimOf = (claim: { readonly checkoutId: string | null; readonly number: string | null }): string =>
    `,${JSON.stringify({ ...claim, expiresAt: timeOf(expiresAtMs) }).slice(1, -1)},"disputed":`;
  return {
    head: `${JSON.stringify({ id, customerId, product }).slice(0, -1)},"quantity":`,
    currency: `,"currency":${JSON.stringify(total.currency)}},"status":"`,
    claimed: claimOf({ checkoutId, number }),
    unclaimed: claimOf({ checkoutId: null, number: null }),
    created: `,"createdAt":"${timeOf(createdAtMs)}","updatedAt":"`,
    history: history.map(
      ({ seq, state, atMs }) => `{"seq":${seq},"state":"${state}","at":"${timeOf(atMs)}"}`,
    ),
  };
};

/** The order as it stood when the row of its history was written. */
const orderAt = (
  { sequence, quantity, amount }: UnrenderedEvent,
  { order, history }: { readonly order: Order; readonly history: readonly OrderState[] },
  parts: OrderParts,
): string => {
  const lastSeq = historySeqOf(sequence);
  const isArchived = history[0]?.seq !== 1;
  let status: OrderStatus = isArchived ? archivedStatus(order) : initialOrderStatus;
  let updatedAtMs = order.createdAtMs;
  // What was archived had the claim, if there was one.
  let claimed = isArchived;
  let disputed = false;
  let past = 0;
  for (const { seq, state, atMs } of history) {
    if (seq > lastSeq) break;
    past++;
    if (state === orderStatusAfter.claim) claimed = true;
    if (disputeStates.includes(state)) disputed = state === disputeStates[0];
    const changed = statusOf(state);
    if (changed === null) continue;
    status = changed;
    updatedAtMs = atMs;
  }
  const shown = parts.history.slice(Math.max(0, past - shownStates), past).join(',');
  const money = `${quantity ?? order.quantity},"total":{"amount":${amount ?? order.total.amount}${parts.currency}`;
  const claim = claimed ? parts.claimed : parts.unclaimed;
  const times = `${parts.created}${timeOf(updatedAtMs)}","history":[${shown}]}`;
  return `${parts.head}${money}${status}"${claim}${disputed}${times}`;
};

/** The status that an order had when its history was archived. Only a completed one changes after that. */
const archivedStatus = ({ status }: Order): OrderStatus =>
  status === orderStatusAfter.cancel ? status : orderStatusAfter.complete;

const disputeStates = ['disputed', 'dispute_won', 'dispute_lost'];

/** The status after a row of the history. Null if the row changes none. */
const statusOf = (state: string): OrderStatus | null => statusesAfter.get(state) ?? null;

const statusesAfter: ReadonlyMap<string, OrderStatus> = new Map([
  ...orderStatuses.map((status) => [status, status] as const),
  ['retried', orderStatusAfter.retry],
]);

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
