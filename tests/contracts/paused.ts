import { describe, expect, test } from 'bun:test';
import { freshPlace, type Open } from './open.ts';
import { known, refused, value } from './shop.ts';

/** Tasks that a refund of their whole order holds. What the refund itself does is in refunds.ts and returns.ts. */
export const pausedContract = (name: string, open: Open): void => {
  describe(`${name}: paused tasks`, () => {
    const place = freshPlace(open);

    test('a paused task is counted and listed as paused, and is never the oldest that is ready', async () => {
      const { shop, store, world } = place();
      const [physical, digital] = await shop.products([shop.draft(), shop.draft({ type: 'digital' })]);
      const [orders, others] = [
        await shop.orders(Array(2).fill(known(physical))),
        await shop.orders([known(digital)]),
      ];
      const [first, second] = await shop.pay(orders);
      const [third] = await shop.pay(others);
      for (const { id } of [known(orders[0]), known(others[0])]) await shop.refund(id);
      world.advance(5_000);

      const { counts } = await value(store.queue.stats(shop.now()));
      expect(counts.filter(({ state }) => state === 'paused').toSorted(byPipeline)).toEqual([
        { pipeline: 'digital', state: 'paused', tasks: 1 },
        { pipeline: 'physical', state: 'paused', tasks: 1 },
      ]);
      expect(counts).toContainEqual({ pipeline: 'physical', state: 'ready', tasks: 1 });
      expect(counts.filter(({ state }) => state === 'waiting')).toEqual([]);
      const ids = async (query: Parameters<typeof shop.tasks>[0]) =>
        (await shop.tasks(query)).map(({ id }) => id);
      expect(await ids({ state: 'paused' })).toEqual([known(first), known(third)]);
      expect(await ids({ state: 'paused', pipeline: 'digital' })).toEqual([known(third)]);
      expect(await ids({ state: 'waiting' })).toEqual([]);
      expect(await ids({ state: 'ready', pipeline: 'physical' })).toEqual([known(second)]);

      const { leases } = await shop.take('physical');
      expect(leases).toMatchObject([{ taskId: known(second) }]);
      const refunds = await shop.takeJobs('refund');
      for (const lease of refunds) await shop.reportJob(lease, { kind: 'done' });
      world.advance(5_000);
      expect((await value(store.queue.stats(shop.now()))).oldestReadyAgeMs).toBe(0);
    });

    test('a paused task is failed when its refund fails, and an operator sends it on under a raised lease', async () => {
      const { shop, store } = place();
      const [lease] = await shop.leased([await shop.product()]);
      const { order, taskId, lease: first } = known(lease);
      const { id } = await shop.refund(order.id);
      await shop.settleRefund(id, refused);
      expect(await shop.task(taskId)).toMatchObject({
        state: 'failed',
        lastError: `the refund failed: ${refused.reason}`,
        runAtMs: shop.now(),
      });
      expect(await value(store.queue.retry([taskId], shop.now()))).toBe(1);
      // One for the pause, one for the retry, one for the lease.
      expect((await shop.take('physical')).leases).toMatchObject([{ taskId, lease: first + 3 }]);
    });
  });
};

const byPipeline = (one: { readonly pipeline: string }, other: { readonly pipeline: string }): number =>
  one.pipeline < other.pipeline ? -1 : 1;
