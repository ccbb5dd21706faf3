import { describe, expect, test } from 'bun:test';
import { err, ok } from 'neverthrow';
import type { Store } from '../../core/store.ts';
import { createDatabaseWatch } from '../../server/databaseWatch.ts';
import { createManualTimer, waitTurns } from '../timer.ts';
import { createTestLog } from '../worker/harness.ts';
import { createTestWorld } from '../world.ts';

const down = err({ kind: 'unavailable', reason: 'the database is read-only' } as const);

const openWatch = (ping: Store['ping'], leaseMs = 30_000) => {
  const world = createTestWorld();
  const timer = createManualTimer(world);
  const { log, logLines } = createTestLog();
  const watch = createDatabaseWatch({ ping, clock: world.clock, timer, log }, { leaseMs });
  const lines = () =>
    logLines.map(({ level, message, facts }) => `${level} ${message} ${JSON.stringify(facts)}`);
  return { ...watch, world, lines, advance: timer.advance };
};

describe('the watch of the database', () => {
  test('The database is asked once a second, however many probes come', async () => {
    let asked = 0;
    const watch = openWatch(async () => {
      asked += 1;
      return ok({ nowMs: null });
    });
    const probe = () => Promise.all(Array.from({ length: 50 }, () => watch.isReady()));
    expect(new Set(await probe())).toEqual(new Set([true]));
    await probe();
    expect(asked).toBe(1);
    await watch.advance(1_000);
    await probe();
    expect(asked).toBe(2);
  });

  test('A database that does not answer in time is not ready, and probes do not pile up on it', async () => {
    let asked = 0;
    const watch = openWatch(() => {
      asked += 1;
      return new Promise(() => {});
    });
    const probes = [watch.isReady(), watch.isReady()];
    await watch.advance(2_000);
    expect(await Promise.all(probes)).toEqual([false, false]);
    expect(asked).toBe(1);
  });

  test('An outage is one line when it begins and one when it is over, also if nobody probes', async () => {
    let isDown = false;
    const watch = openWatch(async () => (isDown ? down : ok({ nowMs: null })));
    const stop = await watch.start();
    isDown = true;
    await watch.advance(10_000);
    isDown = false;
    await watch.advance(10_000);
    stop();
    expect(watch.lines()).toEqual([
      expect.stringMatching(/^error the database cannot be used.*read-only/),
      expect.stringMatching(/^info the database can be used again/),
    ]);
  });

  test('A database that fails in an unknown way is not ready, and ends no process', async () => {
    let isBroken = false;
    const watch = openWatch(async () => {
      if (isBroken) throw new Error('relation "heartbeat" does not exist');
      return ok({ nowMs: null });
    });
    const stop = await watch.start();
    isBroken = true;
    await watch.advance(10_000);
    expect(await watch.isReady()).toBe(false);
    isBroken = false;
    await watch.advance(10_000);
    expect(await watch.isReady()).toBe(true);
    stop();
    expect(watch.lines()).toEqual([
      expect.stringMatching(/^error the database cannot be used.*does not exist/),
      expect.stringMatching(/^info the database can be used again/),
    ]);
  });

  test('A clock that differs by more than a second is logged once, and once more when it agrees again', async () => {
    let aheadMs = 900;
    const watch = openWatch(async () => ok({ nowMs: watch.world.clock.nowMs() + aheadMs }));
    const stop = await watch.start();
    for (aheadMs of [900, 1_500, 1_600, -1_500, 0, 0]) await watch.advance(2_000);
    stop();
    expect(watch.lines().map((line) => line.slice(0, 40))).toEqual([
      'warn the clock of this machine differs f',
      'info the clock of this machine agrees wi',
    ]);
    expect(watch.mayClaim()).toBe(true);
  });

  test.each([-1, 1])(
    'A clock that is wrong by more than a quarter of a lease stops claims (%d)',
    async (sign) => {
      let skewMs = 1_250;
      const now = () => watch.world.clock.nowMs() + sign * skewMs;
      const watch = openWatch(async () => ok({ nowMs: now() }), 5_000);
      const stop = await watch.start();
      expect(watch.mayClaim()).toBe(true);
      skewMs = 1_251;
      await watch.advance(2_000);
      expect(watch.mayClaim()).toBe(false);
      expect(watch.lines().at(-1)).toMatch(/^error .*claims no tasks/);
      skewMs = 0;
      await watch.advance(2_000);
      expect(watch.mayClaim()).toBe(true);
      stop();
    },
  );

  test('A slow answer is no difference between clocks', async () => {
    const watch = openWatch(async () => {
      const nowMs = watch.world.clock.nowMs();
      watch.world.advance(1_900);
      return ok({ nowMs });
    }, 120_000);
    await watch.isReady();
    await waitTurns(1);
    expect(watch.lines()).toEqual([]);
    expect(watch.mayClaim()).toBe(true);
  });
});
