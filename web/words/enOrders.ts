import type { CheckoutStatus, OrderStatus } from '../shared/types.ts';

export const enOrderStatuses: Readonly<Record<OrderStatus, string>> = {
  pending: 'To pay',
  paying: 'Being paid',
  paid: 'In progress',
  completed: 'Completed',
  failed: 'Needs our help',
  cancelled: 'Cancelled',
  refunded: 'Refunded',
};

export const enCheckoutStatuses: Readonly<Record<CheckoutStatus, string>> = {
  processing: 'Being processed',
  requires_action: 'Waits for you',
  succeeded: 'Paid',
  declined: 'Declined',
  unknown: 'Being confirmed',
  cancelled: 'Cancelled',
};

/** By the state in an order's history: what has happened, as its customer would say it. */
export const enHistoryStates = {
  pending: 'Ready to be paid',
  paying: 'Payment began',
  paid: 'Paid',
  completed: 'Completed',
  failed: 'Something is in the way; we look after it',
  cancelled: 'Cancelled',
  refunded: 'Refunded in full',
  stock_reserved: 'Set aside for you',
  quantity_changed: 'Quantity changed',
  invoiced: 'Invoice issued',
  licence_issued: 'Licence issued',
  booked: 'Place booked',
  shipment_requested: 'Handed to the carrier',
  customer_notified: 'E-mail sent to you',
  retried: 'Taken up again',
  refund_requested: 'Refund requested',
  partially_refunded: 'Refunded in part',
  refund_failed: 'A refund did not work; we look after it',
  charged_back: 'Money given back by the bank',
  disputed: 'Payment disputed',
  dispute_won: 'Dispute settled',
  dispute_lost: 'Dispute settled, money given back',
};

/** A step that is newer than this page, by its own name. */
export const enOtherState = (name: string): string => `Another step: ${name}`;
