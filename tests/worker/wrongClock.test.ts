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
