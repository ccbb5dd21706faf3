import { t } from 'elysia';
import { type Delivery, deliveryOutcomes, outcomeOf } from '../../core/delivery.ts';
import { eventTypes } from '../../core/event.ts';
import type { Subscription } from '../../core/subscription.ts';
import { id, nullable, oneOf, openWord, strictObject, time } from '../http/schemas.ts';
import { component, listSchema, timeOf } from './component.ts';

const count = t.Number({ multipleOf: 1, minimum: 0 });

const fields = {
  id,
  url: t.String(),
  events: t.Array(openWord(eventTypes, 'An event that the endpoint gets.')),
  paused: t.Boolean({
    description:
      'Nothing is sent while it is true. Events are kept for 30 days, or for as long as the shop sets (`KEEP_EVENTS_DAYS`).',
  }),
  pauseReason: t.Union([t.String(), t.Null()], {
    description: 'Why the shop has paused the endpoint. Null if an operator has, and if it is not paused.',
  }),
  backlog: strictObject(
    {
      events: count,
      more: t.Boolean({ description: 'True: there are more. Counting ends, however many wait.' }),
      oldestAt: t.Union([time, t.Null()], {
        description: 'When the oldest of those that were counted happened.',
      }),
    },
    'The events that are not yet delivered.',
  ),
  createdAt: time,
};

export const webhookEndpointJson = component('WebhookEndpoint', strictObject(fields));
export const webhookEndpointListJson = listSchema(webhookEndpointJson);

export const webhookEndpointWithSecretJson = component(
  'WebhookEndpointWithSecret',
  strictObject({
    ...fields,
    secret: t.Optional(
      t.String({
        description:
          'What signs the events. It is shown once, when it is made: a replay under an Idempotency-Key leaves it out.',
      }),
    ),
  }),
);

export type Backlog = {
  readonly events: number;
  readonly isMore: boolean;
  readonly oldestAtMs: number | null;
};

export const noBacklog: Backlog = { events: 0, isMore: false, oldestAtMs: null };

export const renderWebhookEndpoint = (
  { id, target, types, paused, pauseReason, createdAtMs }: Subscription,
  { events, isMore, oldestAtMs }: Backlog,
) => ({
  id,
  url: target,
  events: types,
  paused,
  pauseReason,
  backlog: { events, more: isMore, oldestAt: oldestAtMs === null ? null : timeOf(oldestAtMs) },
  createdAt: timeOf(createdAtMs),
});

export const webhookDeliveryJson = component(
  'WebhookDelivery',
  strictObject({
    id: t.String({ format: 'uuid', description: 'The id of the event, the same in every attempt.' }),
    type: openWord([...eventTypes, 'test'], 'The type of the event. New types may be added.'),
    subject: t.String({
      format: 'uuid',
      description: 'The order or checkout that the event is about; of a test, the endpoint.',
    }),
    sequence: t.Number({
      multipleOf: 1,
      minimum: 0,
      description: 'Rises within the subject. It may have gaps.',
    }),
    outcome: oneOf(deliveryOutcomes, 'A failed one is sent again until it is delivered.'),
    attempts: count,
    responseStatus: t.Union([t.Number({ multipleOf: 1, minimum: 0, maximum: 999 }), t.Null()], {
      description: 'The status of the last answer. Null if there was none.',
    }),
    error: t.Union([t.String(), t.Null()], {
      description: 'What went wrong in the last attempt. Null if nothing did.',
    }),
    eventAt: time,
    lastAttemptAt: time,
    deliveredAt: nullable(time),
  }),
);
export const webhookDeliveryListJson = listSchema(webhookDeliveryJson);

export const renderWebhookDelivery = (delivery: Delivery) => ({
  id: delivery.id,
  type: delivery.type,
  subject: delivery.subject,
  sequence: delivery.sequence,
  outcome: outcomeOf(delivery),
  attempts: delivery.attempts,
  responseStatus: delivery.lastAttempt.responseStatus,
  error: delivery.lastAttempt.error,
  eventAt: timeOf(delivery.eventAtMs),
  lastAttemptAt: timeOf(delivery.lastAttempt.atMs),
  deliveredAt: delivery.deliveredAtMs === null ? null : timeOf(delivery.deliveredAtMs),
});

/** An event that will be sent. */
export const sentEventJson = component(
  'WebhookEvent',
  strictObject({
    eventId: t.String({ format: 'uuid', description: 'The id under which the deliveries list it.' }),
  }),
);
