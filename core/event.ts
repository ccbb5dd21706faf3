import { initialOrderStatus, orderStatusAfter } from './order.ts';
import { type PaymentStatus, paymentStatusAfter } from './payment.ts';
import type { RefundStatus } from './refund.ts';

/** The types of events that others can subscribe to. */
export const eventTypes = [
  'order.placed',
  'order.paid',
  'order.step',
  'order.completed',
  'order.failed',
  'order.cancelled',
  'order.refunded',
  'checkout.succeeded',
  'checkout.declined',
  'checkout.cancelled',
  'refund.succeeded',
  'refund.failed',
  'payment.disputed',
] as const;
export type EventType = (typeof eventTypes)[number];

/** The type of an event that an operator sends to an endpoint to try it. Nothing subscribes to it. */
export const testEventType = 'test';

/** What an event is about. Its `subject` is the id of the order or checkout, or of the endpoint that is tried. */
export type EventKind = 'order' | 'checkout' | 'test';

/** A new event. `sequence` rises within its subject: no two events of a subject have the same. It may have gaps. */
export type NewEvent = {
  readonly kind: EventKind;
  readonly subject: string;
  readonly sequence: number;
  readonly type: EventType;
  readonly atMs: number;
};

/**
 * The rules say which change makes which event. The databases have the same rules as triggers, so that no statement can
 * append to a history without its event. The contract suite compares the two.
 */

/** The rows of an order's history that make no event of the order, with the reason. */
export const statesWithoutEvent: Readonly<Record<string, string>> = {
  [orderStatusAfter.claim]: 'A charge is running. Its outcome is an event of the checkout.',
  [orderStatusAfter.release]:
    'After the first row, a checkout has ended. Its outcome is an event of the checkout.',
  stock_reserved: 'It belongs to the claim, as the row before it does.',
};

const stateEvents: Readonly<Record<string, readonly EventType[]>> = {
  [orderStatusAfter.pay]: ['order.paid'],
  [orderStatusAfter.complete]: ['order.completed'],
  [orderStatusAfter.fail]: ['order.failed'],
  [orderStatusAfter.cancel]: ['order.cancelled'],
  [orderStatusAfter.refund]: ['order.refunded', 'refund.succeeded'],
  partially_refunded: ['refund.succeeded'],
  charged_back: ['refund.succeeded'],
  refund_failed: ['refund.failed'],
  disputed: ['payment.disputed'],
};

/** The events that a row of an order's history makes of the order. All states that have none of their own are steps. */
export const orderEvents = (orderId: string, { seq, state, atMs }: HistoryRow): readonly NewEvent[] => {
  const placed = state === initialOrderStatus && seq === 1;
  const types: readonly EventType[] = placed
    ? ['order.placed']
    : state in statesWithoutEvent
      ? []
      : (stateEvents[state] ?? ['order.step']);
  return types.map((type, index) => ({
    kind: 'order',
    subject: orderId,
    sequence: seq * eventsPerRow + index,
    type,
    atMs,
  }));
};

type HistoryRow = { readonly seq: number; readonly state: string; readonly atMs: number };

const eventsPerRow = 2;

/** The `seq` of the history row that made an event of an order. */
export const historySeqOf = (sequence: number): number => Math.floor(sequence / eventsPerRow);

type SettledPayment = { readonly id: string; readonly attempt: number; readonly status: PaymentStatus };

/**
 * The event of a checkout that a row in the history of one of its orders makes. The orders of a checkout are settled
 * together and make the same event, which is written once.
 */
export const checkoutEvent = (payment: SettledPayment, { seq, state, atMs }: HistoryRow): NewEvent | null => {
  const settled = {
    kind: 'checkout',
    subject: payment.id,
    sequence: payment.attempt * eventsPerAttempt,
    atMs,
  } as const;
  if (state === orderStatusAfter.pay) return { ...settled, type: 'checkout.succeeded' };
  if (state !== orderStatusAfter.release || seq === 1) return null;
  const declined = payment.status === paymentStatusAfter.decline;
  return { ...settled, type: declined ? 'checkout.declined' : 'checkout.cancelled' };
};

/** The event of a refund of a late charge: no order was paid by it, so no history has it. */
export const lateRefundEvent = (
  { id, attempt }: Omit<SettledPayment, 'status'>,
  status: Exclude<RefundStatus, 'requested'>,
  atMs: number,
): NewEvent => ({
  kind: 'checkout',
  subject: id,
  sequence: attempt * eventsPerAttempt + (status === 'succeeded' ? 1 : 2),
  type: `refund.${status}`,
  atMs,
});

/** A key that is sent again begins a new attempt. Each attempt has one outcome; only the last can have a late refund. */
const eventsPerAttempt = 4;

/**
 * The id of an event: a UUIDv7, the same for every subscription and in every attempt. It is made of what no two events
 * share, so that no row has to store it.
 */
export const eventId = ({
  subject,
  sequence,
  atMs,
}: Pick<NewEvent, 'subject' | 'sequence' | 'atMs'>): string => {
  const time = atMs.toString(16).padStart(12, '0').slice(-12);
  const count = (sequence % 0x1000).toString(16).padStart(3, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${count}-${subject.slice(19)}`;
};

/** The id of the `test` event that an endpoint is sent at `nowMs`. */
export const testEventId = (subscriptionId: string, nowMs: number): string =>
  eventId({ subject: subscriptionId, sequence: nowMs, atMs: nowMs });
