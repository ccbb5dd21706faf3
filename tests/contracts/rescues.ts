import { describe, expect, test } from 'bun:test';
import { providerEvent } from '../../core/pipelines/providerEvent.ts';
import type { JobLease, Lease } from '../../core/queue.ts';
import { freshPlace, type OpenWithPlanting } from './open.ts';
import { known, value } from './shop.ts';

/** How a task gets from a lost worker, an operator or a worker at shutdown back into the queue. */
export const rescuesContract = (name: string, open: OpenWithPlanting): void => {
  describe(`${name}: rescue, retry and release`, () => {
    const place = freshPlace(open);

    const orderLease = async (): Promise<Lease> => {
      const { shop } = place();
      return known((await shop.leased([await shop.product()]))[0]);
    };

    const jobLease = async (): Promise<JobLease> => {
      const { shop, store } = place();
      await value(store.inbox.receive([shop.told()], shop.now()));
      return known((await shop.takeJobs(providerEvent))[0]);
    };

    /** Leases the only ready task again. */
    const again = async ({ pipeline }: Pick<Lease, 'pipeline'>): Promise<Pick<Lease, 'taskId' | 'lease'>> => {
      const { shop } = place();
      if (pipeline === providerEvent.name) return known((await shop.takeJobs(providerEvent))[0]);
      return known((await shop.take(pipeline)).leases[0]);
    };

    const rescue = (crashesMax: number) =>
      value(place().store.queue.rescue({ nowMs: place().shop.now(), crashesMax, limit: 100 }));

    const kinds = [
      { of: 'an order', leased: orderLease, step: 'notify_customer' },
      { of: 'a job', leased: jobLease, step: 'act_on_event' },
    ] as const;

    for (const { of, leased, step } of kinds) {
      test(`each crash of ${of}’s worker is told in lastError, and makes the task due at once`, async () => {
        const { shop, world } = place();
        const lease = await leased();
        for (const crashes of [1, 2, 3]) {
          world.advance(30_001);
          expect(await rescue(3)).toBe(1);
          expect(await shop.task(lease.taskId)).toMatchObject({
            state: crashes < 3 ? 'ready' : 'failed',
            step,
            crashes,
            attempts: 0,
            lastError: `a worker stopped or hung at ${step} (${crashes} times)`,
            runAtMs: shop.now(),
          });
          if (crashes < 3) await again(lease);
        }
      });

      test(`a rescue of ${of} keeps the attempts that its step has spent`, async () => {
        const { shop, store, world } = place();
        const lease = await leased();
        const outcome = { kind: 'retry', error: 'busy', runAtMs: shop.now() } as const;
        await value(
          lease.pipeline === providerEvent.name
            ? store.queue.reportJobs([{ ...lease, outcome }], shop.now())
            : store.queue.report([{ ...lease, outcome }], shop.now()),
        );
        await again(lease);
        world.advance(30_001);
        expect(await rescue(9)).toBe(1);
        expect(await shop.task(lease.taskId)).toMatchObject({ state: 'ready', attempts: 1, crashes: 1 });
      });

      test(`a rescue of ${of} raises its lease`, async () => {
        const { world } = place();
        const lease = await leased();
        world.advance(30_001);
        expect(await rescue(9)).toBe(1);
        expect((await again(lease)).lease).toBe(lease.lease + 2);
      });

      test(`a release of ${of} raises its lease, and leaves it due as it was`, async () => {
        const { shop, store, world } = place();
        const lease = await leased();
        const { runAtMs } = await shop.task(lease.taskId);
        world.advance(500);
        await value(store.queue.release([lease, lease], shop.now()));
        expect(await shop.task(lease.taskId)).toMatchObject({ state: 'ready', runAtMs, lastError: null });
        expect((await again(lease)).lease).toBe(lease.lease + 2);
      });

      test(`a retry of ${of} raises its lease`, async () => {
        const { shop, store, world } = place();
        const lease = await leased();
        world.advance(30_001);
        expect(await rescue(1)).toBe(1);
        expect(await value(store.queue.retry([lease.taskId], shop.now()))).toBe(1);
        expect(await shop.task(lease.taskId)).toMatchObject({
          state: 'ready',
          crashes: 0,
          attempts: 0,
          lastError: null,
          runAtMs: shop.now(),
        });
        // One for the rescue, one for the retry, one for the lease.
        expect((await again(lease)).lease).toBe(lease.lease + 3);
      });

      test(`a heartbeat that names a lease of ${of} twice answers it once`, async () => {
        const { shop, store } = place();
        const lease = await leased();
        expect(await value(store.queue.heartbeat([lease, lease], shop.now() + 30_000))).toEqual([
          lease.taskId,
        ]);
      });
    }

    test('a job has no history, so neither its last crash nor a retry counts on', async () => {
      const { plant, shop, store, world } = place();
      const { taskId } = await jobLease();
      world.advance(30_001);
      expect(await rescue(1)).toBe(1);
      expect(await plant.seqOf(taskId)).toBe(0);
      expect(await value(store.queue.retry([taskId], shop.now()))).toBe(1);
      expect(await plant.seqOf(taskId)).toBe(0);
    });

    test('the task of an order counts on with the order’s history', async () => {
      const { plant, shop, store, world } = place();
      const { taskId, order } = await orderLease();
      world.advance(30_001);
      expect(await rescue(2)).toBe(1);
      expect(await plant.seqOf(taskId)).toBe((await shop.history(order.id)).length);
      expect((await shop.take('physical')).touched).toBe(1);
      world.advance(30_001);
      expect(await rescue(2)).toBe(1);
      expect(await plant.seqOf(taskId)).toBe((await shop.history(order.id)).length);
      expect(await value(store.queue.retry([taskId], shop.now()))).toBe(1);
      expect(await plant.seqOf(taskId)).toBe((await shop.history(order.id)).length);
    });

    test('a task is due from when it came to its step, and a lease there changes nothing of it', async () => {
      const { shop, store, world } = place();
      const paidAtMs = shop.now();
      const [taskId] = await shop.pay([await shop.order(await shop.product())]);
      expect(await shop.task(known(taskId))).toMatchObject({ runAtMs: paidAtMs });
      world.advance(5);
      const cameAtMs = shop.now();
      const [first] = (await shop.take('physical')).leases;
      expect(await shop.task(known(taskId))).toMatchObject({ step: 'notify_customer', runAtMs: cameAtMs });

      world.advance(5);
      await value(store.queue.release([known(first)], shop.now()));
      world.advance(5);
      const [second] = (await shop.take('physical')).leases;
      expect(await shop.task(known(taskId))).toMatchObject({ state: 'running', runAtMs: cameAtMs });

      const runAtMs = shop.now() + 100;
      await shop.report(known(second), { kind: 'retry', error: 'busy', runAtMs });
      world.advance(150);
      expect((await shop.take('physical')).touched).toBe(1);
      expect(await shop.task(known(taskId))).toMatchObject({ state: 'running', runAtMs });
    });

    test('of two reports of one lease the first counts', async () => {
      const { shop, store } = place();
      const { taskId, lease, order } = await orderLease();
      const failed = { taskId, lease, outcome: { kind: 'failed', error: 'first' } } as const;
      const done = { taskId, lease, outcome: { kind: 'done', detail: null } } as const;
      expect(await value(store.queue.report([failed, done], shop.now()))).toEqual([taskId]);
      expect(await shop.task(taskId)).toMatchObject({ state: 'failed', lastError: 'first' });
      expect((await shop.history(order.id)).slice(-1)).toEqual(['failed']);
    });

    test('a report under the current lease is accepted beside one under an older lease', async () => {
      const { shop, store, world } = place();
      const [order, job] = [await orderLease(), await jobLease()];
      world.advance(30_001);
      expect(await rescue(9)).toBe(2);
      const [newOrder, newJob] = [await again(order), await again(job)];
      const outcomes = [
        { kind: 'failed', error: 'late' } as const,
        { kind: 'failed', error: 'now' } as const,
      ];
      const reports = (leases: readonly Pick<Lease, 'taskId' | 'lease'>[]) =>
        leases.map(({ taskId, lease }, index) => ({ taskId, lease, outcome: known(outcomes[index]) }));
      const { report: settle, reportJobs: settleJobs } = store.queue;
      expect(await value(settle(reports([order, newOrder]), shop.now()))).toEqual([order.taskId]);
      expect(await value(settleJobs(reports([job, newJob]), shop.now()))).toEqual([job.taskId]);
      for (const { taskId } of [order, job])
        expect(await shop.task(taskId)).toMatchObject({ state: 'failed', lastError: 'now' });
    });
  });
};
