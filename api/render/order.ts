import { type TSchema, t } from 'elysia';
import {
  type InvoiceReference,
  type IssuedInvoice,
  type Order,
  type OrderDetail,
  type OrderState,
  orderStatuses,
} from '../../core/order.ts';
import type { ServiceReference } from '../../core/serviceReference.ts';
import { id, integer, nullable, oneOf, shownProductType, strictObject, time } from '../http/schemas.ts';
import { component, listSchema, type RenderedFields, timeOf } from './component.ts';
import { moneyJson, renderMoney } from './money.ts';
import { paymentJson, renderPayment } from './payment.ts';

export const orderMembers = {
  id,
  customerId: t.String(),
  product: strictObject({
    id,
    code: t.String(),
    name: t.String(),
    type: shownProductType,
  } satisfies RenderedFields<Order['product'], TSchema>),
  quantity: integer({ minimum: 1, maximum: 10_000 }),
  total: moneyJson.ref,
  status: oneOf(orderStatuses),
  checkoutId: t.Union([id, t.Null()], {
    description: 'The last checkout that claimed the order. Null before the first one.',
  }),
  number: t.Union([t.String(), t.Null()], {
    description: 'The number of that checkout, for people. Null before the first one.',
  }),
  expiresAt: t.String({
    format: 'date-time',
    description: 'A pending order can be paid before this time, and is cancelled then.',
  }),
  disputed: t.Boolean({ description: 'True while a dispute of its payment is open.' }),
  createdAt: time,
  updatedAt: time,
} satisfies RenderedFields<Order, TSchema>;

export const orderJson = component('Order', strictObject(orderMembers));
export const orderListJson = listSchema(orderJson);

/** A row of the history, without its detail. */
export const orderStateMembers = {
  seq: t.Number({ multipleOf: 1, minimum: 1 }),
  state: t.String({
    'x-extensible': true,
    description:
      'A status of the order, or the name of a finished step of its pipeline or of a refund. New words may be added.',
  }),
  at: time,
} satisfies RenderedFields<OrderState, TSchema, 'detail'>;

export const orderStateJson = component(
  'OrderState',
  strictObject({
    ...orderStateMembers,
    detail: nullable(
      t.String({
        description:
          'For people: a reason, a number, or an amount in the minor unit, such as `1299000 VND`, or `50 USD` for half a dollar.',
      }),
    ),
  } satisfies RenderedFields<OrderState, TSchema>),
);
export const orderStateListJson = listSchema(orderStateJson);

export const orderDetailJson = component(
  'OrderDetail',
  strictObject({
    ...orderMembers,
    payment: nullable(paymentJson.ref),
    history: t.Array(orderStateJson.ref, {
      description: 'The newest 100 states of the order, oldest first. `GET /orders/{id}/history` has all.',
    }),
    historyArchived: t.Optional(
      t.Literal(true, {
        description: 'Only if the beginning of its history has been archived, and is no longer here.',
      }),
    ),
    invoice: nullable(
      strictObject({
        number: t.String(),
        issuedAt: time,
        url: t.Optional(
          t.Union([t.String(), t.Null()], {
            description:
              'Only if an invoice service has issued it: its page there. Null if the service has sent none.',
          }),
        ),
      } satisfies RenderedFields<IssuedInvoice, TSchema>),
    ),
    licences: t.Array(t.String(), {
      description: 'One licence key for each unit of a digital product, or what the product service sent.',
    }),
    bookings: t.Array(t.String(), { description: 'What the product service calls its bookings.' }),
    shipment: t.Union(
      [
        strictObject({
          reference: nullable(t.String()),
          url: nullable(t.String()),
        } satisfies RenderedFields<ServiceReference, TSchema>),
        t.Null(),
      ],
      { description: 'The tracking number and page of the carrier. Null until a carrier has sent one.' },
    ),
    refunded: {
      ...moneyJson.ref,
      description:
        'What was given back of the order so far, by whoever did: an operator, the shop itself, the provider or a bank. 0 if nothing was.',
    },
  } satisfies RenderedFields<OrderDetail, TSchema>),
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
    } satisfies RenderedFields<Order['product'], unknown>,
    quantity: order.quantity,
    total: renderMoney(order.total),
    status: order.status,
    checkoutId: order.checkoutId,
    number: order.number,
    expiresAt: timeOf(order.expiresAtMs),
    disputed: order.disputed,
    createdAt: timeOf(order.createdAtMs),
    updatedAt: timeOf(order.updatedAtMs),
  }) satisfies RenderedFields<Order, unknown>;

export const renderOrderState = ({ seq, state, atMs, detail }: OrderState) =>
  ({ seq, state, at: timeOf(atMs), detail }) satisfies RenderedFields<OrderState, unknown>;

export const renderOrderDetail = (order: OrderDetail) =>
  ({
    ...renderOrder(order),
    payment: order.payment === null ? null : renderPayment(order.payment),
    history: order.history.map(renderOrderState),
    ...(order.historyArchived === true && { historyArchived: order.historyArchived }),
    invoice:
      order.invoice === null
        ? null
        : {
            ...({
              number: order.invoice.number,
              issuedAt: timeOf(order.invoice.issuedAtMs),
            } satisfies RenderedFields<InvoiceReference, unknown>),
            ...(order.invoice.url === undefined ? {} : { url: order.invoice.url }),
          },
    licences: order.licences,
    bookings: order.bookings,
    shipment:
      order.shipment === null
        ? null
        : ({ reference: order.shipment.reference, url: order.shipment.url } satisfies RenderedFields<
            ServiceReference,
            unknown
          >),
    refunded: renderMoney(order.refunded),
  }) satisfies RenderedFields<OrderDetail, unknown, 'historyArchived'>;
