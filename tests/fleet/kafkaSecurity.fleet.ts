import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createScratchFolder } from '../processes/cleanup.ts';
import { addProduct, createClient, placeOrder } from '../processes/client.ts';
import { killAllApps, launchApp, startApp } from '../processes/processes.ts';
import { tokenFor } from '../processes/tokens.ts';
import { type KafkaBroker, kafkaAvailable, startBroker } from './kafkaBroker.ts';
import { readTopic } from './kafkaReader.ts';

const topic = 'orders.secured';

/** An authority, and a certificate that it has signed for `localhost`. */
const createCertificates = () => {
  const folder = createScratchFolder('kafka-tls');
  const path = (name: string) => join(folder, name);
  const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  const newKey = ['-newkey', 'rsa:2048', '-nodes'];
  for (const ca of ['ca', 'other'])
    openssl(
      ...['req', '-x509', ...newKey, '-days', '2', '-subj', `/CN=${ca}`],
      ...['-keyout', path(`${ca}.key`), '-out', path(`${ca}.pem`)],
    );
  openssl('req', ...newKey, '-subj', '/CN=localhost', '-keyout', path('key.pem'), '-out', path('csr.pem'));
  writeFileSync(path('names'), 'subjectAltName=DNS:localhost');
  openssl(
    ...['x509', '-req', '-in', path('csr.pem'), '-CA', path('ca.pem'), '-CAkey', path('ca.key')],
    ...['-days', '2', '-extfile', path('names'), '-out', path('cert.pem')],
  );
  writeFileSync(path('keystore.pem'), readFileSync(path('key.pem')) + readFileSync(path('cert.pem'), 'utf8'));
  return { ca: path('ca.pem'), otherCa: path('other.pem'), keystore: path('keystore.pem') };
};

describe.if(kafkaAvailable())('Kafka with TLS, a login and rights', () => {
  let broker: KafkaBroker;
  let certificates: ReturnType<typeof createCertificates>;
  const users = { shop: 'hunter2', guest: 'hunter3' };
  beforeAll(async () => {
    certificates = createCertificates();
    broker = await startBroker({ keystore: certificates.keystore, users, writer: 'shop' });
    await broker.createTopic(topic, 3);
  });
  afterEach(killAllApps);
  afterAll(() => broker?.kill());

  const settings = (changes: Readonly<Record<string, string>> = {}) => ({
    KAFKA_BROKERS: broker.securedAddress,
    KAFKA_TOPIC: topic,
    KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
    KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
    KAFKA_SASL_USERNAME: 'shop',
    KAFKA_SASL_PASSWORD: users.shop,
    KAFKA_SSL_CA: certificates.ca,
    ...changes,
  });
  const newFile = () => `sqlite:${join(createScratchFolder('kafka-shop', { inMemory: true }), 'shop.db')}`;

  const examine = async (env: Readonly<Record<string, string>>): Promise<string> => {
    const doctor = await launchApp({ databaseUrl: newFile(), program: 'server/doctor.ts', env });
    await doctor.stopped;
    expect(doctor.output()).not.toMatch(/hunter|^\s+at /m);
    return doctor.output().replace(/ +/g, ' ');
  };

  test.each(['SCRAM-SHA-512', 'PLAIN'])('Events come by TLS and %s', async (mechanism) => {
    const before = (await readTopic(broker.address, topic)).length;
    const env = settings({ KAFKA_SASL_MECHANISM: mechanism });
    const app = await startApp({ databaseUrl: newFile(), env });
    const operator = createClient(app.url, await tokenFor('op@shop.test', 'operator'));
    const customer = createClient(app.url, await tokenFor('lan@shop.test'));
    const orderId = await placeOrder(customer, await addProduct(operator, { code: 'TLS' }));
    const untilMs = Date.now() + 60_000;
    while ((await readTopic(broker.address, topic)).length === before && Date.now() < untilMs)
      await new Promise((resolve) => setTimeout(resolve, 50));
    const messages = await readTopic(broker.address, topic);
    const message = messages.find(({ key }) => key === orderId);
    expect(message?.headers).toEqual({ 'content-type': 'application/cloudevents+json; charset=UTF-8' });
    expect(JSON.parse(message?.value ?? '')).toMatchObject({
      ...{ specversion: '1.0', type: 'order.placed', subject: orderId, sequence: 2 },
      data: { order: { id: orderId, status: 'pending' } },
    });
  });

  test('The doctor passes, and writes nothing', async () => {
    const before = (await readTopic(broker.address, topic)).length;
    const output = await examine(settings());
    expect(output).toContain(`ok Kafka ${broker.securedAddress} answers and takes the login`);
    expect(output).toContain(`ok Kafka its topic ${topic} has 3 partitions and takes our events`);
    expect(await readTopic(broker.address, topic)).toHaveLength(before);
  });

  test('The doctor names the broker that has answered, and no other', async () => {
    const output = await examine(settings({ KAFKA_BROKERS: `127.0.0.1:1,${broker.securedAddress}` }));
    expect(output).toContain(`ok Kafka ${broker.securedAddress} answers and takes the login`);
  });

  test('The doctor says what is wrong, and what to do about it', async () => {
    for (const [changes, wrong, advice] of [
      [{ KAFKA_SASL_PASSWORD: 'hunter4' }, /authentication/i, 'check KAFKA_SASL_MECHANISM, KAFKA_SASL_USER'],
      [{ KAFKA_SASL_MECHANISM: 'SCRAM-SHA-256' }, /mechanism/i, 'check KAFKA_SASL_MECHANISM'],
      [{ KAFKA_SSL_CA: certificates.otherCa }, /certificate|issuer/i, 'KAFKA_SSL_CA=/path/to/ca.pem'],
      [{ KAFKA_TOPIC: 'nowhere' }, /there is no topic nowhere/, 'kafka-topics.sh --create --topic nowhere'],
      [
        { KAFKA_SASL_USERNAME: 'guest', KAFKA_SASL_PASSWORD: users.guest },
        /we may not write to the topic/,
        '--producer --topic orders.secured',
      ],
      [{ KAFKA_BROKERS: broker.address }, /TLS|SSL|closed|reset/i, 'KAFKA_SECURITY_PROTOCOL'],
    ] as const) {
      const output = await examine(settings(changes));
      const [line = ''] = /wrong Kafka .*\n.*/.exec(output) ?? [output];
      expect(line).toMatch(wrong);
      expect(line).toContain(advice);
    }
  });
});
