import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Producer, stringSerializers } from '@platformatic/kafka';
import { createKafkaTarget } from '../../adapters/kafka/target.ts';
import { systemTimer } from '../../adapters/system/timer.ts';
import type { LeasedEvent } from '../../core/relay.ts';
import type { RelaySubscription } from '../../core/subscription.ts';
import { createScratchFolder, killOnExit } from '../processes/cleanup.ts';
import { type KafkaBroker, kafkaAvailable, startBroker } from './kafkaBroker.ts';
import { readTopic } from './kafkaReader.ts';

const topic = 'orders.consumer';
const deadLetters = 'orders.consumer.dead';
const program = fileURLToPath(new URL('../../docs/examples/productService.ts', import.meta.url));

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.if(kafkaAvailable())('The example of a service that listens to Kafka', () => {
  let broker: KafkaBroker;
  beforeAll(async () => {
    broker = await startBroker();
    await broker.createTopic(topic, 3);
    await broker.createTopic(deadLetters, 1);
  });
  afterAll(() => broker?.kill());

  const startService = (file: string) => {
    const child = spawn(process.execPath, [program], {
      env: {
        ...{ PATH: process.env.PATH, HOME: process.env.HOME },
        ...{ KAFKA_BROKERS: broker.address, KAFKA_TOPIC: topic },
        ...{ DEAD_LETTERS: deadLetters, READ_MODEL: file },
      },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    killOnExit(child);
    const exited = once(child, 'exit');
    return {
      kill: async () => {
        child.kill('SIGKILL');
        const [code, signal] = await exited;
        if (signal !== 'SIGKILL') throw new Error(`the service ended by itself with ${code}`);
      },
    };
  };

  const eventOf = (index: number, type: string, quantity: number): LeasedEvent => {
    const subject = `order-${index}`;
    const id = `${type}-${index}`;
    const order = { product: { code: `P-${index % 7}` }, quantity };
    const body = { id, type, subject, time: 'now', sequence: 2, dataschema: '/docs', data: { order } };
    const fields = { kind: 'order', subject, sequence: 2, atMs: Date.now(), attempts: 0, lease: 1 } as const;
    return { ...fields, type, id, body: JSON.stringify(body) };
  };

  /** Null until the file is there. */
  const readModel = (file: string) => {
    if (!existsSync(file)) return null;
    const database = new Database(file, { readonly: true });
    try {
      const [heard] = database.query<{ count: number }, []>('select count(*) as count from heard').all();
      const rows = database.query<{ code: string; sold: number }, []>('select code, sold from product').all();
      return {
        heard: heard?.count ?? 0,
        sold: Object.fromEntries(rows.map(({ code, sold }) => [code, sold])),
      };
    } catch {
      return null;
    } finally {
      database.close();
    }
  };

  test('Each event counts once, though it is sent twice and the service is killed', async () => {
    const orders = 3_000;
    const file = join(createScratchFolder('products', { inMemory: true }), 'products.db');
    const sold: Record<string, number> = {};
    const events = Array.from({ length: orders }, (_, index) => {
      const quantity = 1 + (index % 3);
      const code = `P-${index % 7}`;
      const isRefund = index % 10 === 0;
      sold[code] = (sold[code] ?? 0) + (isRefund ? 0 : quantity);
      return [
        eventOf(index, 'order.paid', quantity),
        // Of this type nothing changes, and of the refund all of it.
        eventOf(index, isRefund ? 'order.refunded' : 'order.completed', quantity),
      ];
    }).flat();
    const target = createKafkaTarget(systemTimer, { brokers: [broker.address], tls: null, login: null });
    const subscription: RelaySubscription = {
      ...{ id: 's', kind: 'kafka', target: topic, types: [], paused: false, pauseReason: null },
      ...{ createdAtMs: 0, secrets: [], failures: 0, failingSinceMs: null, retryAtMs: 0 },
    };
    const unreadable = ['{', '', '{"id":"1"}', 'null', '[]'];
    const raw = new Producer({
      ...{ clientId: 'tests', bootstrapBrokers: [broker.address], serializers: stringSerializers },
    });
    for (let from = 0; from < events.length; from += 500) {
      const batch = events.slice(from, from + 500);
      for (let twice = 0; twice < 2; twice++)
        expect(new Set((await target.send(subscription, batch, 30_000)).map(({ error }) => error))).toEqual(
          new Set([null]),
        );
      const value = unreadable[(from / 500) % unreadable.length] ?? '';
      await raw.send({ messages: [{ topic, key: `bad-${from}`, value }] });
    }
    await target.close();
    await raw.close();

    const untilMs = Date.now() + 120_000;
    let kills = 0;
    let service = startService(file);
    for (let heard = 0; heard < events.length && Date.now() < untilMs; ) {
      await pause(20);
      const now = readModel(file)?.heard ?? 0;
      // Killed once for each part that it gets through, and then started again.
      if (now > heard && now < events.length && kills < 5 && now >= (events.length / 6) * kills) {
        await service.kill();
        kills++;
        service = startService(file);
      }
      heard = now;
    }
    // The last message of a partition may be one that it cannot read.
    const buried = async () =>
      new Set((await readTopic(broker.address, deadLetters)).map(({ key }) => key)).size;
    while ((await buried()) < events.length / 500 && Date.now() < untilMs) await pause(200);
    await service.kill();

    expect(kills).toBeGreaterThan(1);
    expect(readModel(file)).toEqual({ heard: events.length, sold });
    const dead = await readTopic(broker.address, deadLetters);
    const places = new Set(dead.map(({ headers }) => `${headers.partition} ${headers.offset}`));
    expect(places.size).toBe(events.length / 500);
    expect(new Set(dead.map(({ value }) => value))).toEqual(new Set(unreadable));
  });
});
