import { t } from 'elysia';
import type { Checkout, CheckoutResponse } from '../../core/audit.ts';
import type { PaymentAction, PaymentStatus } from '../../core/payment.ts';
import { id, oneOf, strictObject, time } from '../http/schemas.ts';
import { component, timeOf } from './component.ts';
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
  refunded: 'Payment was cancelled, the charge is refunded',
};

const statuses: Readonly<Record<PaymentStatus, Status>> = {
  initiated: 'processing',
  requires_action: 'requires_action',
  unknown: 'unknown',
  succeeded: 'succeeded',
  declined: 'declined',
  cancelled: 'cancelled',
  refunded: 'cancelled',
};

const members = {
  checkoutId: id,
  number: t.String({ description: 'The number of the checkout, for people. Find its orders by it.' }),
  message: t.String(),
  action: t.Optional(
    t.Unsafe({
      allOf: [actionJson.ref],
      description:
        'Only for the customer, while the status is requires_action: what the customer must do next.',
    }),
  ),
  payment: paymentJson.ref,
  orders: t.Array(orderJson.ref),
};

const checkoutStatus = oneOf([
  'processing',
  'requires_action',
  'succeeded',
  'declined',
  'unknown',
  'cancelled',
]);

const onlyIn200 = 'Only in a response with the status 200.';

/**
 * One schema for 202 and for 200, which is the answer to a key whose response is no longer kept. Generated clients have one
 * type for a request: that of the lowest 2xx.
 */
export const checkoutResponseJson = component(
  'CheckoutResponse',
  strictObject({
    ...members,
    status: checkoutStatus,
    createdAt: t.Optional(t.Unsafe({ ...time, description: onlyIn200 })),
    updatedAt: t.Optional(t.Unsafe({ ...time, description: onlyIn200 })),
  }),
);

export const checkoutJson = component(
  'Checkout',
  strictObject({
    ...members,
    status: checkoutStatus,
    createdAt: time,
    updatedAt: time,
  }),
);

export const renderCheckoutResponse = ({
  checkoutId,
  number,
  status,
  payment,
  orders,
}: CheckoutResponse) => ({
  checkoutId,
  number,
  status,
  message: messages[status],
  ...renderOptionalAction(payment.action),
  payment: renderPayment(payment),
  orders: orders.map(renderOrder),
});

/** Shows `action` only to the owner, because it contains the secret that confirms the payment. */
export const renderCheckout = (
  { id: checkoutId, number, payment, orders, createdAtMs, updatedAtMs }: Checkout,
  isOwner: boolean,
) => ({
  checkoutId,
  number,
  status: statuses[payment.status],
  message: messages[payment.status],
  ...renderOptionalAction(isOwner ? payment.action : null),
  payment: renderPayment(payment),
  orders: orders.map(renderOrder),
  createdAt: timeOf(createdAtMs),
  updatedAt: timeOf(updatedAtMs),
});

const renderOptionalAction = (action: PaymentAction | null) =>
  action === null ? {} : { action: renderAction(action) };
