import { describe, expect, test } from 'bun:test';
import type { EventTarget } from '../../core/eventTarget.ts';
import { createFixture } from './harness.ts';
import { accepted, backlog, createTarget, hourMs, jump, refused, subscribe } from './relayFixture.ts';

describe('The relay of events to Kafka', () => {
  test('Kafka is never paused, and takes up where it was', async () => {
    const fixture = await createFixture();
    await subscribe(fixture, ['order.paid'], 'kafka');
    let up = false;
    const { target, sent } = createTarget(() => (up ? accepted : refused), 'kafka');
    await fixture.placePaidOrders(['physical']);
    const { advance, logLines } = fixture.startWorker({ eventTargets: [target] });
    for (let hour = 0; hour < 100; hour++) await jump(fixture, advance, hourMs);
    up = true;
    for (let hour = 0; hour < 2; hour++) await jump(fixture, advance, hourMs);
    expect(await backlog(fixture)).toEqual([{ events: 0, paused: false }]);
    expect(new Set(sent.map(({ event }) => event.body)).size).toBe(1);
    // However long it takes: one line when it begins, and one when it is over.
    const said = logLines.filter(({ message }) => /receiver|delivered/.test(message));
    expect(said).toMatchObject([
      { message: 'a receiver takes no events, so they wait', facts: { kind: 'kafka', error: 'HTTP 503' } },
      { message: 'a receiver takes events again', facts: { afterMs: expect.any(Number) } },
    ]);
  });

  test('Kafka hears several events of an order at once, and none of them before one that failed', async () => {
    const fixture = await createFixture();
    await subscribe(fixture, ['order.placed', 'order.paid'], 'kafka');
    const [bad, good] = [
      ...(await fixture.placePaidOrders(['physical'])),
      ...(await fixture.placePaidOrders(['physical'])),
    ];
    let fails = true;
    const { target, sent } = createTarget(
      ({ subject, type }) => (fails && subject === bad && type === 'order.placed' ? refused : accepted),
      'kafka',
    );
    const { advance } = fixture.startWorker({ eventTargets: [target] });
    await advance(100);
    const both = ['order.placed', 'order.paid'];
    const heard = (subject: string | undefined) =>
      sent.filter(({ event }) => event.subject === subject).map(({ event }) => event.type);
    expect([heard(bad), heard(good)]).toEqual([both, both]);
    fails = false;
    for (let round = 0; round < 10; round++) await advance(500);
    // The later one came after the failed one in the same call. It is sent again after it.
    expect([heard(bad), heard(good)]).toEqual([[...both, ...both], both]);
    expect(sent.at(-1)?.event).toMatchObject({ type: 'order.paid', attempts: 0 });
    expect(await backlog(fixture)).toEqual([{ events: 0, paused: false }]);
  });

  test('After a batch for Kafka that was not full, events gather before the next one', async () => {
    const fixture = await createFixture();
    await subscribe(fixture, ['order.placed'], 'kafka');
    const { target, sent } = createTarget(undefined, 'kafka');
    const batches: number[] = [];
    const send: EventTarget['send'] = (subscription, events, deadlineMs) => {
      batches.push(events.length);
      return target.send(subscription, events, deadlineMs);
    };
    const place = () => fixture.placePaidOrders(['physical']);
    await place();
    const { advance, stop } = fixture.startWorker({ eventTargets: [{ ...target, send }] });
    await advance(1);
    await place();
    await place();
    await advance(50);
    expect(batches).toEqual([1]);
    await advance(60);
    expect(batches).toEqual([1, 2]);
    await place();
    // A worker that stops does not wait for more.
    await stop();
    expect(sent).toHaveLength(3);
    expect(await backlog(fixture)).toEqual([{ events: 1, paused: false }]);
  });

  test('While there are requests, a run has no more events than a turn of background work has room for', async () => {
    const fixture = await createFixture();
    await subscribe(fixture, ['order.placed'], 'kafka');
    const { store } = fixture;
    const limits: number[] = [];
    const claimRun: typeof store.events.claimRun = (query) => {
      limits.push(query.limit);
      return store.events.claimRun(query);
    };
    const { target } = createTarget(undefined, 'kafka');
    await fixture.placePaidOrders(['physical']);
    const events = { ...store.events, claimRun };
    const { advance } = fixture.startWorker({
      store: { ...store, events },
      eventTargets: [{ ...target, batchMax: 2_000 }],
      priority: { work: (turn) => turn(25), end: () => {} },
    });
    await advance(1);
    expect(limits[0]).toBe(500);
  });

  test('While all subscriptions are being sent to, no wake-up asks which are due', async () => {
    const fixture = await createFixture();
    await subscribe(fixture, ['order.placed'], 'kafka');
    const { store } = fixture;
    let asked = 0;
    const due: typeof store.events.due = (nowMs) => {
      asked++;
      return store.events.due(nowMs);
    };
    const { target } = createTarget(undefined, 'kafka');
    const place = () => fixture.placePaidOrders(['physical']);
    await place();
    const events = { ...store.events, due };
    const { advance } = fixture.startWorker({ store: { ...store, events }, eventTargets: [target] });
    await advance(1);
    const before = asked;
    for (let round = 0; round < 5; round++) {
      await place();
      store.wakeup.notify();
      await advance(10);
    }
    expect(asked).toBe(before);
    await advance(60);
    expect(asked).toBe(before + 1);
  });
});
