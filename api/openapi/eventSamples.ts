import { checkoutEvent, orderEvents, testEventType } from '../../core/event.ts';
import { renderEvent, type UnrenderedEvent } from '../../core/eventBody.ts';
import { initialOrderStatus, type Order, type OrderState } from '../../core/order.ts';
import { type PaymentStatus, paymentStatusAfter } from '../../core/payment.ts';
import { cloudEventMembers, type ShownEventType } from '../render/event.ts';
import { samples } from './samples.ts';

const endpointId = '01980a55-2d00-7c41-8e6f-9a8b7c6d5e02';
const startMs = Date.parse(samples.at);
const { expiresAt, createdAt, updatedAt, ...sampleOrder } = samples.order;

const order: Order = {
  ...sampleOrder,
  status: initialOrderStatus,
  checkoutId: samples.checkoutId,
  number: samples.checkout.number,
  expiresAtMs: Date.parse(expiresAt),
  createdAtMs: Date.parse(createdAt),
  updatedAtMs: Date.parse(updatedAt),
};

const paid = ['pending', 'paying', 'stock_reserved', 'paid'];
const completed = [...paid, 'invoiced', 'shipment_requested', 'completed'];

/** Histories of orders. The last row of each makes the event. */
const histories: Readonly<Record<Exclude<ShownEventType, 'test'>, readonly string[]>> = {
  'order.placed': ['pending'],
  'order.paid': paid,
  'order.step': [...paid, 'invoiced'],
  'order.completed': completed,
  'order.failed': [...paid, 'invoiced', 'failed'],
  'order.cancelled': ['pending', 'cancelled'],
  'order.refunded': [...completed, 'refunded'],
  'checkout.succeeded': paid,
  'checkout.declined': ['pending', 'paying', 'stock_reserved', 'pending'],
  'checkout.cancelled': ['pending', 'paying', 'stock_reserved', 'pending'],
  'refund.succeeded': [...completed, 'partially_refunded'],
  'refund.failed': [...completed, 'refund_failed'],
  'payment.disputed': [...completed, 'disputed'],
};

const statusOf = (type: string): PaymentStatus =>
  type === 'checkout.declined' || type === 'checkout.cancelled'
    ? paymentStatusAfter[type === 'checkout.declined' ? 'decline' : 'cancel']
    : paymentStatusAfter.succeed;

/** An event of this type, as core makes and renders it. */
export const eventSampleOf = (type: ShownEventType): Readonly<Record<string, unknown>> => {
  if (type === testEventType) {
    const event = { kind: 'test', subject: endpointId, sequence: startMs, type, atMs: startMs } as const;
    return rendered(event, [], paymentStatusAfter.succeed);
  }
  const rows = histories[type].map((state, index) => ({
    seq: index + 1,
    state,
    atMs: startMs + index * 1_000,
    detail: null,
  }));
  const status = statusOf(type);
  const event = rows
    .flatMap((row) => {
      const settled = checkoutEvent({ id: samples.checkoutId, attempt: 1, status }, row);
      return [...orderEvents(order.id, row), ...(settled === null ? [] : [settled])];
    })
    .findLast((made) => made.type === type);
  if (event === undefined) throw new Error(`the history of the sample makes no ${type}`);
  return rendered(event, rows, status);
};

const rendered = (
  event: Omit<UnrenderedEvent, 'quantity' | 'amount'>,
  history: readonly OrderState[],
  status: PaymentStatus,
): Readonly<Record<string, unknown>> => {
  const declineCode = status === paymentStatusAfter.decline ? 'card_declined' : null;
  const reference = status === paymentStatusAfter.succeed ? 'ch_01980a4f03007a11' : null;
  const { id, method } = samples.checkout.payment;
  const checkout = {
    id,
    number: samples.checkout.number,
    customerId: order.customerId,
    payment: { id, status, amount: order.total, method, reference, declineCode, action: null },
    orders: [order],
    createdAtMs: startMs,
    updatedAtMs: event.atMs,
  };
  const subjects = {
    orders: new Map([[order.id, { order, history }]]),
    checkouts: new Map([[id, checkout]]),
  };
  return JSON.parse(
    renderEvent({ ...event, quantity: order.quantity, amount: order.total.amount }, subjects),
  );
};

/** The same event as the value of a message in Kafka. */
export const cloudEventSampleOf = (type: ShownEventType): unknown => ({
  ...eventSampleOf(type),
  ...cloudEventMembers(type),
});
