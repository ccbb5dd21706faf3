import { expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '../../server/config.ts';
import { createScratchFolder } from '../processes/cleanup.ts';

type Env = Readonly<Record<string, string>>;

const kafkaOf = (env: Env) => readConfig(env)._unsafeUnwrap().kafka;
const errorsOf = (env: Env) => readConfig(env)._unsafeUnwrapErr();

const file = (name: string, text: string): string => {
  const path = join(createScratchFolder('pem'), name);
  writeFileSync(path, text);
  return path;
};
const certificate = '-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n';
const key = '-----BEGIN PRIVATE KEY-----\nMA==\n-----END PRIVATE KEY-----\n';
const brokers = { KAFKA_BROKERS: 'kafka-1:9092, kafka-2:9093' };
const login = {
  KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
  KAFKA_SASL_USERNAME: 'shop',
  KAFKA_SASL_PASSWORD: 'hunter2',
};

test('Without brokers no events are sent to Kafka', () => {
  expect(kafkaOf({})).toBeNull();
});

test('The brokers are enough, and the topic has a default', () => {
  expect(kafkaOf(brokers)).toEqual({
    topic: 'cartwright.orders',
    connection: { brokers: ['kafka-1:9092', 'kafka-2:9093'], tls: null, login: null },
  });
  expect(kafkaOf({ KAFKA_BROKERS: '[::1]:9092', KAFKA_TOPIC: 'a.b_c-D' })?.topic).toBe('a.b_c-D');
});

test('A login and TLS are read, and certificates from their files', () => {
  const ca = file('ca.pem', certificate);
  expect(
    kafkaOf({ ...brokers, ...login, KAFKA_SECURITY_PROTOCOL: 'SASL_SSL', KAFKA_SSL_CA: ca })?.connection,
  ).toMatchObject({
    tls: { ca: certificate, certificate: null, key: null },
    login: { mechanism: 'SCRAM-SHA-512', username: 'shop', password: 'hunter2' },
  });
  const ours = { KAFKA_SSL_CERTIFICATE: ca, KAFKA_SSL_KEY: file('key.pem', key) };
  expect(kafkaOf({ ...brokers, ...ours, KAFKA_SECURITY_PROTOCOL: 'SSL' })?.connection).toMatchObject({
    tls: { ca: null, certificate, key },
    login: null,
  });
});

test('Settings of Kafka that cannot work are refused by name, and no line has the password', () => {
  const ca = file('ca.pem', certificate);
  const locked = '-----BEGIN ENCRYPTED PRIVATE KEY-----';
  const production = { NODE_ENV: 'production', AUTH_SECRET: 'Z8rW1vQm4Kx0Tn6Yb3Jc7Fh2Lp9Sd5Ga' };
  for (const [env, error] of [
    [
      { KAFKA_BROKERS: 'kafka-1' },
      'KAFKA_BROKERS is "kafka-1": write the host and port of each broker, such as kafka-1:9092,kafka-2:9092',
    ],
    [
      { KAFKA_BROKERS: 'kafka:70000' },
      'KAFKA_BROKERS is "kafka:70000": write the host and port of each broker, such as kafka-1:9092,kafka-2:9092',
    ],
    [
      { ...brokers, KAFKA_TOPIC: 'orders/new' },
      'KAFKA_TOPIC is "orders/new": write up to 249 letters, digits, dots, hyphens and underscores',
    ],
    [
      { KAFKA_TOPIC: 'orders' },
      'KAFKA_TOPIC is set, but KAFKA_BROKERS is not: set it, or remove KAFKA_TOPIC',
    ],
    [
      { ...brokers, KAFKA_SECURITY_PROTOCOL: 'TLS' },
      'KAFKA_SECURITY_PROTOCOL is "TLS": write PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL',
    ],
    [
      { ...brokers, KAFKA_SECURITY_PROTOCOL: 'SASL_SSL', ...login, KAFKA_SASL_PASSWORD: '' },
      'KAFKA_SASL_PASSWORD is not set, but KAFKA_SECURITY_PROTOCOL=SASL_SSL needs it',
    ],
    [
      { ...brokers, KAFKA_SECURITY_PROTOCOL: 'SASL_SSL', ...login, KAFKA_SASL_MECHANISM: 'GSSAPI' },
      'KAFKA_SASL_MECHANISM is "GSSAPI": write PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512',
    ],
    [
      { ...brokers, KAFKA_SASL_PASSWORD: 'hunter2' },
      'KAFKA_SASL_PASSWORD is set, but KAFKA_SECURITY_PROTOCOL is PLAINTEXT: set SASL_SSL, or remove it',
    ],
    [
      { ...brokers, KAFKA_SSL_CA: ca },
      'KAFKA_SSL_CA is set, but KAFKA_SECURITY_PROTOCOL is PLAINTEXT: set SSL or SASL_SSL, or remove it',
    ],
    [
      { ...brokers, KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_CA: '/nowhere/ca.pem' },
      'KAFKA_SSL_CA is "/nowhere/ca.pem": write the path of a file that this user can read (ENOENT)',
    ],
    [
      { ...brokers, KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_CERTIFICATE: ca },
      'KAFKA_SSL_KEY is not set, but KAFKA_SSL_CERTIFICATE is: a certificate needs its key',
    ],
    [
      { ...production, ...brokers, ...login, KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT' },
      'KAFKA_SECURITY_PROTOCOL is SASL_PLAINTEXT, but NODE_ENV=production needs SASL_SSL: the login would be sent as clear text',
    ],
  ] as const)
    expect(errorsOf(env)).toEqual([error]);

  const noPem = file('no.pem', 'certificate');
  const keyFile = file('locked.pem', locked);
  const tls = { ...brokers, KAFKA_SECURITY_PROTOCOL: 'SSL' };
  expect(errorsOf({ ...tls, KAFKA_SSL_CA: noPem })[0]).toEndWith('a file in PEM that has a certificate');
  expect(errorsOf({ ...tls, KAFKA_SSL_CERTIFICATE: ca, KAFKA_SSL_KEY: keyFile })[0]).toEndWith(
    'write a file whose key has no password',
  );
});
