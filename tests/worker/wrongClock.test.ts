import { expect, test } from 'bun:test';
import { createFixtureOpener, haveStatus, withQueue } from './harness.ts';

const open = createFixtureOpener();

test('A worker whose clock is wrong claims, rescues and recovers nothing, until it is right again', async () => {
  const fixture = await open();
  const orderIds = await fixture.placePaidOrders(['physical', 'digital', 'service']);
  const { queue, audits } = fixture.store;
  let calls = 0;
  const store = {
    ...withQueue(fixture.store, {
      rescue: (query) => {
        calls += 1;
        return queue.rescue(query);
      },
    }),
    audits: {
      ...audits,
      claimOpenPayments: (query: Parameters<typeof audits.claimOpenPayments>[0]) => {
        calls += 1;
        return audits.claimOpenPayments(query);
      },
    },
  };
  let isRight = false;
  const { advance } = fixture.startWorker({ store, mayClaim: () => isRight });
  await advance(60_000);
  expect(await haveStatus(fixture, orderIds, 'paid')).toBe(true);
  expect(calls).toBe(0);

  isRight = true;
  await advance(10_000);
  expect(await haveStatus(fixture, orderIds, 'completed')).toBe(true);
  expect(calls).toBeGreaterThan(1);
});
