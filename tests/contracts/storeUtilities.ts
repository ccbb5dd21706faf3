import { describe, expect, test } from 'bun:test';
import type { Hint } from '../../core/hint.ts';
import type { Wakeup } from '../../core/queue.ts';
import { defined, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** What a store offers besides its ports: ping, secrets, pruning and wakeups. */
export const storeUtilitiesContract = (name: string, open: OpenStore): void => {
  describe(`${name}: store utilities`, () => {
    const context = useFreshStore(open);

    test('A ping of an open store succeeds', async () => {
      expect((await context().store.ping()).isOk()).toBe(true);
    });

    test('A secret keeps its first value when many callers ask at once', async () => {
      const { fixture, store } = context();
      await fixture.openConnections();
      const secrets = await Promise.all(
        ['a', 'b', 'c', 'd'].map((fresh) => unwrap(store.secret('demo', fresh))),
      );
      expect(new Set(secrets).size).toBe(1);
      expect(await unwrap(store.secret('demo', 'later'))).toBe(defined(secrets[0]));
      expect(await unwrap(store.secret('other', 'another'))).toBe('another');
    });

    test('Pruning keeps the order history and the counters of the last minute', async () => {
      const { fixture, store, world } = context();
      await fixture.pay([await fixture.placeOrder(await fixture.createProduct())]);
      const [lease] = (await fixture.claimTasks('physical')).leases;
      await fixture.report(defined(lease), { kind: 'done', detail: null });
      world.advance(59_000);
      await unwrap(store.prune(fixture.now()));
      expect((await unwrap(store.queue.stats(fixture.now()))).finishedPerSecond).toBeCloseTo(1 / 60, 6);
      world.advance(600_000);
      await unwrap(store.prune(fixture.now()));
      expect((await unwrap(store.queue.stats(fixture.now()))).finishedPerSecond).toBe(0);
      expect(await fixture.historyStates(defined(lease).order.id)).toContain('completed');
    });

    test('A counter of finished tasks is kept for ten minutes', async () => {
      const { fixture, store, world } = context();
      await fixture.pay([await fixture.placeOrder(await fixture.createProduct())]);
      const [lease] = (await fixture.claimTasks('physical')).leases;
      await fixture.report(defined(lease), { kind: 'done', detail: null });
      const finishedAtMs = fixture.now();
      const finished = async () => (await unwrap(store.queue.stats(finishedAtMs))).finishedPerSecond;
      world.advance(600_000);
      await unwrap(store.prune(fixture.now()));
      expect(await finished()).toBeCloseTo(1 / 60, 6);
      world.advance(1);
      await unwrap(store.prune(fixture.now()));
      expect(await finished()).toBe(0);
    });

    test('A wakeup hint reaches every listener, and no listener that has stopped', async () => {
      const { wakeup } = context().store;
      let hints = 0;
      const stop = wakeup.listen(() => {
        hints++;
      });
      await Promise.all([sendHint(wakeup), sendHint(wakeup)]);
      expect(hints).toBeGreaterThan(0);

      stop();
      const before = hints;
      await sendHint(wakeup);
      await sendHint(wakeup);
      expect(hints).toBe(before);
    });

    test('A wakeup hint names its pipelines, and hints that are sent as one name those of all', async () => {
      const { wakeup } = context().store;
      // Hints that are under way may come first, and be sent as one with these.
      const untilHeard = (expected: Hint, sent: readonly Hint[]) =>
        new Promise<void>((resolve) => {
          const sending = setInterval(() => {
            for (const hint of sent) wakeup.notify(hint);
          }, 5);
          const stop = wakeup.listen((hint) => {
            if (JSON.stringify(hint?.toSorted() ?? null) !== JSON.stringify(expected)) return;
            clearInterval(sending);
            stop();
            resolve();
          });
        });
      await untilHeard(['physical'], [['physical']]);
      await untilHeard(
        ['digital', 'physical', 'refund'],
        [['physical', 'digital'], ['physical'], ['refund']],
      );
      await untilHeard(null, [['physical'], null]);
      await untilHeard(['service'], [['service']]);
    });
  });
};

/** Sends hints until one arrives, because a hint may be lost. */
const sendHint = (wakeup: Wakeup): Promise<void> =>
  new Promise((resolve) => {
    const sending = setInterval(() => wakeup.notify(), 5);
    const stop = wakeup.listen(() => {
      clearInterval(sending);
      stop();
      resolve();
    });
  });
