import { t } from 'elysia';
import { type Order, type OrderDetail, orderStatuses } from '../../core/order.ts';
import { id, integer, orNull, productType, time, word } from '../schemas.ts';
import { component, exactly, listSchema, timeOf } from './component.ts';
import { moneyJson, renderMoney } from './money.ts';
import { paymentJson, renderPayment } from './payment.ts';

const members = {
  id,
  customerId: t.String(),
  product: exactly({ id, code: t.String(), name: t.String(), type: productType }),
  quantity: integer({ minimum: 1, maximum: 10_000 }),
  total: moneyJson.ref,
  status: word(orderStatuses),
  checkoutId: t.Union([id, t.Null()], { description: 'The checkout that last claimed it.' }),
  createdAt: time,
  updatedAt: time,
};

export const orderJson = component('Order', exactly(members));
export const orderListJson = listSchema(orderJson);

export const orderDetailJson = component(
  'OrderDetail',
  exactly({
    ...members,
    payment: orNull(paymentJson.ref),
    history: t.Array(
      exactly({
        seq: t.Number({ multipleOf: 1, minimum: 1 }),
        state: t.String({ description: 'A status, or what a step of the pipeline or a refund left behind.' }),
        at: time,
        detail: orNull(t.String()),
      }),
      { description: 'Every state in its order.' },
    ),
    invoice: orNull(exactly({ number: t.String(), issuedAt: time })),
    licences: t.Array(t.String(), { description: 'One key a unit of a digital product.' }),
  }),
);

export const renderOrder = (order: Order) => ({
  id: order.id,
  customerId: order.customerId,
  product: {
    id: order.product.id,
    code: order.product.code,
    name: order.product.name,
    type: order.product.type,
  },
  quantity: order.quantity,
  total: renderMoney(order.total),
  status: order.status,
  checkoutId: order.checkoutId,
  createdAt: timeOf(order.createdAtMs),
  updatedAt: timeOf(order.updatedAtMs),
});

export const renderOrderDetail = (order: OrderDetail) => ({
  ...renderOrder(order),
  payment: order.payment === null ? null : renderPayment(order.payment),
  history: order.history.map(({ seq, state, atMs, detail }) => ({ seq, state, at: timeOf(atMs), detail })),
  invoice:
    order.invoice === null
      ? null
      : { number: order.invoice.number, issuedAt: timeOf(order.invoice.issuedAtMs) },
  licences: order.licences,
});
