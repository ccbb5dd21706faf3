import { t } from 'elysia';
import type { Checkout, CheckoutAnswer } from '../../core/audit.ts';
import type { PaymentStatus } from '../../core/payment.ts';
import { id, time, word } from '../schemas.ts';
import { component, exactly, timeOf } from './component.ts';
import { orderJson, renderOrder } from './order.ts';
import { paymentJson, renderPayment } from './payment.ts';

type Status = 'processing' | CheckoutAnswer['status'];

const messages: Readonly<Record<Status, string>> = {
  processing: 'Payment is being processed',
  succeeded: 'Payment successful, order is being processed',
  unknown: 'Payment is being confirmed',
  declined: 'Payment was declined',
  cancelled: 'Payment was cancelled, nothing was charged',
};

const statusOf: Readonly<Record<PaymentStatus, Status>> = {
  initiated: 'processing',
  unknown: 'unknown',
  succeeded: 'succeeded',
  declined: 'declined',
  cancelled: 'cancelled',
};

const members = {
  checkoutId: id,
  message: t.String(),
  payment: paymentJson.ref,
  orders: t.Array(orderJson.ref),
};

export const checkoutAnswerJson = component(
  'CheckoutAnswer',
  exactly({ ...members, status: word(['succeeded', 'unknown']) }),
);

export const checkoutJson = component(
  'Checkout',
  exactly({
    ...members,
    status: word(['processing', 'succeeded', 'declined', 'unknown', 'cancelled']),
    createdAt: time,
    updatedAt: time,
  }),
);

export const renderCheckoutAnswer = ({ checkoutId, status, payment, orders }: CheckoutAnswer) => ({
  checkoutId,
  status,
  message: messages[status],
  payment: renderPayment(payment),
  orders: orders.map(renderOrder),
});

export const renderCheckout = ({ id: checkoutId, payment, orders, createdAtMs, updatedAtMs }: Checkout) => {
  const status = statusOf[payment.status];
  return {
    checkoutId,
    status,
    message: messages[status],
    payment: renderPayment(payment),
    orders: orders.map(renderOrder),
    createdAt: timeOf(createdAtMs),
    updatedAt: timeOf(updatedAtMs),
  };
};
