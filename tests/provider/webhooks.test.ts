import { describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventPayload } from '../../adapters/sandbox/event.ts';
import { confirm } from '../../adapters/sandbox/intents.ts';
import { createMemoryRecords } from '../../adapters/sandbox/memoryRecords.ts';
import { createSandboxProvider } from '../../adapters/sandbox/provider.ts';
import { createSqliteRecords } from '../../adapters/sandbox/sqliteRecords.ts';
import { sendDueEvents, startWebhooks } from '../../adapters/sandbox/webhooks.ts';
import type { WebhookRequest } from '../../core/provider.ts';
import { testWorld } from '../world.ts';
import { deliveries, range, request, secret } from './harness.ts';

const simulator = (events: EventPayload, book = createMemoryRecords(), world = testWorld()) => {
  const provider = createSandboxProvider(book, world, { slowMs: 0, webhookSecret: secret, events });
  return { provider, engine: provider.engine, world };
};

const typesOf = (arrived: readonly WebhookRequest[]): readonly string[] =>
  arrived.map(({ body }) => JSON.parse(body).type);

describe('which events are told', () => {
  const happen = async (events: EventPayload) => {
    const { provider, engine, world } = simulator(events);
    await provider.charge(request('paid'));
    await provider.charge(request('declined', 'pm_card_chargeDeclined'));
    await provider.charge(request('lost', 'pm_sim_lost_ok'));
    await provider.charge(request('late', 'pm_sim_late'));
    const waiting = await provider.charge(request('waiting', 'pm_card_authenticationRequired'));
    if (waiting.kind === 'requires_action') await confirm(engine, waiting.reference, 'succeed');
    await provider.cancel(request('burnt'));
    const pending = await provider.charge(request('refunded', 'pm_card_pendingRefund'));
    const reference = pending.kind === 'succeeded' ? pending.reference : '';
    await provider.refund({ refundId: 'r', reference, amount: { amount: 1, currency: 'VND' } });
    const first = typesOf(await deliveries(engine)).toSorted();
    world.advance(2_000);
    await sendDueEvents({
      engine,
      url: 'http://shop.test',
      secret,
      deliver: async () => new Response(null, { status: 503 }),
    });
    world.advance(60_000);
    return { first, later: typesOf(await deliveries(engine)).toSorted() };
  };

  test('all of them, as Stripe does', async () => {
    expect(await happen('all')).toEqual({
      first: [
        'payment_intent.canceled',
        'payment_intent.payment_failed',
        'payment_intent.requires_action',
        ...range(4).map(() => 'payment_intent.succeeded'),
        'refund.created',
      ],
      later: ['payment_intent.succeeded', 'refund.updated'],
    });
  });

  test('those that no caller was told of at once', async () => {
    expect(await happen('deferred')).toEqual({
      first: ['payment_intent.succeeded', 'payment_intent.succeeded'],
      later: ['payment_intent.succeeded', 'refund.updated'],
    });
  });

  test('none', async () => {
    expect(await happen('none')).toEqual({ first: [], later: [] });
  });

  test('once for a key, however often it is sent', async () => {
    const { provider, engine } = simulator('all');
    for (const method of ['pm_card_visa', 'pm_card_chargeDeclined', '?'])
      await provider.charge(request('a', method));
    await provider.cancel(request('a'));
    expect(typesOf(await deliveries(engine))).toEqual(['payment_intent.succeeded']);
  });
});

describe('an event', () => {
  test('is told until it is heard, after longer and longer pauses, and then no more', async () => {
    const { provider, engine, world } = simulator('all');
    await provider.charge(request('a'));
    const pauses = [];
    for (const _ of range(4)) {
      expect(await deliveries(engine, {}, false)).toHaveLength(1);
      expect(await deliveries(engine, {}, false)).toHaveLength(0);
      let waitedMs = 0;
      while ((await engine.book.due({ nowMs: world.clock.nowMs(), limit: 1 }))._unsafeUnwrap().length === 0) {
        world.advance(1_000);
        waitedMs += 1_000;
      }
      pauses.push(waitedMs);
    }
    expect(pauses).toEqual([1_000, 2_000, 5_000, 15_000]);
    expect(await deliveries(engine)).toHaveLength(1);
    world.advance(3_600_000);
    expect(await deliveries(engine)).toHaveLength(0);
  });

  test('whose delivery fails is told again', async () => {
    const { provider, engine, world } = simulator('all');
    await provider.charge(request('a'));
    const deliver = () => Promise.reject(new Error('nobody there'));
    expect(await sendDueEvents({ engine, url: 'http://shop.test', secret, deliver })).toBe(1);
    world.advance(1_000);
    expect(await deliveries(engine)).toHaveLength(1);
  });

  test('may come twice, and in any order, where that is asked for', async () => {
    const { provider, engine, world } = simulator('all');
    for (const n of range(20)) {
      await provider.charge(request(`key-${n}`));
      world.advance(10);
    }
    const ids = (await deliveries(engine, { duplicates: 1, shuffle: true })).map(
      ({ body }) => JSON.parse(body).id,
    );
    expect(ids).toHaveLength(40);
    expect(new Set(ids).size).toBe(20);
    const order = [...new Set(ids)];
    expect(order).not.toEqual(order.toSorted());
  });

  test('of many processes over one book is told by one', async () => {
    const book = createMemoryRecords();
    const engines = range(5).map(() => simulator('all', book).engine);
    const { provider } = simulator('all', book);
    for (const n of range(10)) await provider.charge(request(`key-${n}`));
    const arrived = await Promise.all(engines.map((engine) => deliveries(engine)));
    expect(arrived.flat()).toHaveLength(10);
  });

  test('that was not told outlives its process', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'cartwright-events-'));
    const path = join(directory, 'book.db');
    try {
      const first = createSqliteRecords({ path });
      await simulator('all', first).provider.charge(request('a'));
      await first.close();
      const second = createSqliteRecords({ path });
      expect(typesOf(await deliveries(simulator('all', second).engine))).toEqual([
        'payment_intent.succeeded',
      ]);
      await second.close();
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});

test('the sender finds what is due by itself, and stops when it is told to', async () => {
  const { provider, engine } = simulator('all');
  const heard = Promise.withResolvers<string>();
  const deliver = async (sent: Request) => {
    heard.resolve(await sent.text());
    return new Response(null, { status: 200 });
  };
  const stop = startWebhooks({ engine, url: 'http://shop.test', secret, deliver, pollMs: 1 });
  await provider.charge(request('a'));
  expect(JSON.parse(await heard.promise).type).toBe('payment_intent.succeeded');
  await stop();
  await provider.charge(request('b'));
  expect(await deliveries(engine)).toHaveLength(1);
});
