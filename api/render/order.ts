import { type TSchema, t } from 'elysia';
import {
  type Invoice,
  type Order,
  type OrderDetail,
  type OrderState,
  orderStatuses,
} from '../../core/order.ts';
import { id, integer, oneOf, orNull, productType, time } from '../http/schemas.ts';
import { component, exactly, listSchema, type Shown, timeOf } from './component.ts';
import { moneyJson, renderMoney } from './money.ts';
import { paymentJson, renderPayment } from './payment.ts';

const members = {
  id,
  customerId: t.String(),
  product: exactly({ id, code: t.String(), name: t.String(), type: productType } satisfies Shown<
    Order['product'],
    TSchema
  >),
  quantity: integer({ minimum: 1, maximum: 10_000 }),
  total: moneyJson.ref,
  status: oneOf(orderStatuses),
  checkoutId: t.Union([id, t.Null()], { description: 'The checkout that last claimed it.' }),
  createdAt: time,
  updatedAt: time,
} satisfies Shown<Order, TSchema>;

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
      } satisfies Shown<OrderState, TSchema>),
      { description: 'Every state in its order.' },
    ),
    invoice: orNull(exactly({ number: t.String(), issuedAt: time } satisfies Shown<Invoice, TSchema>)),
    licences: t.Array(t.String(), { description: 'One key a unit of a digital product.' }),
  } satisfies Shown<OrderDetail, TSchema>),
);

export const renderOrder = (order: Order) =>
  ({
    id: order.id,
    customerId: order.customerId,
    product: {
      id: order.product.id,
      code: order.product.code,
      name: order.product.name,
      type: order.product.type,
    } satisfies Shown<Order['product'], unknown>,
    quantity: order.quantity,
    total: renderMoney(order.total),
    status: order.status,
    checkoutId: order.checkoutId,
    createdAt: timeOf(order.createdAtMs),
    updatedAt: timeOf(order.updatedAtMs),
  }) satisfies Shown<Order, unknown>;

export const renderOrderDetail = (order: OrderDetail) =>
  ({
    ...renderOrder(order),
    payment: order.payment === null ? null : renderPayment(order.payment),
    history: order.history.map(
      ({ seq, state, atMs, detail }) =>
        ({ seq, state, at: timeOf(atMs), detail }) satisfies Shown<OrderState, unknown>,
    ),
    invoice:
      order.invoice === null
        ? null
        : ({ number: order.invoice.number, issuedAt: timeOf(order.invoice.issuedAtMs) } satisfies Shown<
            Invoice,
            unknown
          >),
    licences: order.licences,
  }) satisfies Shown<OrderDetail, unknown>;
