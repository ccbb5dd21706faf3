/** The parts of the AsyncAPI document that are the same for all events. */

const lead =
  'The shop tells other systems what happens to orders, checkouts and refunds: to webhook endpoints, and to Kafka.';

const rules = [
  'Each event comes at least once. Tell a repeat by its `id`, which is the same in every attempt and for every receiver.',
  'The events of one subject (an order or a checkout) come in the order of their `sequence`. The next one is not sent before the last one is accepted. Events of different subjects have no order.',
  'A receiver gets what is committed after it was added. What it does not take is kept for 30 days, or for as long as the shop sets (`KEEP_EVENTS_DAYS`).',
  'Bodies are open: take fields and words that you do not know. A change that breaks a reader gets a new version, which `dataschema` names. No event has an e-mail address.',
];

export const webhookMeaning =
  'A POST to the URL of each endpoint that wants the type, as Standard Webhooks (standardwebhooks.com) says. Answer 2xx within 10 seconds, and do the work later. Any other answer is a failure: the event is sent again within 5 seconds, then with growing pauses for three days. Then the endpoint is paused. Redirects are not followed.';

export const kafkaMeaning =
  'One topic with all events, as CloudEvents 1.0 in structured JSON. The key of a message is the id of its order or checkout, so a partition has all events of it, in their order. Beside what each event has, there are `specversion`, `source` and `datacontenttype`. `dataschema` is a URI here: after the scheme `cartwright:` comes the path at the API of the shop.';

const text = (description: string, more: object = {}) => ({ type: 'string', description, ...more });

const webhookHeaders = {
  type: 'object',
  required: ['content-type', 'webhook-id', 'webhook-timestamp', 'webhook-signature'],
  properties: {
    'content-type': { type: 'string', const: 'application/json' },
    'webhook-id': text('The id of the event.', { format: 'uuid' }),
    'webhook-timestamp': text('When this attempt was sent, in seconds since 1970.', {
      pattern: '^[0-9]+$',
      examples: ['1772352000'],
    }),
    'webhook-signature': text(
      'One or more signatures, with spaces between them. Each is v1, a comma, and the HMAC-SHA256 in Base64 of the id, the timestamp and the body, with dots between them. While a secret is being changed, there is one for each secret.',
      {
        pattern: '^v1,[A-Za-z0-9+/=]+( v1,[A-Za-z0-9+/=]+)*$',
        examples: ['v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4='],
      },
    ),
  },
};

const kafkaHeaders = {
  type: 'object',
  required: ['content-type'],
  properties: {
    'content-type': text('The structured mode of CloudEvents.', {
      pattern: '^application/cloudevents\\+json',
    }),
  },
};

export const asyncApiParts = {
  lead,
  rules,
  description: [lead, ...rules].join('\n\n'),
  servers: {
    endpoint: {
      host: '{host}',
      protocol: 'https',
      title: 'A webhook endpoint',
      description: 'The server of the receiver. An operator adds its URL by POST /webhook-endpoints.',
      variables: { host: { description: 'The host of the URL.', examples: ['hooks.example.com'] } },
    },
    // Anyone may read this document, so it does not name the brokers of the shop.
    kafka: {
      host: '{brokers}',
      protocol: 'kafka-secure',
      title: 'Kafka',
      description:
        'The brokers of the shop (KAFKA_BROKERS). Ask its operators for them, and for a login. Without TLS the protocol is kafka.',
      variables: { brokers: { description: 'Host and port.', examples: ['kafka.example.com:9093'] } },
      security: ['plain', 'scramSha256', 'scramSha512', 'certificate'].map((name) => ({
        $ref: `#/components/securitySchemes/${name}`,
      })),
    },
  },
  messageTraits: {
    webhook: {
      contentType: 'application/json',
      headers: webhookHeaders,
      bindings: { http: { headers: webhookHeaders, bindingVersion: '0.3.0' } },
    },
    kafka: {
      contentType: 'application/cloudevents+json',
      headers: kafkaHeaders,
      bindings: {
        kafka: {
          key: text('The id of the order or checkout: the subject.', { format: 'uuid' }),
          bindingVersion: '0.5.0',
        },
      },
    },
  },
  securitySchemes: {
    signature: {
      type: 'httpApiKey',
      in: 'header',
      name: 'webhook-signature',
      description:
        'The signature of Standard Webhooks, by the secret of the endpoint (whsec_…). Check it over the raw body.',
    },
    plain: { type: 'plain', description: 'SASL/PLAIN.' },
    scramSha256: { type: 'scramSha256', description: 'SASL/SCRAM-SHA-256.' },
    scramSha512: { type: 'scramSha512', description: 'SASL/SCRAM-SHA-512.' },
    certificate: { type: 'X509', description: 'A certificate of the client.' },
  },
};
