import { describe, expect, test } from 'bun:test';
import { ok } from 'neverthrow';
import { createFixture } from './harness.ts';
import { createTarget, hourMs, jump, linesWith, subscribe } from './relayFixture.ts';

const droppedLine = 'dropped events that nobody has taken for 30 days';

describe('The relay with many subscriptions and many events', () => {
  test('What a relay reads of subscriptions grows with the batches, and not with their square', async () => {
    const fixture = await createFixture();
    const { store } = fixture;
    const endpoints = 30;
    const orders = 5;
    for (let count = 0; count < endpoints; count++) await subscribe(fixture, ['order.paid']);
    for (let count = 0; count < orders; count++) await fixture.placePaidOrders(['physical']);
    const { target, sent } = createTarget();
    let read = 0;
    const due: typeof store.events.due = async (...query) =>
      (await store.events.due(...query)).map((found) => {
        read += found.length;
        return found;
      });
    const events = { ...store.events, due };
    const { advance } = fixture.startWorker({
      store: { ...store, events },
      eventTargets: [{ ...target, batchMax: 1 }],
    });
    for (let round = 0; round < 4; round++) await advance(500);
    expect(sent).toHaveLength(endpoints * orders);
    // Once by the poll, and once before each batch that follows.
    expect(read).toBeLessThanOrEqual(endpoints * (orders + 1));
  });

  test('Hints make no relay of many subscriptions read them all again and again', async () => {
    const fixture = await createFixture();
    const { store } = fixture;
    const ids: string[] = [];
    for (let count = 0; count < 100; count++) ids.push(await subscribe(fixture, ['order.paid']));
    await fixture.placePaidOrders(['physical']);
    let polls = 0;
    const due: typeof store.events.due = (nowMs, id) => {
      if (id === undefined) polls++;
      return store.events.due(nowMs, id);
    };
    const { target } = createTarget();
    const events = { ...store.events, due };
    const { advance } = fixture.startWorker({ store: { ...store, events }, eventTargets: [target] });
    await advance(1);
    const before = polls;
    for (let round = 0; round < 9; round++) {
      store.wakeup.notify();
      await advance(10);
    }
    expect(polls).toBe(before);
    await advance(10);
    store.wakeup.notify();
    await advance(1);
    expect(polls).toBe(before + 1);
  });

  test('Events that are dropped in many parts are said once, with their number', async () => {
    const fixture = await createFixture();
    const { store } = fixture;
    const left = [1_000, 1_000, 3];
    const drop: typeof store.events.drop = async () => {
      const events = left.shift() ?? 0;
      return ok(events === 0 ? [] : [{ subscriptionId: 'erp', events }]);
    };
    const { advance, logLines } = fixture.startWorker({
      store: { ...store, events: { ...store.events, drop } },
    });
    await advance(1_000);
    expect(linesWith(logLines, droppedLine)).toMatchObject([
      { facts: { subscription: 'erp', events: 2_003 } },
    ]);
  });

  test('What is dropped each minute is said each hour, and the rest when the worker stops', async () => {
    const fixture = await createFixture();
    const { store } = fixture;
    const drop: typeof store.events.drop = async () => ok([{ subscriptionId: 'erp', events: 1 }]);
    const { advance, logLines, stop } = fixture.startWorker({
      store: { ...store, events: { ...store.events, drop } },
    });
    await advance(1_000);
    await jump(fixture, advance, hourMs / 2);
    const said = () => linesWith(logLines, droppedLine).map(({ facts }) => facts?.events);
    expect(said()).toEqual([1]);
    await jump(fixture, advance, hourMs / 2);
    expect(said()).toHaveLength(2);
    await jump(fixture, advance, 60_000);
    await stop();
    expect(said()).toHaveLength(3);
  });
});
