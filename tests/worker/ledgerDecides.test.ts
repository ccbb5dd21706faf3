import { expect, test } from 'bun:test';
import { createFixtureOpener } from './harness.ts';

const open = createFixtureOpener();
const hourMs = 3_600_000;
const unknown = async () => ({ kind: 'unknown', reason: 'no response' }) as const;

test('Past the provider’s memory for keys a worker asks its ledger, and pays the orders or gives them up', async () => {
  const fixture = await open();
  const charged = await fixture.placePaidOrders(['digital'], 'pm_sim_lost_ok');
  const notCharged = await fixture.placePaidOrders(['digital'], 'pm_sim_lost_declined');
  const provider = { ...fixture.provider, charge: unknown, cancel: unknown };
  const { advance } = fixture.startWorker({ provider });
  const hours = async (count: number) => {
    for (let hour = 0; hour < count; hour++) {
      fixture.world.advance(hourMs - 5_000);
      await advance(5_000);
    }
  };
  await hours(23);
  expect(await fixture.statuses([...charged, ...notCharged])).toEqual(['paying', 'paying']);
  await hours(3);
  expect(await fixture.statuses([...charged, ...notCharged])).toEqual(['completed', 'paying']);
  await hours(14);
  expect(await fixture.statuses(notCharged)).toEqual(['paying']);
  await hours(4);
  // Released, and older than a pending order may be.
  expect(await fixture.statuses(notCharged)).toEqual(['cancelled']);
  const counts = (await fixture.store.ledger.counts(fixture.world.clock.nowMs()))._unsafeUnwrap();
  expect(Object.values(counts).filter(({ count }) => count > 0)).toEqual([]);
  const { items } = (await fixture.store.ledger.reconciliations({ after: null, limit: 100 }))._unsafeUnwrap();
  expect(items.map(({ day }) => day)).toEqual(['2026-03-02', '2026-03-01', '2026-03-01']);
}, 120_000);
