import { expect, test } from 'bun:test';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { createKafkaTarget } from '../../adapters/kafka/target.ts';
import { systemTimer } from '../../adapters/system/timer.ts';
import type { LeasedEvent } from '../../core/relay.ts';
import type { RelaySubscription } from '../../core/subscription.ts';

const event: LeasedEvent = {
  ...{ id: 'e', kind: 'order', subject: 'order', sequence: 2, type: 'order.paid', atMs: 1 },
  ...{ body: '{"id":"e","dataschema":"/docs","data":null}', attempts: 0, lease: 1 },
};
const subscription: RelaySubscription = {
  ...{
    id: 's',
    kind: 'kafka',
    target: 'orders',
    types: [],
    paused: false,
    pauseReason: null,
    createdAtMs: 0,
  },
  ...{ secrets: [], failures: 0, failingSinceMs: null, retryAtMs: 0 },
};

test('A broker that breaks the connection in the middle of a login ends no process', async () => {
  const broker = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.resetAndDestroy());
  }).listen(0, '127.0.0.1');
  await once(broker, 'listening');
  const target = createKafkaTarget(systemTimer, {
    brokers: [`127.0.0.1:${(broker.address() as AddressInfo).port}`],
    tls: null,
    login: { mechanism: 'PLAIN', username: 'shop', password: 'secret' },
  });
  // An error without a listener fails this test.
  const [outcome] = await target.send(subscription, [event], 5_000);
  expect(outcome?.error).toContain('ECONNRESET');
  await target.close();
  broker.close();
});
