import { expect, test } from 'bun:test';
import { createFixtureOpener, haveStatus, withQueue } from './harness.ts';

const open = createFixtureOpener();

test('A worker whose clock is wrong claims, rescues, recovers and cancels nothing, until it is right again', async () => {
  const fixture = await open();
  const orderIds = await fixture.placePaidOrders(['physical', 'digital', 'service']);
  const { queue, audits, orders } = fixture.store;
  const calls = new Set<string>();
  const store = {
    ...withQueue(fixture.store, {
      rescue: (query) => {
        calls.add('rescue');
        return queue.rescue(query);
      },
    }),
    audits: {
      ...audits,
      claimOpenPayments: (query: Parameters<typeof audits.claimOpenPayments>[0]) => {
        calls.add('claimOpenPayments');
        return audits.claimOpenPayments(query);
      },
    },
    orders: {
      ...orders,
      cancelExpired: (query: Parameters<typeof orders.cancelExpired>[0]) => {
        calls.add('cancelExpired');
        return orders.cancelExpired(query);
      },
    },
  };
  let isRight = false;
  const { advance } = fixture.startWorker({ store, mayClaim: () => isRight });
  await advance(60_000);
  expect(await haveStatus(fixture, orderIds, 'paid')).toBe(true);
  expect([...calls]).toEqual([]);

  isRight = true;
  await advance(10_000);
  expect(await haveStatus(fixture, orderIds, 'completed')).toBe(true);
  expect([...calls].sort()).toEqual(['cancelExpired', 'claimOpenPayments', 'rescue']);
});

test('A worker whose clock is wrong deletes nothing: all of it could be too old by that clock', async () => {
  const fixture = await open();
  const { store } = fixture;
  const calls = new Set<string>();
  const watched =
    <Args extends readonly unknown[], R>(name: string, run: (...args: Args) => R) =>
    (...args: Args): R => {
      calls.add(name);
      return run(...args);
    };
  const dayMs = 86_400_000;
  const retention = {
    ...{ responses: dayMs, ledger: dayMs, activity: dayMs, providerEvents: dayMs, mails: dayMs },
    ...{ events: dayMs, deliveries: dayMs },
  };
  let isRight = false;
  const { advance } = fixture.startWorker(
    {
      store: {
        ...store,
        prune: watched('prune', store.prune),
        dropOld: watched('dropOld', store.dropOld),
        events: { ...store.events, drop: watched('events', store.events.drop) },
        deliveries: { ...store.deliveries, drop: watched('deliveries', store.deliveries.drop) },
      },
      mayClaim: () => isRight,
    },
    { retention },
  );
  await advance(60_000);
  expect([...calls]).toEqual([]);
  isRight = true;
  await advance(10_000);
  expect([...calls].sort()).toEqual(['deliveries', 'dropOld', 'events', 'prune']);
});
