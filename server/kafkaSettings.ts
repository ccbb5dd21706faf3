import { readFileSync } from 'node:fs';
import { err, ok, type Result } from 'neverthrow';
import type { KafkaConnection } from '../adapters/kafka/client.ts';
import { isLoopback } from '../core/loopback.ts';
import { type Kinds, listOf } from './settingKinds.ts';

const protocols = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'] as const;
const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;
type Mechanism = (typeof mechanisms)[number];

/** Kafka, named as its own clients name its settings. */
export const kafkaSettings = ({ setting, oneOf }: Kinds) => ({
  /** Empty: no events are sent to Kafka. */
  brokers: setting<readonly string[]>({
    name: 'KAFKA_BROKERS',
    fallback: [],
    doc: 'The brokers to ask first, separated by commas, such as `kafka-1:9092,kafka-2:9092`. With it, events of orders go to Kafka ([how](docs/operating/kafka.md)).',
    read: (text) => {
      const brokers = listOf(text);
      return brokers.every(isBroker)
        ? ok(brokers)
        : err('write the host and port of each broker, such as kafka-1:9092,kafka-2:9092');
    },
  }),
  topic: setting<string>({
    name: 'KAFKA_TOPIC',
    fallback: 'cartwright.orders',
    doc: 'The topic of the events. It must exist: the shop makes none.',
    read: (text) =>
      /^[\w.-]{1,249}$/.test(text) && !/^\.\.?$/.test(text)
        ? ok(text)
        : err('write up to 249 letters, digits, dots, hyphens and underscores'),
  }),
  protocol: oneOf(
    'KAFKA_SECURITY_PROTOCOL',
    'PLAINTEXT',
    protocols,
    '`SSL` is with TLS, `SASL_PLAINTEXT` with a login, and `SASL_SSL` with both.',
  ),
  mechanism: setting<Mechanism | null>({
    name: 'KAFKA_SASL_MECHANISM',
    fallback: null,
    doc: 'How to log in: `PLAIN`, `SCRAM-SHA-256` or `SCRAM-SHA-512`.',
    read: (text) => {
      const found = mechanisms.find((one) => one === text);
      return found === undefined ? err('write PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512') : ok(found);
    },
  }),
  username: setting<string | null>({
    name: 'KAFKA_SASL_USERNAME',
    fallback: null,
    doc: 'The user that logs in at the brokers.',
    read: (text) => ok(text),
  }),
  password: setting<string | null>({
    name: 'KAFKA_SASL_PASSWORD',
    fallback: null,
    doc: 'The password of that user.',
    read: (text) => ok(text),
    show: () => 'has the wrong form',
  }),
  ca: pemFile(
    setting,
    'KAFKA_SSL_CA',
    'A file with the certificates (PEM) of the authorities that sign those of the brokers. If it is not set: the authorities of the system.',
    'CERTIFICATE',
  ),
  certificate: pemFile(
    setting,
    'KAFKA_SSL_CERTIFICATE',
    'A file with our own certificate (PEM), where brokers ask for one (mTLS).',
    'CERTIFICATE',
  ),
  key: pemFile(
    setting,
    'KAFKA_SSL_KEY',
    'A file with the key (PEM, without a password) of that certificate.',
    'PRIVATE KEY',
  ),
});

/** The content of a file. It is read with the settings, so that a wrong path stops the start. */
const pemFile = (setting: Kinds['setting'], name: string, doc: string, content: string): string | null =>
  setting<string | null>({ name, fallback: null, doc, read: (path) => readPem(path, content) });

const readPem = (path: string, content: string): Result<string, string> => {
  try {
    const text = readFileSync(path, 'utf8');
    if (/ENCRYPTED/.test(text)) return err('write a file whose key has no password');
    return new RegExp(`-----BEGIN (?:\\w+ )?${content}-----`).test(text)
      ? ok(text)
      : err(`write the path of a file in PEM that has a ${content.toLowerCase()}`);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : '';
    return err(`write the path of a file that this user can read${code}`);
  }
};

const isBroker = (text: string): boolean => {
  const [, host, port] = /^([\w.-]+|\[[0-9a-f:.]+\]):(\d{1,5})$/i.exec(text) ?? [];
  return host !== undefined && Number(port) >= 1 && Number(port) <= 65_535;
};

type Settings = ReturnType<typeof kafkaSettings>;

export type Kafka = { readonly topic: string; readonly connection: KafkaConnection };

/** Null if no broker is set. */
export const kafkaOf = ({ brokers, topic, protocol, mechanism, username, password, ...tls }: Settings) =>
  brokers.length === 0
    ? null
    : ({
        topic,
        connection: {
          brokers,
          tls: protocol.endsWith('SSL') ? tls : null,
          login:
            mechanism === null || username === null || password === null
              ? null
              : { mechanism, username, password },
        },
      } satisfies Kafka);

type Environment = Readonly<Record<string, string | undefined>>;

const loginNames = ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'];
const tlsNames = ['KAFKA_SSL_CA', 'KAFKA_SSL_CERTIFICATE', 'KAFKA_SSL_KEY'];

/** Settings of Kafka that need one another, or cannot be together. */
export const findKafkaConflicts = (env: Environment, production: boolean): readonly string[] => {
  const has = (name: string) => (env[name] ?? '') !== '';
  const others = ['KAFKA_TOPIC', 'KAFKA_SECURITY_PROTOCOL', ...loginNames, ...tlsNames].filter(has);
  if (!has('KAFKA_BROKERS'))
    return others.map((name) => `${name} is set, but KAFKA_BROKERS is not: set it, or remove ${name}`);
  const protocol = env.KAFKA_SECURITY_PROTOCOL || 'PLAINTEXT';
  const [login, tls] = [protocol.startsWith('SASL'), protocol.endsWith('SSL')];
  const pair = ['KAFKA_SSL_CERTIFICATE', 'KAFKA_SSL_KEY'];
  const missing = pair.filter((name) => !has(name));
  return [
    ...loginNames
      .filter((name) => has(name) !== login)
      .map((name) =>
        login
          ? `${name} is not set, but KAFKA_SECURITY_PROTOCOL=${protocol} needs it`
          : `${name} is set, but KAFKA_SECURITY_PROTOCOL is ${protocol}: set SASL_SSL, or remove it`,
      ),
    ...(tls ? [] : tlsNames.filter(has)).map(
      (name) =>
        `${name} is set, but KAFKA_SECURITY_PROTOCOL is ${protocol}: set SSL or SASL_SSL, or remove it`,
    ),
    ...(tls && missing.length === 1
      ? [`${missing[0]} is not set, but ${pair.find(has)} is: a certificate needs its key`]
      : []),
    ...(production && login && !tls && !areLoopback(env.KAFKA_BROKERS ?? '')
      ? [
          'KAFKA_SECURITY_PROTOCOL is SASL_PLAINTEXT, but NODE_ENV=production needs SASL_SSL: the login would be sent as clear text',
        ]
      : []),
  ];
};

const areLoopback = (brokers: string): boolean => listOf(brokers).every(isLoopbackBroker);
const isLoopbackBroker = (broker: string): boolean => isLoopback(broker.replace(/:\d+$/, ''));

/** Whether events pass a network as clear text. A warning and not a refusal: many such networks are private. */
export const isPlainKafka = ({ connection: { brokers, tls } }: Kafka): boolean =>
  tls === null && !brokers.every(isLoopbackBroker);
