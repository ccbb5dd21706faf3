import { describe, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventSelection } from '../../adapters/sandbox/event.ts';
import { confirm } from '../../adapters/sandbox/intents.ts';
import { createMemoryRecords } from '../../adapters/sandbox/memoryRecords.ts';
import { createSandboxProvider } from '../../adapters/sandbox/provider.ts';
import { createSqliteRecords } from '../../adapters/sandbox/sqliteRecords.ts';
import { sendDueEvents, startWebhooks } from '../../adapters/sandbox/webhooks.ts';
import type { WebhookRequest } from '../../core/provider.ts';
import { createTestWorld } from '../world.ts';
import { chargeRequest, range, receiveEvents, webhookSecret } from './harness.ts';

const createSandbox = (
  events: EventSelection,
  records = createMemoryRecords(),
  world = createTestWorld(),
) => {
  const provider = createSandboxProvider(records, world, { slowMs: 0, webhookSecret, events });
  return { provider, engine: provider.engine, world };
};

const typesOf = (received: readonly WebhookRequest[]): readonly string[] =>
  received.map(({ body }) => JSON.parse(body).type);

describe('The selection of events', () => {
  /** The types of the events that are sent at once, and of those that are sent later. */
  const sentEvents = async (events: EventSelection) => {
    const { provider, engine, world } = createSandbox(events);
    await provider.charge(chargeRequest('paid'));
    await provider.charge(chargeRequest('declined', 'pm_card_chargeDeclined'));
    await provider.charge(chargeRequest('lost', 'pm_sim_lost_ok'));
    await provider.charge(chargeRequest('late', 'pm_sim_late'));
    const waiting = await provider.charge(chargeRequest('waiting', 'pm_card_authenticationRequired'));
    if (waiting.kind === 'requires_action') await confirm(engine, waiting.reference, 'succeed');
    await provider.cancel(chargeRequest('cancelled'));
    const pending = await provider.charge(chargeRequest('refunded', 'pm_card_pendingRefund'));
    const reference = pending.kind === 'succeeded' ? pending.reference : '';
    await provider.refund({ refundId: 'r', reference, amount: { amount: 1, currency: 'VND' } });
    const first = typesOf(await receiveEvents(engine)).toSorted();
    world.advance(2_000);
    await sendDueEvents({
      engine,
      url: 'http://shop.test',
      secret: webhookSecret,
      fetch: async () => new Response(null, { status: 503 }),
    });
    world.advance(60_000);
    return { first, later: typesOf(await receiveEvents(engine)).toSorted() };
  };

  test('With `all` every event is sent, as Stripe does', async () => {
    expect(await sentEvents('all')).toEqual({
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

  test('The guide names each type, so that it is chosen at Stripe', async () => {
    const guide = readFileSync(new URL('../../docs/operating/run.md', import.meta.url), 'utf8');
    const [, section = ''] = /^## The webhook of Stripe\n([\s\S]*?)^## /m.exec(guide) ?? [];
    const named = new Set([...section.matchAll(/`([a-z_]+(?:\.[a-z_]+)+)`/g)].map(([, type]) => type));
    const { first, later } = await sentEvents('all');
    expect([...first, ...later].filter((type) => !named.has(type))).toEqual([]);
  });

  test('With `deferred` only the events about results that no caller learnt at once are sent', async () => {
    expect(await sentEvents('deferred')).toEqual({
      first: ['payment_intent.succeeded', 'payment_intent.succeeded'],
      later: ['payment_intent.succeeded', 'refund.updated'],
    });
  });

  test('With `none` no event is sent', async () => {
    expect(await sentEvents('none')).toEqual({ first: [], later: [] });
  });

  test('An event is sent once for a key, even after more requests under it', async () => {
    const { provider, engine } = createSandbox('all');
    for (const method of ['pm_card_visa', 'pm_card_chargeDeclined', '?'])
      await provider.charge(chargeRequest('a', method));
    await provider.cancel(chargeRequest('a'));
    expect(typesOf(await receiveEvents(engine))).toEqual(['payment_intent.succeeded']);
  });
});

describe('Webhook requests', () => {
  test('An event is sent again after growing pauses until the receiver accepts it', async () => {
    const { provider, engine, world } = createSandbox('all');
    await provider.charge(chargeRequest('a'));
    const pauses = [];
    for (const _ of range(4)) {
      expect(await receiveEvents(engine, {}, false)).toHaveLength(1);
      expect(await receiveEvents(engine, {}, false)).toHaveLength(0);
      let waitedMs = 0;
      while (
        (await engine.records.due({ nowMs: world.clock.nowMs(), limit: 1 }))._unsafeUnwrap().length === 0
      ) {
        world.advance(1_000);
        waitedMs += 1_000;
      }
      pauses.push(waitedMs);
    }
    expect(pauses).toEqual([1_000, 2_000, 5_000, 15_000]);
    expect(await receiveEvents(engine)).toHaveLength(1);
    world.advance(3_600_000);
    expect(await receiveEvents(engine)).toHaveLength(0);
  });

  test('An event whose request fails is sent again', async () => {
    const { provider, engine, world } = createSandbox('all');
    await provider.charge(chargeRequest('a'));
    const reject = () => Promise.reject(new Error('nobody there'));
    expect(
      await sendDueEvents({ engine, url: 'http://shop.test', secret: webhookSecret, fetch: reject }),
    ).toBe(1);
    world.advance(1_000);
    expect(await receiveEvents(engine)).toHaveLength(1);
  });

  test('Events come twice and in any order if the options say so', async () => {
    const { provider, engine, world } = createSandbox('all');
    for (const n of range(20)) {
      await provider.charge(chargeRequest(`key-${n}`));
      world.advance(10);
    }
    const ids = (await receiveEvents(engine, { duplicates: 1, shuffle: true })).map(
      ({ body }) => JSON.parse(body).id,
    );
    expect(ids).toHaveLength(40);
    expect(new Set(ids).size).toBe(20);
    const order = [...new Set(ids)];
    expect(order).not.toEqual(order.toSorted());
  });

  test('Of several processes with one record store only one sends each event', async () => {
    const records = createMemoryRecords();
    const engines = range(5).map(() => createSandbox('all', records).engine);
    const { provider } = createSandbox('all', records);
    for (const n of range(10)) await provider.charge(chargeRequest(`key-${n}`));
    const received = await Promise.all(engines.map((engine) => receiveEvents(engine)));
    expect(received.flat()).toHaveLength(10);
  });

  test('An event that was not sent survives the end of its process', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'cartwright-events-'));
    const path = join(directory, 'records.db');
    try {
      const first = createSqliteRecords({ path });
      await createSandbox('all', first).provider.charge(chargeRequest('a'));
      await first.close();
      const second = createSqliteRecords({ path });
      expect(typesOf(await receiveEvents(createSandbox('all', second).engine))).toEqual([
        'payment_intent.succeeded',
      ]);
      await second.close();
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});

test('Started webhooks send due events until they are stopped', async () => {
  const { provider, engine } = createSandbox('all');
  const firstBody = Promise.withResolvers<string>();
  const receive = async (sent: Request) => {
    firstBody.resolve(await sent.text());
    return new Response(null, { status: 200 });
  };
  const stop = startWebhooks({
    engine,
    url: 'http://shop.test',
    secret: webhookSecret,
    fetch: receive,
    pollMs: 1,
  });
  await provider.charge(chargeRequest('a'));
  expect(JSON.parse(await firstBody.promise).type).toBe('payment_intent.succeeded');
  await stop();
  await provider.charge(chargeRequest('b'));
  expect(await receiveEvents(engine)).toHaveLength(1);
});
