import type { Order, OrderDetail } from '../../core/order.ts';

/** The order without what only its detail has. */
export const plainOrder = ({
  history: _,
  payment: __,
  invoice: ___,
  licences: ____,
  bookings: _____,
  shipment: ______,
  refunded: _______,
  ...order
}: OrderDetail): Order => order;
