import type { ShownEventType } from '../render/event.ts';

export type EventGuide = { readonly title: string; readonly meaning: string };

/** What a reader wants to know of each type of event. */
export const eventGuides: Readonly<Record<ShownEventType, EventGuide>> = {
  'order.placed': {
    title: 'An order was placed',
    meaning: 'A customer has ordered a product. It can be paid until `expiresAt`.',
  },
  'order.paid': {
    title: 'An order was paid',
    meaning: 'The checkout of the order has succeeded. The steps of its product type come next.',
  },
  'order.step': {
    title: 'An order has a new state',
    meaning:
      'Its history has a new row that no other type tells of, such as `invoiced` or `shipment_requested`. The last row of `history` has its name. New names may be added.',
  },
  'order.completed': {
    title: 'An order was completed',
    meaning: 'All of its steps are done. The mail to the customer may follow.',
  },
  'order.failed': {
    title: 'An order has failed',
    meaning: 'A step was refused for good. If an operator retries it, the order is paid again.',
  },
  'order.cancelled': {
    title: 'An order was cancelled',
    meaning: 'Its customer cancelled it, or it was not paid in time.',
  },
  'order.refunded': {
    title: 'An order was refunded',
    meaning: 'All that was paid for it is given back.',
  },
  'checkout.succeeded': {
    title: 'A checkout succeeded',
    meaning: 'The customer was charged, and all orders of the checkout are paid.',
  },
  'checkout.declined': {
    title: 'A checkout was declined',
    meaning: 'The charge was declined, as `declineCode` says. The orders can be paid by another checkout.',
  },
  'checkout.cancelled': {
    title: 'A checkout was cancelled',
    meaning:
      'Nothing was charged. The orders can be paid by another checkout, and the same checkout may be tried again: its next outcome is another event.',
  },
  'refund.succeeded': {
    title: 'A refund succeeded',
    meaning:
      'A part of what was paid for an order is given back, or all of it. If a charge came too late to pay an order, the event is about its checkout.',
  },
  'refund.failed': {
    title: 'A refund has failed',
    meaning:
      'The payment provider refused to give money back. If a charge came too late to pay an order, the event is about its checkout.',
  },
  'payment.disputed': {
    title: 'A payment is disputed',
    meaning:
      'The customer disputes the charge at the bank. The order cannot be refunded until this is decided.',
  },
  test: {
    title: 'A test of an endpoint',
    meaning: 'An operator tries a webhook endpoint. Only this endpoint gets it, whatever its types are.',
  },
};
