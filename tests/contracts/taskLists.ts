import { describe, expect, test } from 'bun:test';
import type { Page } from '../../core/page.ts';
import type { Task } from '../../core/queue.ts';
import { defined, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** What operators see of the queue: lists and counts of tasks. */
export const taskListsContract = (name: string, open: OpenStore): void => {
  describe(`${name}: task lists and queue stats`, () => {
    const context = useFreshStore(open);

    test('The queue stats count tasks by state, the oldest ready age and the finished rate', async () => {
      const { fixture, store, world } = context();
      const stats = async () => {
        const all = await unwrap(store.queue.stats(fixture.now()));
        const present = all.counts.filter(({ tasks }) => tasks > 0);
        return {
          ...all,
          counts: Object.fromEntries(
            present.map(({ pipeline, state, tasks }) => [`${pipeline} ${state}`, tasks]),
          ),
          oldestReady: Object.fromEntries(all.oldestReady.map(({ pipeline, ageMs }) => [pipeline, ageMs])),
        };
      };
      const nothing = { oldestReadyAgeMs: 0, oldestReady: {}, finishedPerSecond: 0, pauses: [] };
      expect(await stats()).toEqual({ counts: {}, ...nothing });

      const product = await fixture.createProduct();
      const leases = await fixture.payAndLease(Array(5).fill(product));
      await fixture.report(defined(leases[0]), { kind: 'done', detail: null });
      await fixture.report(defined(leases[1]), { kind: 'done', detail: null });
      await fixture.report(defined(leases[2]), { kind: 'failed', error: 'no' });
      await fixture.report(defined(leases[3]), {
        kind: 'retry',
        error: 'later',
        runAtMs: fixture.now() + 10_000,
      });
      world.advance(1_000);
      await fixture.pay([await fixture.placeOrder(product)]);
      world.advance(4_000);
      await fixture.payAlone(
        await fixture.placeOrders(Array(2).fill(await fixture.createProduct({ type: 'digital' }))),
      );
      expect(await stats()).toEqual({
        counts: {
          'physical running': 1,
          'physical failed': 1,
          'physical waiting': 1,
          'physical ready': 1,
          'digital ready': 2,
        },
        oldestReadyAgeMs: 4_000,
        oldestReady: { physical: 4_000, digital: 0 },
        finishedPerSecond: 2 / 60,
        pauses: [],
      });

      world.advance(5_000);
      expect((await stats()).counts).toMatchObject({ 'physical ready': 2 });
      expect(await stats()).toMatchObject({
        oldestReadyAgeMs: 9_000,
        oldestReady: { physical: 9_000, digital: 5_000 },
      });
      world.advance(60_000);
      expect((await stats()).finishedPerSecond).toBe(0);
    });

    test('A waiting task does not count for the oldest ready age', async () => {
      const { fixture, store, world } = context();
      const [lease] = await fixture.payAndLease([await fixture.createProduct()]);
      await fixture.report(defined(lease), {
        kind: 'retry',
        error: 'later',
        runAtMs: fixture.now() + 10_000,
      });
      world.advance(9_999);
      expect((await unwrap(store.queue.stats(fixture.now()))).oldestReadyAgeMs).toBe(0);
    });

    test('A task list is oldest first and can be filtered by state, pipeline and order', async () => {
      const { fixture, world } = context();
      const [physical, digital] = await fixture.createProducts([
        fixture.productDraft(),
        fixture.productDraft({ type: 'digital' }),
      ]);
      const leases = await fixture.payAndLease([defined(physical), defined(digital), defined(physical)]);
      const [a, b, c] = leases.map((lease) => defined(lease).taskId);
      await fixture.report(defined(leases[0]), { kind: 'failed', error: 'no' });
      await fixture.report(defined(leases[1]), {
        kind: 'retry',
        error: 'later',
        runAtMs: fixture.now() + 1_000,
      });
      const [d] = await fixture.pay([await fixture.placeOrder(defined(physical))]);

      const ids = async (query: Parameters<typeof fixture.listTasks>[0]) =>
        (await fixture.listTasks(query)).map(({ id }) => id);
      expect(await ids({})).toEqual([a, b, c, d].map((id) => defined(id)));
      expect(await ids({ state: 'failed' })).toEqual([defined(a)]);
      expect(await ids({ state: 'waiting' })).toEqual([defined(b)]);
      expect(await ids({ state: 'running' })).toEqual([defined(c)]);
      expect(await ids({ state: 'ready' })).toEqual([defined(d)]);
      expect(await ids({ pipeline: 'digital' })).toEqual([defined(b)]);
      expect(await ids({ pipeline: 'physical', state: 'waiting' })).toEqual([]);
      expect(await ids({ orderId: defined(leases[2]).order.id })).toEqual([defined(c)]);
      world.advance(1_000);
      expect(await ids({ state: 'ready' })).toEqual([defined(b), defined(d)]);
      expect(await ids({ state: 'waiting' })).toEqual([]);
    });

    test('Pages of tasks neither repeat nor skip a task while new tasks arrive', async () => {
      const { fixture, store } = context();
      const product = await fixture.createProduct();
      const paid = await fixture.payAlone(await fixture.placeOrders(Array(7).fill(product)));
      const query = {
        state: null,
        pipeline: null,
        step: null,
        error: null,
        orderId: null,
        nowMs: fixture.now(),
      };
      const seen: string[] = [];
      let after: string | null = null;
      for (let page = 0; page < 4; page++) {
        const tasks: Page<Task, string> = await unwrap(store.queue.tasks({ ...query, after, limit: 2 }));
        seen.push(...tasks.items.map(({ id }) => id));
        after = tasks.next;
        await fixture.pay([await fixture.placeOrder(product)]);
      }
      expect(seen.slice(0, 7)).toEqual([...paid]);
      expect(new Set(seen).size).toBe(seen.length);
      const page = await unwrap(store.queue.tasks({ ...query, after: null, limit: 11 }));
      expect(page).toMatchObject({ next: null, items: { length: 11 } });
    });
  });
};
