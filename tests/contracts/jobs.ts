import { describe, expect, test } from 'bun:test';
import { providerEvent } from '../../core/pipelines/providerEvent.ts';
import { refund } from '../../core/pipelines/refund.ts';
import type { JobLease } from '../../core/queue.ts';
import { freshPlace, type Open } from './open.ts';
import { known, value } from './shop.ts';

/** Tasks that are no order's: leased as others are, and settled without touching an order. */
export const jobsContract = (name: string, open: Open): void => {
  describe(`${name}: jobs`, () => {
    const place = freshPlace(open);

    /** The ids of new jobs. */
    const jobs = async (count: number): Promise<readonly string[]> => {
      const { shop, store } = place();
      const items = Array.from({ length: count }, () => shop.told());
      await value(store.inbox.receive(items, shop.now()));
      return items.map(({ id }) => id);
    };

    const leased = async (): Promise<JobLease> => {
      await jobs(1);
      return known((await place().shop.takeJobs(providerEvent))[0]);
    };

    const rescue = (crashesMax = 9) =>
      value(place().store.queue.rescue({ nowMs: place().shop.now(), crashesMax, limit: 100 }));

    test('a job is shown with its own id, and leased with all that its step needs', async () => {
      const { shop, store } = place();
      const item = shop.told();
      await value(store.inbox.receive([item], shop.now()));
      const task = {
        id: item.taskId,
        orderId: null,
        jobId: item.id,
        pipeline: 'provider_event',
        step: 'act_on_event',
        attempts: 0,
        crashes: 0,
        lastError: null,
        runAtMs: shop.now(),
      };
      expect(await shop.tasks()).toEqual([{ ...task, state: 'ready' }]);
      expect(await shop.takeJobs(providerEvent)).toEqual([
        {
          taskId: item.taskId,
          jobId: item.id,
          lease: expect.any(Number),
          untilMs: shop.now() + 30_000,
          pipeline: 'provider_event',
          step: 'act_on_event',
          attempts: 0,
        },
      ]);
      expect(await shop.task(item.taskId)).toMatchObject({ ...task, state: 'running' });
      expect(await shop.tasks({ pipeline: 'provider_event', state: 'running' })).toHaveLength(1);
      expect(await shop.tasks({ orderId: item.id })).toEqual([]);
    });

    test('the longest ready go first, no more than asked for, and only of that pipeline', async () => {
      const { shop, world } = place();
      const first = await jobs(1);
      world.advance(1);
      await shop.refund((await shop.paid(await shop.product())).id, 1);
      world.advance(1);
      const later = await jobs(3);
      const ids = async (limit: number) =>
        (await shop.takeJobs(providerEvent, { limit })).map(({ jobId }) => jobId);
      const taken = await ids(2);
      expect(taken[0]).toBe(known(first[0]));
      expect(taken).toHaveLength(2);
      expect([...taken, ...(await ids(9))].toSorted()).toEqual([...first, ...later].toSorted());
      expect(await ids(9)).toEqual([]);
      expect(await shop.takeJobs(refund)).toHaveLength(1);
      expect((await shop.take('physical')).touched).toBe(1);
    });

    test('moved: ready at its next step with a clean count; done: it goes, and counts as finished', async () => {
      const { shop, store, world } = place();
      const { id } = await shop.refund((await shop.paid(await shop.product())).id, 1);
      const [first] = await shop.takeJobs(refund);
      expect(first).toMatchObject({ step: 'return_money', jobId: id });
      await shop.reportJob(known(first), { kind: 'retry', error: 'busy', runAtMs: shop.now() });
      const [again] = await shop.takeJobs(refund);
      expect(again).toMatchObject({ attempts: 1 });
      world.advance(5);
      const next = 'notify_customer';
      expect(await shop.reportJob(known(again), { kind: 'moved', step: next })).toEqual([
        known(again).taskId,
      ]);
      const clean = { attempts: 0, crashes: 0, lastError: null, runAtMs: shop.now() };
      expect(await shop.task(known(again).taskId)).toMatchObject({ ...clean, state: 'ready', step: next });

      const [last] = await shop.takeJobs(refund);
      expect(last).toMatchObject({ step: next, jobId: id, attempts: 0 });
      expect(await shop.reportJob(known(last), { kind: 'done' })).toEqual([known(last).taskId]);
      expect(await shop.tasks({ pipeline: 'refund' })).toEqual([]);
      expect((await value(store.queue.stats(shop.now()))).finishedPerSecond).toBeCloseTo(1 / 60, 6);
    });

    test('a retry waits; a failure stays until an operator sends it on', async () => {
      const { shop, store, world } = place();
      const lease = await leased();
      await shop.reportJob(lease, { kind: 'retry', error: 'busy', runAtMs: shop.now() + 1_000 });
      expect(await shop.task(lease.taskId)).toMatchObject({
        state: 'waiting',
        attempts: 1,
        lastError: 'busy',
      });
      expect(await shop.takeJobs(providerEvent)).toEqual([]);
      world.advance(1_000);
      const [again] = await shop.takeJobs(providerEvent);
      expect(known(again).lease).toBeGreaterThan(lease.lease);
      await shop.reportJob(known(again), { kind: 'failed', error: 'no' });
      const failed = { state: 'failed', attempts: 2, lastError: 'no', step: 'act_on_event' } as const;
      expect(await shop.task(lease.taskId)).toMatchObject(failed);
      expect(await shop.takeJobs(providerEvent)).toEqual([]);
      expect((await value(store.queue.stats(shop.now()))).counts).toContainEqual({
        pipeline: 'provider_event',
        state: 'failed',
        tasks: 1,
      });

      world.advance(50);
      expect(await value(store.queue.retry([lease.taskId], shop.now()))).toBe(1);
      const clean = { state: 'ready', attempts: 0, lastError: null, runAtMs: shop.now() } as const;
      expect(await shop.task(lease.taskId)).toMatchObject(clean);
      expect(await shop.takeJobs(providerEvent)).toMatchObject([{ attempts: 0, jobId: lease.jobId }]);
    });

    test('nothing is heard under an old lease', async () => {
      const { shop, store, world } = place();
      const lease = await leased();
      world.advance(30_001);
      expect(await rescue()).toBe(1);
      expect(await shop.task(lease.taskId)).toMatchObject({ state: 'ready', crashes: 1 });
      const [taken] = await shop.takeJobs(providerEvent);
      const before = await shop.task(lease.taskId);
      for (const outcome of [
        { kind: 'done' },
        { kind: 'moved', step: 'elsewhere' },
        { kind: 'failed', error: 'too late' },
        { kind: 'retry', error: 'too late', runAtMs: shop.now() },
      ] as const)
        expect(await shop.reportJob(lease, outcome)).toEqual([]);
      expect(await value(store.queue.heartbeat([lease], shop.now() + 1_000_000))).toEqual([]);
      await value(store.queue.release([lease], shop.now()));
      expect(await shop.task(lease.taskId)).toEqual(before);
      expect(await shop.reportJob(known(taken), { kind: 'done' })).toEqual([lease.taskId]);
      expect(await shop.reportJob(known(taken), { kind: 'done' })).toEqual([]);
    });

    test('a heartbeat keeps it, and what is given back has spent no attempt', async () => {
      const { shop, store, world } = place();
      const lease = await leased();
      world.advance(29_000);
      expect(await value(store.queue.heartbeat([lease], shop.now() + 30_000))).toEqual([lease.taskId]);
      world.advance(29_999);
      expect(await rescue()).toBe(0);
      await value(store.queue.release([lease], shop.now()));
      expect(await shop.task(lease.taskId)).toMatchObject({ state: 'ready', attempts: 0, crashes: 0 });
      expect(await shop.takeJobs(providerEvent)).toMatchObject([{ jobId: lease.jobId, attempts: 0 }]);
    });

    test('one that loses too many workers is failed, with its error', async () => {
      const { shop, store, world } = place();
      const { taskId } = await leased();
      world.advance(30_001);
      expect(await rescue(2)).toBe(1);
      await shop.takeJobs(providerEvent);
      world.advance(30_001);
      expect(await rescue(2)).toBe(1);
      const failed = await shop.task(taskId);
      expect(failed).toMatchObject({ state: 'failed', crashes: 2, attempts: 0 });
      expect(failed.lastError).not.toBeEmpty();
      expect(await value(store.queue.retry([taskId], shop.now()))).toBe(1);
      expect(await shop.task(taskId)).toMatchObject({ state: 'ready', crashes: 0, lastError: null });
    });

    test('of two reports of one lease the first counts', async () => {
      const { shop, store } = place();
      const { taskId, lease } = await leased();
      const failed = { taskId, lease, outcome: { kind: 'failed', error: 'first' } } as const;
      const done = { taskId, lease, outcome: { kind: 'done' } } as const;
      expect(await value(store.queue.reportJobs([failed, done], shop.now()))).toEqual([taskId]);
      expect(await shop.task(taskId)).toMatchObject({ state: 'failed', lastError: 'first' });
    });

    test('an order is settled as an order, and a job as a job', async () => {
      const { shop, store } = place();
      const job = await leased();
      const [order] = await shop.leased([await shop.product()]);
      const { taskId, lease, order: of } = known(order);
      expect(await shop.reportJob({ ...job, taskId, lease }, { kind: 'done' })).toEqual([]);
      expect(await shop.task(taskId)).toMatchObject({ state: 'running' });
      expect((await shop.detail(of.id)).status).toBe('paid');
      const done = { taskId: job.taskId, lease: job.lease, outcome: { kind: 'done', detail: null } } as const;
      expect(await value(store.queue.report([done], shop.now()))).toEqual([]);
      expect(await shop.task(job.taskId)).toMatchObject({ state: 'running' });
    });

    test('workers side by side share the jobs', async () => {
      const { shop, store } = place();
      const ids = await jobs(40);
      await shop.crowd();
      const taken: JobLease[] = [];
      for (let more = true; more; ) {
        const round = await Promise.all(
          Array.from({ length: 8 }, () => shop.takeJobs(providerEvent, { limit: 3 })),
        );
        taken.push(...round.flat());
        more = round.some((leases) => leases.length > 0);
      }
      expect(taken.map(({ jobId }) => jobId).toSorted()).toEqual(ids.toSorted());
      const reports = taken.map(({ taskId, lease }) => ({
        taskId,
        lease,
        outcome: { kind: 'done' } as const,
      }));
      const accepted = await Promise.all(
        Array.from({ length: 4 }, () => value(store.queue.reportJobs(reports, shop.now()))),
      );
      expect(accepted.flat().toSorted()).toEqual(taken.map(({ taskId }) => taskId).toSorted());
      expect(await shop.tasks()).toEqual([]);
    });
  });
};
