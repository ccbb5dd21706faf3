import { describe, expect, test } from 'bun:test';
import type { Wakeup } from '../../core/queue.ts';
import { freshPlace, type Open } from './open.ts';
import { known, value } from './shop.ts';

/** What a store does beside its nouns. */
export const upkeepContract = (name: string, open: Open): void => {
  describe(`${name}: store`, () => {
    const place = freshPlace(open);

    test('it answers', async () => {
      expect((await place().store.ping()).isOk()).toBe(true);
    });

    test('a secret is what was kept first, whoever asks at once', async () => {
      const { shop, store } = place();
      await shop.crowd();
      const asked = await Promise.all(
        ['a', 'b', 'c', 'd'].map((fresh) => value(store.secret('demo', fresh))),
      );
      expect(new Set(asked).size).toBe(1);
      expect(await value(store.secret('demo', 'later'))).toBe(known(asked[0]));
      expect(await value(store.secret('other', 'its own'))).toBe('its own');
    });

    test('pruning keeps what still counts', async () => {
      const { shop, store, world } = place();
      await shop.pay([await shop.order(await shop.product())]);
      const [lease] = (await shop.take('physical')).leases;
      await shop.report(known(lease), { kind: 'done', detail: null });
      world.advance(59_000);
      await value(store.prune(shop.now()));
      expect((await value(store.queue.stats(shop.now()))).finishedPerSecond).toBeCloseTo(1 / 60, 6);
      world.advance(600_000);
      await value(store.prune(shop.now()));
      expect((await value(store.queue.stats(shop.now()))).finishedPerSecond).toBe(0);
      expect(await shop.history(known(lease).order.id)).toContain('completed');
    });

    test('a counter of finished tasks is kept for ten minutes', async () => {
      const { shop, store, world } = place();
      await shop.pay([await shop.order(await shop.product())]);
      const [lease] = (await shop.take('physical')).leases;
      await shop.report(known(lease), { kind: 'done', detail: null });
      const finishedAtMs = shop.now();
      const finished = async () => (await value(store.queue.stats(finishedAtMs))).finishedPerSecond;
      world.advance(600_000);
      await value(store.prune(shop.now()));
      expect(await finished()).toBeCloseTo(1 / 60, 6);
      world.advance(1);
      await value(store.prune(shop.now()));
      expect(await finished()).toBe(0);
    });

    test('a hint wakes all who listen, and nobody who no longer does', async () => {
      const { wakeup } = place().store;
      let heard = 0;
      const stop = wakeup.listen(() => {
        heard++;
      });
      await Promise.all([hint(wakeup), hint(wakeup)]);
      expect(heard).toBeGreaterThan(0);

      stop();
      const before = heard;
      await hint(wakeup);
      await hint(wakeup);
      expect(heard).toBe(before);
    });
  });
};

/** Listens until a hint comes. One may be lost, so it is given again and again. */
const hint = (wakeup: Wakeup): Promise<void> =>
  new Promise((resolve) => {
    const again = setInterval(() => wakeup.notify(), 5);
    const stop = wakeup.listen(() => {
      clearInterval(again);
      stop();
      resolve();
    });
  });
