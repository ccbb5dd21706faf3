import { describe, expect, test } from 'bun:test';
import { defined, refundFailed, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** Tasks that are paused by a full refund of their order. The refunds are in refundRequests.ts and refundOutcomes.ts. */
export const pausedTasksContract = (name: string, open: OpenStore): void => {
  describe(`${name}: paused tasks`, () => {
    const context = useFreshStore(open);

    test('A paused task is counted and listed as paused and never counts for the oldest ready age', async () => {
      const { fixture, store, world } = context();
      const [physical, digital] = await fixture.createProducts([
        fixture.productDraft(),
        fixture.productDraft({ type: 'digital' }),
      ]);
      const [orders, others] = [
        await fixture.placeOrders(Array(2).fill(defined(physical))),
        await fixture.placeOrders([defined(digital)]),
      ];
      const [first, second] = await fixture.payAlone(orders);
      const [third] = await fixture.pay(others);
      for (const { id } of [defined(orders[0]), defined(others[0])]) await fixture.requestRefund(id);
      world.advance(5_000);

      const { counts } = await unwrap(store.queue.stats(fixture.now()));
      expect(counts.filter(({ state }) => state === 'paused').toSorted(byPipeline)).toEqual([
        { pipeline: 'digital', state: 'paused', tasks: 1 },
        { pipeline: 'physical', state: 'paused', tasks: 1 },
      ]);
      expect(counts).toContainEqual({ pipeline: 'physical', state: 'ready', tasks: 1 });
      expect(counts.filter(({ state }) => state === 'waiting')).toEqual([]);
      const ids = async (query: Parameters<typeof fixture.listTasks>[0]) =>
        (await fixture.listTasks(query)).map(({ id }) => id);
      expect(await ids({ state: 'paused' })).toEqual([defined(first), defined(third)]);
      expect(await ids({ state: 'paused', pipeline: 'digital' })).toEqual([defined(third)]);
      expect(await ids({ state: 'waiting' })).toEqual([]);
      expect(await ids({ state: 'ready', pipeline: 'physical' })).toEqual([defined(second)]);

      const { leases } = await fixture.claimTasks('physical');
      expect(leases).toMatchObject([{ taskId: defined(second) }]);
      const refunds = await fixture.claimJobs('refund');
      for (const lease of refunds) await fixture.reportJob(lease, { kind: 'done' });
      world.advance(5_000);
      expect((await unwrap(store.queue.stats(fixture.now()))).oldestReadyAgeMs).toBe(0);
    });

    test('A paused task fails when its refund fails, and a retry then raises its lease', async () => {
      const { fixture, store } = context();
      const [lease] = await fixture.payAndLease([await fixture.createProduct()]);
      const { order, taskId, lease: first } = defined(lease);
      const { id } = await fixture.requestRefund(order.id);
      await fixture.finishRefund(id, refundFailed);
      expect(await fixture.findTask(taskId)).toMatchObject({
        state: 'failed',
        lastError: `the refund failed: ${refundFailed.reason}`,
        runAtMs: fixture.now(),
      });
      expect(await unwrap(store.queue.retry([taskId], fixture.now()))).toBe(1);
      // The pause, the retry and the new lease each raise it by one.
      expect((await fixture.claimTasks('physical')).leases).toMatchObject([{ taskId, lease: first + 3 }]);
    });
  });
};

const byPipeline = (one: { readonly pipeline: string }, other: { readonly pipeline: string }): number =>
  one.pipeline < other.pipeline ? -1 : 1;
