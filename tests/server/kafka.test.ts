import { describe, expect, test } from 'bun:test';
import { eventTypes } from '../../core/event.ts';
import { readConfig } from '../../server/config.ts';
import { openKafka } from '../../server/kafka.ts';
import type { Close } from '../../server/process.ts';
import { createMemoryStore } from '../model/store.ts';
import { createTestWorld } from '../world.ts';

const createShop = () => {
  const world = createTestWorld();
  const store = createMemoryStore(world);
  const warnings: string[] = [];
  const log = {
    info: () => {},
    error: () => {},
    debug: () => {},
    warn: (text: string) => warnings.push(text),
  };
  const closers: Close[] = [];
  const open = (env: Readonly<Record<string, string>>) =>
    openKafka(readConfig(env)._unsafeUnwrap(), { world, log }, store, closers);
  const list = async () => (await store.subscriptions.list('kafka'))._unsafeUnwrap();
  return { world, store, warnings, closers, open, list };
};
const brokers = { KAFKA_BROKERS: '127.0.0.1:9' };

describe('A start with Kafka', () => {
  test('Without brokers it writes nothing and opens nothing', async () => {
    const { open, list } = createShop();
    expect(await open({})).toEqual([]);
    expect(await list()).toEqual([]);
  });

  test('Every process but one that reads subscribes the topic, which has one row', async () => {
    const { open, list, closers } = createShop();
    expect(await open({ ...brokers, ROLE: 'read' })).toEqual([]);
    expect(await list()).toEqual([]);
    expect(await open({ ...brokers, ROLE: 'checkout' })).toEqual([]);
    const [target, ...others] = await open({ ...brokers, ROLE: 'worker' });
    expect(target).toMatchObject({ kind: 'kafka' });
    expect(others).toEqual([]);
    expect(await list()).toMatchObject([{ target: 'cartwright.orders', types: eventTypes, paused: false }]);
    await Promise.all(closers.map((close) => close()));
  });

  test('Another topic gets a row of its own, and the old one stays', async () => {
    const { open, list } = createShop();
    await open({ ...brokers, ROLE: 'checkout' });
    await open({ ...brokers, KAFKA_TOPIC: 'orders', ROLE: 'checkout' });
    expect((await list()).map(({ target }) => target)).toEqual(['cartwright.orders', 'orders']);
  });

  test('Types that a later version knows are added, and no row is changed without need', async () => {
    const { world, store, open, list } = createShop();
    const id = world.ids.next(world.clock.nowMs());
    const row = { id, kind: 'kafka', target: 'cartwright.orders', secret: null } as const;
    await store.subscriptions.create({ ...row, types: ['order.paid'] }, world.clock.nowMs());
    await open({ ...brokers, ROLE: 'checkout' });
    const [found] = await list();
    expect(found?.id).toBe(id);
    expect(found?.types.toSorted()).toEqual(eventTypes.toSorted());
    const change = store.subscriptions.change;
    let changes = 0;
    Object.assign(store.subscriptions, {
      change: (...args: Parameters<typeof change>) => {
        changes++;
        return change(...args);
      },
    });
    await open({ ...brokers, ROLE: 'checkout' });
    expect(changes).toBe(0);
  });

  test('In production it warns of events that pass a network as clear text', async () => {
    const production = { NODE_ENV: 'production', AUTH_SECRET: 'Z8rW1vQm4Kx0Tn6Yb3Jc7Fh2Lp9Sd5Ga' };
    for (const [address, count] of [
      ['127.0.0.1:9', 0],
      ['kafka.example:9092', 1],
    ] as const) {
      const { open, warnings } = createShop();
      await open({ ...production, KAFKA_BROKERS: address, ROLE: 'checkout' });
      expect(warnings).toHaveLength(count);
    }
  });
});
