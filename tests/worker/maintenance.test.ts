import { describe, expect, test } from 'bun:test';
import { ok } from 'neverthrow';
import type { StockSlice } from '../../core/ledger.ts';
import type { Store } from '../../core/store.ts';
import { createMaintenancePolls } from '../../worker/maintenance.ts';
import { createFixtureOpener, createTestLog, haveStatus, withQueue } from './harness.ts';

const open = createFixtureOpener();

describe('the maintenance', () => {
  test('The maintenance recovers a checkout whose outcome was lost', async () => {
    const fixture = await open();
    const orderIds = await fixture.placePaidOrders(['digital'], 'pm_sim_lost_ok');
    expect(await fixture.statuses(orderIds)).toEqual(['paying']);
    const { advance } = fixture.startWorker();
    await advance(14_999);
    expect(await fixture.statuses(orderIds)).toEqual(['paying']);
    await advance(3_001);
    expect(await fixture.statuses(orderIds)).toEqual(['completed']);
  });

  test('The maintenance starts its next round at once while there is more work than one round can do', async () => {
    const fixture = await open();
    const checkouts: string[][] = [];
    for (let count = 0; count < 60; count++)
      checkouts.push(await fixture.placePaidOrders(['digital'], 'pm_sim_lost_ok'));
    fixture.world.advance(15_000);
    const { advance } = fixture.startWorker();
    await advance(100);
    expect(await haveStatus(fixture, checkouts.flat(), 'completed')).toBe(true);

    const { store, world } = fixture;
    const rescuedCounts = [500, 499];
    const { log } = createTestLog();
    const { rescue } = createMaintenancePolls(
      {
        store: withQueue(store, { rescue: async () => ok(rescuedCounts.shift() ?? 0) }),
        mayClaim: () => true,
        recoverPayments: async () => ok(0),
        clock: world.clock,
        log,
        stepLog: () => {},
      },
      { leaseMs: 30_000, reconcileAfterMs: 15_000 },
    );
    expect([(await rescue?.())?._unsafeUnwrap(), (await rescue?.())?._unsafeUnwrap()]).toEqual([0, 15_000]);
  });

  test('The maintenance prunes once a minute', async () => {
    const fixture = await open();
    const prunedMs: number[] = [];
    const store = {
      ...fixture.store,
      prune: (nowMs: number) => {
        prunedMs.push(nowMs);
        return fixture.store.prune(nowMs);
      },
    };
    const startMs = fixture.world.clock.nowMs();
    const { advance } = fixture.startWorker({ store });
    await advance(120_000);
    expect(prunedMs.map((ms) => ms - startMs)).toEqual([0, 60_000, 120_000]);
  });

  test('The maintenance records the queue at the end of each slot of its history', async () => {
    const fixture = await open();
    const recordedMs: number[] = [];
    const store = withQueue(fixture.store, {
      recordHistory: (nowMs) => {
        recordedMs.push(nowMs);
        return fixture.store.queue.recordHistory(nowMs);
      },
    });
    fixture.world.advance(3_000);
    const startMs = fixture.world.clock.nowMs();
    const { advance } = fixture.startWorker({ store });
    await advance(27_000);
    expect(recordedMs.map((ms) => ms - startMs)).toEqual([0, 7_000, 17_000, 27_000]);
    expect((await fixture.store.queue.history(startMs + 27_000))._unsafeUnwrap().at(-1)).toMatchObject({
      finished: [],
      ready: 0,
    });
  });

  test('The maintenance compares the stock slice by slice, and begins again after the last', async () => {
    const fixture = await open();
    const { store, world } = fixture;
    const slices: StockSlice[] = [];
    const compareStock: Store['ledger']['compareStock'] = async (slice) => {
      slices.push(slice);
      const isLast = slices.length % 2 === 0;
      return ok(isLast ? start : { afterProductId: 'p', afterOrderId: 'o' });
    };
    const start: StockSlice = { afterProductId: null, afterOrderId: null };
    const polls = createMaintenancePolls(
      {
        store: { ...store, ledger: { ...store.ledger, compareStock } },
        mayClaim: () => true,
        recoverPayments: async () => ok(0),
        clock: world.clock,
        log: createTestLog().log,
        stepLog: () => {},
      },
      { leaseMs: 30_000, reconcileAfterMs: 15_000 },
    );
    for (let round = 0; round < 3; round++)
      expect((await polls['comparison of the stock']?.())?._unsafeUnwrap()).toBe(5_000);
    expect(slices).toEqual([start, { afterProductId: 'p', afterOrderId: 'o' }, start]);
  });

  test('The maintenance folds names anew slice by slice, and says when it begins, how far it is, and when it is done', async () => {
    const { store, world } = await open();
    const { log, logLines } = createTestLog();
    const slices = [
      { part: 'product', names: 100, isWaiting: false },
      { part: 'orders', names: 0, isWaiting: true },
      { part: 'orders', names: 50, isWaiting: false },
      null,
      null,
    ];
    const refoldNames: Store['refoldNames'] = async () => ok(slices.shift() ?? null);
    const polls = createMaintenancePolls(
      {
        store: { ...store, refoldNames },
        mayClaim: () => true,
        recoverPayments: async () => ok(0),
        clock: world.clock,
        log,
        stepLog: () => {},
      },
      { leaseMs: 30_000, reconcileAfterMs: 15_000 },
    );
    const pauses: number[] = [];
    for (let round = 0; round < 5; round++) {
      pauses.push((await polls['folding of names']?.())?._unsafeUnwrap() ?? -1);
      world.advance(6_000);
    }
    expect(pauses).toEqual([10, 1_000, 10, 3_600_000, 3_600_000]);
    expect(logLines.map(({ message, facts }) => [message, facts])).toEqual([
      ['folding stored names anew; until this is done, searches may miss some of them', {}],
      ['folding stored names anew', { part: 'orders', namesOfThisProcess: 150 }],
      ['all stored names are folded anew', { namesOfThisProcess: 150 }],
    ]);
  });
});
