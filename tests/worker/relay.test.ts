import { describe, expect, spyOn, test } from 'bun:test';
import { ok } from 'neverthrow';
import type { EventTarget, SendOutcome } from '../../core/eventTarget.ts';
import type { Retention } from '../../core/retention.ts';
import { createFixture } from './harness.ts';
import {
  accepted,
  backlog,
  createTarget,
  hourMs,
  jump,
  linesWith,
  pausedLine,
  refused,
  subscribe,
} from './relayFixture.ts';

describe('The relay of events', () => {
  test('Sends each event of an order once, in its order, until nothing is left', async () => {
    const fixture = await createFixture();
    const { target, typesTo } = createTarget();
    const id = await subscribe(fixture, ['order.paid', 'order.step', 'order.completed']);
    await fixture.placePaidOrders(['physical']);
    const { advance } = fixture.startWorker({ eventTargets: [target] });
    for (let round = 0; round < 20; round++) await advance(500);
    expect(typesTo(id)).toEqual(['order.paid', 'order.step', 'order.step', 'order.completed', 'order.step']);
    expect(await backlog(fixture)).toEqual([{ events: 0, paused: false }]);
  });

  test('A receiver that never answers holds up no other one', async () => {
    const fixture = await createFixture();
    const ids = [await subscribe(fixture, ['order.paid']), await subscribe(fixture, ['order.paid'])];
    const never = new Promise<SendOutcome>(() => {});
    const { target, typesTo } = createTarget((_, { id }) => (id === ids[0] ? never : accepted));
    const { advance } = fixture.startWorker({ eventTargets: [target] }, { shutdownMs: 0 });
    for (let round = 0; round < 5; round++) {
      await fixture.placePaidOrders(['physical']);
      await advance(500);
    }
    await advance(500);
    expect(ids.map((id) => typesTo(id).length)).toEqual([1, 5]);
  });

  test('A failed event is sent again within 5 seconds and holds up only its own order', async () => {
    const fixture = await createFixture();
    const id = await subscribe(fixture, ['order.paid', 'order.completed']);
    let fails: string | null = null;
    const { target, sent } = createTarget(({ subject }) => {
      fails ??= subject;
      return subject === fails ? refused : accepted;
    });
    const bad = await fixture.placePaidOrders(['physical']);
    const { advance } = fixture.startWorker({ eventTargets: [target] });
    await advance(500);
    const good = await fixture.placePaidOrders(['physical']);
    for (let round = 0; round < 11; round++) await advance(500);
    const of = (subject: string | undefined) =>
      sent.filter(({ event }) => event.subject === subject).map(({ event }) => event.type);
    expect(of(bad[0])).toEqual(['order.paid', 'order.paid']);
    expect(of(good[0])).toEqual(['order.paid', 'order.completed']);
    fails = '';
    for (let round = 0; round < 100; round++) await advance(500);
    expect(of(bad[0]).slice(2)).toEqual(['order.paid', 'order.completed']);
    expect(id).toBe(sent[0]?.to ?? '');
  });

  test('The longest pause before the first retry and the wait for a poll are within 5 seconds', async () => {
    const fixture = await createFixture();
    await subscribe(fixture, ['order.paid']);
    const { world } = fixture;
    const failedAtMs: number[] = [];
    const { target } = createTarget(() => {
      world.advance(1);
      failedAtMs.push(world.clock.nowMs());
      return refused;
    });
    await fixture.placePaidOrders(['physical']);
    const random = { ...world.random, unit: () => 1 };
    const { advance } = fixture.startWorker({ world: { ...world, random }, eventTargets: [target] });
    for (let round = 0; round < 12; round++) await advance(500);
    const [first = 0, second = Number.POSITIVE_INFINITY] = failedAtMs;
    expect(second - first).toBeLessThanOrEqual(5_000);
  });

  test('A worker that was frozen past its lease sends nothing that it had claimed, and counts no attempt', async () => {
    const fixture = await createFixture();
    const id = await subscribe(fixture, ['order.paid']);
    await fixture.placePaidOrders(['physical']);
    const { store, world } = fixture;
    let frozenMs = hourMs;
    const claim: typeof store.events.claim = async (query) => {
      const claimed = await store.events.claim(query);
      world.advance(frozenMs);
      return claimed;
    };
    const frozen = createTarget();
    const events = { ...store.events, claim };
    const { advance } = fixture.startWorker({ store: { ...store, events }, eventTargets: [frozen.target] });
    await advance(100);
    expect(frozen.sent).toEqual([]);
    frozenMs = 0;
    await jump(fixture, advance, 2 * hourMs);
    expect(frozen.sent).toMatchObject([{ to: id, event: { type: 'order.paid', attempts: 0, lease: 2 } }]);
  });

  test('An endpoint that takes nothing for three days is asked ever less, then paused, and the log says so', async () => {
    const fixture = await createFixture();
    await subscribe(fixture, ['order.paid']);
    const { target, sent } = createTarget(() => refused);
    for (let order = 0; order < 3; order++) await fixture.placePaidOrders(['physical']);
    const { advance, logLines } = fixture.startWorker({ eventTargets: [target] });
    for (let hour = 0; hour < 71; hour++) await jump(fixture, advance, hourMs);
    expect(await backlog(fixture)).toEqual([{ events: 3, paused: false }]);
    for (let hour = 0; hour < 4; hour++) await jump(fixture, advance, hourMs);
    expect(await backlog(fixture)).toEqual([{ events: 3, paused: true }]);
    expect(sent.length).toBeLessThan(100);
    expect(linesWith(logLines, pausedLine)).toHaveLength(1);
  });

  test('An endpoint that one event has paused is not paused by its next failure, once it goes on', async () => {
    const fixture = await createFixture();
    const { store, world } = fixture;
    const id = await subscribe(fixture, ['order.paid']);
    const [bad] = await fixture.placePaidOrders(['physical']);
    const { target, sent } = createTarget(({ subject }) => (subject === bad ? refused : accepted));
    const { advance } = fixture.startWorker({ eventTargets: [target] });
    const isPaused = async () => (await store.subscriptions.find(id))._unsafeUnwrap()?.paused;
    for (let hour = 0; hour < 80; hour++) {
      // Others are taken, so only the one that is not can pause the endpoint.
      if (!(await isPaused())) await fixture.placePaidOrders(['physical']);
      await jump(fixture, advance, hourMs);
    }
    expect(await isPaused()).toBe(true);
    await store.subscriptions.change({ id, paused: false }, world.clock.nowMs());
    await fixture.placePaidOrders(['physical']);
    const attempts = sent.length;
    await jump(fixture, advance, 60_000);
    await jump(fixture, advance, 60_000);
    expect(sent.slice(attempts).filter(({ event }) => event.subject === bad)).not.toEqual([]);
    expect(await isPaused()).toBe(false);
  });

  test('An endpoint whose receiver answers that it is gone is paused at once, with the reason', async () => {
    const fixture = await createFixture();
    const id = await subscribe(fixture, ['order.paid']);
    const gone: SendOutcome = { error: 'HTTP 410', isGone: true };
    const { target, sent } = createTarget(() => gone);
    await fixture.placePaidOrders(['physical']);
    const { advance, logLines } = fixture.startWorker({ eventTargets: [target] });
    for (let hour = 0; hour < 3; hour++) await jump(fixture, advance, hourMs);
    expect(sent).toHaveLength(1);
    const found = (await fixture.store.subscriptions.find(id))._unsafeUnwrap();
    expect(found).toMatchObject({ paused: true, pauseReason: 'HTTP 410' });
    expect(linesWith(logLines, pausedLine)).toHaveLength(1);
  });

  test('A receiver that asks for a pause gets it, and never one of more than an hour', async () => {
    const fixture = await createFixture();
    await subscribe(fixture, ['order.paid']);
    let retryAfterMs = 90_000;
    const { target, sent } = createTarget(() => ({ error: 'HTTP 429', retryAfterMs }));
    await fixture.placePaidOrders(['physical']);
    const { advance } = fixture.startWorker({ eventTargets: [target] });
    await advance(1_000);
    await jump(fixture, advance, 85_000);
    expect(sent).toHaveLength(1);
    retryAfterMs = 1_000 * hourMs;
    await jump(fixture, advance, 6_000);
    expect(sent).toHaveLength(2);
    await jump(fixture, advance, hourMs);
    expect(sent).toHaveLength(3);
    expect(await backlog(fixture)).toEqual([{ events: 1, paused: false }]);
  });

  test('A pause and a new URL count for the next batch, while a long backlog is being sent', async () => {
    const fixture = await createFixture();
    const { store, world } = fixture;
    const id = await subscribe(fixture, ['order.paid']);
    const urls: string[] = [];
    const target: EventTarget = {
      kind: 'webhook',
      batchMax: 1,
      keepsOrder: false,
      send: async (subscription, events) => {
        urls.push(subscription.target);
        const paused = urls.length === 2;
        const change = { id, ...(paused ? { paused } : { target: 'https://new.example' }) };
        await store.subscriptions.change(change, world.clock.nowMs());
        return events.map(() => accepted);
      },
    };
    for (let order = 0; order < 4; order++) await fixture.placePaidOrders(['physical']);
    const { advance } = fixture.startWorker({ eventTargets: [target] });
    for (let round = 0; round < 5; round++) await advance(500);
    expect(urls).toEqual([`https://${id}.example`, 'https://new.example']);
    expect(await backlog(fixture)).toEqual([{ events: 2, paused: true }]);
  });

  test('Events that nobody has taken for 30 days are dropped, and the log says it once', async () => {
    const fixture = await createFixture();
    const id = await subscribe(fixture, ['order.paid']);
    await fixture.placePaidOrders(['physical']);
    const { advance, logLines } = fixture.startWorker();
    await jump(fixture, advance, 29 * 24 * hourMs);
    await advance(60_000);
    expect(await backlog(fixture)).toMatchObject([{ events: 1 }]);
    for (let day = 0; day < 3; day++) {
      await jump(fixture, advance, 24 * hourMs);
      await advance(60_000);
    }
    expect(await backlog(fixture)).toMatchObject([{ events: 0 }]);
    const lines = linesWith(logLines, 'dropped events that nobody has taken for 30 days');
    expect(lines).toMatchObject([{ facts: { subscription: id, events: 1 } }]);
  });

  test('Events and the log of deliveries are kept for as long as the settings say', async () => {
    const fixture = await createFixture();
    const dayMs = 24 * hourMs;
    const drops = [spyOn(fixture.store.events, 'drop'), spyOn(fixture.store.deliveries, 'drop')];
    const nowMs = fixture.world.clock.nowMs();
    const retention: Retention = {
      ...{ responses: null, ledger: null, activity: null, providerEvents: null, mails: null },
      ...{ events: 7 * dayMs, deliveries: 3 * dayMs },
    };
    const { advance } = fixture.startWorker({}, { retention });
    await advance(1_000);
    expect(drops.map(({ mock }) => mock.calls[0]?.[0])).toEqual([nowMs - 7 * dayMs, nowMs - 3 * dayMs]);
  });

  test('The log of deliveries is dropped after 30 days, part after part until none is left', async () => {
    const fixture = await createFixture();
    const left = [1_000, 1_000, 3];
    const drop = spyOn(fixture.store.deliveries, 'drop').mockImplementation(async () =>
      ok(left.shift() ?? 0),
    );
    const nowMs = fixture.world.clock.nowMs();
    const { advance } = fixture.startWorker();
    await advance(1_000);
    expect(left).toEqual([]);
    expect(drop).toHaveBeenCalledTimes(3);
    expect(drop).toHaveBeenCalledWith(nowMs - 30 * 24 * hourMs, 1_000);
  });
});
