import { t } from 'elysia';
import type { Checkout, CheckoutResponse } from '../../core/audit.ts';
import type { PaymentAction, PaymentStatus } from '../../core/payment.ts';
import { id, oneOf, time } from '../http/schemas.ts';
import { component, exactly, timeOf } from './component.ts';
import { orderJson, renderOrder } from './order.ts';
import { actionJson, paymentJson, renderAction, renderPayment } from './payment.ts';

type Status = 'processing' | CheckoutResponse['status'];

const messages: Readonly<Record<PaymentStatus, string>> = {
  initiated: 'Payment is being processed',
  requires_action: 'The customer has to confirm the payment',
  succeeded: 'Payment successful, order is being processed',
  unknown: 'Payment is being confirmed',
  declined: 'Payment was declined',
  cancelled: 'Payment was cancelled, nothing was charged',
  returned: 'Payment was cancelled, what was charged is given back',
};

const statusOf: Readonly<Record<PaymentStatus, Status>> = {
  initiated: 'processing',
  requires_action: 'requires_action',
  unknown: 'unknown',
  succeeded: 'succeeded',
  declined: 'declined',
  cancelled: 'cancelled',
  returned: 'cancelled',
};

const members = {
  checkoutId: id,
  message: t.String(),
  action: t.Optional(
    t.Unsafe({
      allOf: [actionJson.ref],
      description: 'With requires_action, and to its customer alone: what there is to do.',
    }),
  ),
  payment: paymentJson.ref,
  orders: t.Array(orderJson.ref),
};

export const checkoutAnswerJson = component(
  'CheckoutAnswer',
  exactly({ ...members, status: oneOf(['succeeded', 'requires_action', 'unknown']) }),
);

export const checkoutJson = component(
  'Checkout',
  exactly({
    ...members,
    status: oneOf(['processing', 'requires_action', 'succeeded', 'declined', 'unknown', 'cancelled']),
    createdAt: time,
    updatedAt: time,
  }),
);

export const renderCheckoutAnswer = ({ checkoutId, status, payment, orders }: CheckoutResponse) => ({
  checkoutId,
  status,
  message: messages[status],
  ...shownAction(payment.action),
  payment: renderPayment(payment),
  orders: orders.map(renderOrder),
});

/** `mine` for the customer's own eyes: what they have to confirm the payment with is nobody else's. */
export const renderCheckout = (
  { id: checkoutId, payment, orders, createdAtMs, updatedAtMs }: Checkout,
  mine: boolean,
) => ({
  checkoutId,
  status: statusOf[payment.status],
  message: messages[payment.status],
  ...shownAction(mine ? payment.action : null),
  payment: renderPayment(payment),
  orders: orders.map(renderOrder),
  createdAt: timeOf(createdAtMs),
  updatedAt: timeOf(updatedAtMs),
});

const shownAction = (action: PaymentAction | null) =>
  action === null ? {} : { action: renderAction(action) };
