import { listOf, samples } from './samples.ts';

const endpoint = {
  id: '01980a55-1c02-7b31-9e4f-5a6b7c8d9e10',
  url: 'https://erp.example.com/hooks/cartwright',
  events: ['order.paid', 'order.completed'],
  paused: false,
  pauseReason: null,
  backlog: { events: 0, more: false, oldestAt: null },
  createdAt: samples.at,
};

const secret = 'whsec_8sJ0mX2v7cQ4yK1tLwR5pH9bN6fGjUaEoPiZrTzVyBM=';

const eventId = '01980a4f-0300-7006-8d2e-5f6a7b8c9d01';

/** The document's examples of webhook endpoints. */
export const webhookSamples = {
  id: endpoint.id,
  eventId,
  body: { url: endpoint.url, events: endpoint.events },
  created: { ...endpoint, secret },
  endpoint: {
    ...endpoint,
    paused: true,
    pauseReason: 'the receiver answered 410: it wants no more events',
    backlog: { events: 3, more: false, oldestAt: samples.at },
  },
  list: listOf(endpoint),
  change: { secret: 'rotate' },
  deliveries: listOf({
    id: eventId,
    type: 'order.paid',
    subject: samples.orderId,
    sequence: 6,
    outcome: 'failed',
    attempts: 2,
    responseStatus: 503,
    error: 'the receiver answered 503',
    eventAt: samples.at,
    lastAttemptAt: samples.at,
    deliveredAt: null,
  }),
  sent: { eventId },
} as const;
