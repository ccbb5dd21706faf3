import { type TSchema, t } from 'elysia';
import type { Checkout } from '../../core/audit.ts';
import type { EventKind, EventType, testEventType } from '../../core/event.ts';
import { eventSchemaPath } from '../../core/eventBody.ts';
import type { OrderDetail } from '../../core/order.ts';
import { type Payment, paymentStatuses } from '../../core/payment.ts';
import { id, nullable, oneOf, strictObject, time } from '../http/schemas.ts';
import { type Component, component, type RenderedFields } from './component.ts';
import { moneyJson } from './money.ts';
import { orderJson, orderMembers, orderStateMembers } from './order.ts';

/**
 * The schemas of events. Core renders what they describe, because the database keeps the bytes. The contract suite
 * holds the two together.
 */

/** The types of events that others get, `test` among them. */
export type ShownEventType = EventType | typeof testEventType;

type NotInEvents =
  | 'historyArchived'
  | 'payment'
  | 'invoice'
  | 'licences'
  | 'bookings'
  | 'shipment'
  | 'refunded';

/** The rows of its history have no detail, because an error in one may name an address. */
const eventOrderJson = component(
  'EventOrder',
  strictObject(
    {
      ...orderMembers,
      history: t.Array(strictObject(orderStateMembers), {
        description: 'The states of the order up to the event, oldest first. At most the newest 100.',
      }),
    } satisfies RenderedFields<OrderDetail, TSchema, NotInEvents>,
    'The order as it was at the event.',
  ),
);

const eventCheckoutJson = component(
  'EventCheckout',
  strictObject(
    {
      id,
      number: t.String({ description: 'The number of the checkout, for people.' }),
      customerId: t.String(),
      status: oneOf(paymentStatuses),
      payment: strictObject({
        status: oneOf(paymentStatuses),
        amount: moneyJson.ref,
        method: t.String({ description: 'The payment method, as the payment provider names it.' }),
        reference: t.Union([t.String(), t.Null()], {
          description: 'The charge, as the payment provider names it.',
        }),
        declineCode: nullable(t.String()),
      } satisfies RenderedFields<Payment, TSchema, 'id' | 'action'>),
      orders: t.Array(orderJson.ref, {
        description: 'All orders of the checkout. Their status is that of the event.',
      }),
      createdAt: time,
      updatedAt: time,
    } satisfies RenderedFields<Checkout, TSchema> & { readonly status: TSchema },
    'The checkout as it was at the event.',
  ),
);

const dataComponents: Readonly<Record<EventKind, Component>> = {
  order: component('OrderEventData', strictObject({ order: eventOrderJson.ref })),
  checkout: component('CheckoutEventData', strictObject({ checkout: eventCheckoutJson.ref })),
  test: component('TestEventData', strictObject({ test: t.Literal(true) })),
};

/** The components that schemas of events refer to. */
export const eventComponents: readonly Component[] = [
  moneyJson,
  orderJson,
  eventOrderJson,
  eventCheckoutJson,
  ...Object.values(dataComponents),
];

/** What an event of each type can be about. */
const eventKinds: Readonly<Record<ShownEventType, readonly EventKind[]>> = {
  'order.placed': ['order'],
  'order.paid': ['order'],
  'order.step': ['order'],
  'order.completed': ['order'],
  'order.failed': ['order'],
  'order.cancelled': ['order'],
  'order.refunded': ['order'],
  'checkout.succeeded': ['checkout'],
  'checkout.declined': ['checkout'],
  'checkout.cancelled': ['checkout'],
  // The charge of a checkout that came too late has paid no order. Its refund is about the checkout.
  'refund.succeeded': ['order', 'checkout'],
  'refund.failed': ['order', 'checkout'],
  'payment.disputed': ['order'],
  test: ['test'],
};

/** The types as they are listed for readers. */
export const shownEventTypes = Object.keys(eventKinds) as readonly ShownEventType[];

/** The `data` of an event of this type. */
export const eventDataJson = (type: ShownEventType): TSchema => {
  const kinds = eventKinds[type];
  const refs = kinds.map((kind) => dataComponents[kind].ref);
  if (kinds.includes('test')) return t.Union(refs);
  return t.Union([...refs, t.Null()], {
    description: 'Null if what the event is about was no longer stored when the event was first sent.',
  });
};

const membersOf = (type: ShownEventType) => ({
  id: t.String({
    format: 'uuid',
    description: 'The same in every attempt and for every receiver. Tell repeats by it.',
  }),
  type: t.Literal(type, { description: 'What has happened.' }),
  time: t.String({
    format: 'date-time',
    description: 'When it happened. RFC 3339 in UTC with milliseconds.',
  }),
  subject: t.String({
    format: 'uuid',
    description:
      type === 'test'
        ? 'The id of the webhook endpoint.'
        : 'The id of the order or checkout that it is about.',
  }),
  sequence: t.Number({
    multipleOf: 1,
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    description:
      'Rises with the events of one subject, and may have gaps. An event whose sequence is not higher than the last one is a repeat.',
  }),
  dataschema: t.Literal(eventSchemaPath(type), {
    description: 'The path of the JSON Schema of `data` at the API of the shop. It has the version.',
  }),
  data: eventDataJson(type),
});

/** The body that webhook endpoints get, and that the database keeps. */
export const eventJson = (type: ShownEventType): TSchema => strictObject(membersOf(type));

/** CloudEvents want absolute URIs, and the shop does not know its own address. A path at its API follows the scheme. */
const scheme = 'cartwright:';

/** Members that an event has only as a CloudEvent, or has otherwise. */
export const cloudEventMembers = (type: ShownEventType) => ({
  specversion: '1.0',
  source: `${scheme}/orders`,
  datacontenttype: 'application/json',
  dataschema: `${scheme}${eventSchemaPath(type)}`,
});

/** The value of a message in Kafka: a CloudEvent in structured mode. */
export const cloudEventJson = (type: ShownEventType): TSchema => {
  const { specversion, source, datacontenttype, dataschema } = cloudEventMembers(type);
  return strictObject({
    specversion: t.Literal(specversion),
    source: t.Literal(source),
    ...membersOf(type),
    datacontenttype: t.Literal(datacontenttype),
    dataschema: t.Literal(dataschema, {
      description:
        'The JSON Schema of `data`. What follows the scheme is its path at the API of the shop. It has the version.',
    }),
  });
};
