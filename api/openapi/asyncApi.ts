import { cloudEventJson, eventJson, type ShownEventType, shownEventTypes } from '../render/event.ts';
import { asyncApiParts, kafkaMeaning, webhookMeaning } from './asyncApiParts.ts';
import { eventGuides } from './eventGuides.ts';
import { cloudEventSampleOf, eventSampleOf } from './eventSamples.ts';
import { eventSchemas } from './eventSchemas.ts';
import { publish } from './publish.ts';

export type AsyncApiSettings = {
  readonly version: string;
  /** The topic of Kafka. */
  readonly topic: string;
};

/** Kafka gets all events. A webhook endpoint gets those of the types that it wants, and its tests. */
const typesOf = {
  webhook: shownEventTypes,
  kafka: shownEventTypes.filter((type) => type !== 'test'),
} as const satisfies Readonly<Record<string, readonly ShownEventType[]>>;
type Form = keyof typeof typesOf;

/** References to the messages of a form, by their types. */
const messagesOf = (form: Form) =>
  Object.fromEntries(typesOf[form].map((type) => [type, { $ref: `#/components/messages/${form}.${type}` }]));

const messageOf = (form: Form, type: ShownEventType) => {
  const { title, meaning } = eventGuides[type];
  const isWebhook = form === 'webhook';
  return {
    name: type,
    title,
    description: meaning,
    traits: [{ $ref: `#/components/messageTraits/${form}` }],
    payload: publish(isWebhook ? eventJson(type) : cloudEventJson(type), 'response'),
    examples: [{ name: type, payload: isWebhook ? eventSampleOf(type) : cloudEventSampleOf(type) }],
  };
};

/** The AsyncAPI document of the events. */
export const createAsyncApi = ({ version, topic }: AsyncApiSettings) => ({
  asyncapi: '3.0.0',
  info: {
    title: 'Cartwright events',
    version,
    description: asyncApiParts.description,
    contact: { name: 'The Cartwright authors' },
    license: { name: 'MIT' },
  },
  defaultContentType: 'application/json',
  servers: asyncApiParts.servers,
  channels: {
    webhook: {
      address: null,
      title: 'Webhooks',
      description: webhookMeaning,
      servers: [{ $ref: '#/servers/endpoint' }],
      messages: messagesOf('webhook'),
    },
    kafka: {
      address: topic,
      title: 'Kafka',
      description: kafkaMeaning,
      servers: [{ $ref: '#/servers/kafka' }],
      messages: messagesOf('kafka'),
      bindings: { kafka: { topic, bindingVersion: '0.5.0' } },
    },
  },
  operations: {
    sendToEndpoint: {
      action: 'send',
      title: 'Send an event to a webhook endpoint',
      summary: 'The shop is the client. The endpoint checks the signature and answers 2xx.',
      channel: { $ref: '#/channels/webhook' },
      security: [{ $ref: '#/components/securitySchemes/signature' }],
      bindings: { http: { method: 'POST', bindingVersion: '0.3.0' } },
    },
    sendToTopic: {
      action: 'send',
      title: 'Send an event to the topic',
      summary: 'The shop is the producer. Any consumer may read the topic.',
      channel: { $ref: '#/channels/kafka' },
    },
  },
  components: {
    messages: Object.fromEntries(
      (['webhook', 'kafka'] as const).flatMap((form) =>
        typesOf[form].map((type) => [`${form}.${type}`, messageOf(form, type)]),
      ),
    ),
    messageTraits: asyncApiParts.messageTraits,
    schemas: Object.fromEntries(eventSchemas),
    securitySchemes: asyncApiParts.securitySchemes,
  },
});

export type AsyncApi = ReturnType<typeof createAsyncApi>;
