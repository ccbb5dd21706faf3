import { describe, expect, test } from 'bun:test';
import { providerEventPipeline } from '../../core/pipelines/providerEvent.ts';
import { refundPipeline } from '../../core/pipelines/refund.ts';
import type { JobLease } from '../../core/queue.ts';
import { defined, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** Tasks that belong to no order. They are leased like other tasks, and their reports change no order. */
export const jobsContract = (name: string, open: OpenStore): void => {
  describe(`${name}: jobs`, () => {
    const context = useFreshStore(open);

    /** Stores new events and returns the ids of their jobs. */
    const createJobs = async (count: number): Promise<readonly string[]> => {
      const { fixture, store } = context();
      const items = Array.from({ length: count }, () => fixture.inboxItem());
      await unwrap(store.inbox.receive(items, fixture.now()));
      return items.map(({ id }) => id);
    };

    const createAndLease = async (): Promise<JobLease> => {
      await createJobs(1);
      return defined((await context().fixture.claimJobs(providerEventPipeline))[0]);
    };

    const rescue = (crashesMax = 9) =>
      unwrap(context().store.queue.rescue({ nowMs: context().fixture.now(), crashesMax, limit: 100 }));

    test('A job is listed under its own id and leased with all that its step needs', async () => {
      const { fixture, store } = context();
      const item = fixture.inboxItem();
      await unwrap(store.inbox.receive([item], fixture.now()));
      const task = {
        id: item.taskId,
        checkoutId: null,
        orderIds: [],
        jobId: item.id,
        pipeline: 'provider_event',
        step: 'act_on_event',
        attempts: 0,
        crashes: 0,
        lastError: null,
        runAtMs: fixture.now(),
      };
      expect(await fixture.listTasks()).toEqual([{ ...task, state: 'ready' }]);
      expect(await fixture.claimJobs(providerEventPipeline)).toEqual([
        {
          taskId: item.taskId,
          jobId: item.id,
          lease: expect.any(Number),
          untilMs: fixture.now() + 30_000,
          pipeline: 'provider_event',
          step: 'act_on_event',
          attempts: 0,
          probe: null,
          traceparent: null,
        },
      ]);
      expect(await fixture.findTask(item.taskId)).toMatchObject({ ...task, state: 'running' });
      expect(await fixture.listTasks({ pipeline: 'provider_event', state: 'running' })).toHaveLength(1);
      expect(await fixture.listTasks({ orderId: item.id })).toEqual([]);
    });

    test('A claim leases jobs of one pipeline up to its limit, longest ready first', async () => {
      const { fixture, world } = context();
      const first = await createJobs(1);
      world.advance(1);
      await fixture.requestRefund((await fixture.placePaidOrder(await fixture.createProduct())).id, 1);
      world.advance(1);
      const later = await createJobs(3);
      const ids = async (limit: number) =>
        (await fixture.claimJobs(providerEventPipeline, { limit })).map(({ jobId }) => jobId);
      const claimed = await ids(2);
      expect(claimed[0]).toBe(defined(first[0]));
      expect(claimed).toHaveLength(2);
      expect([...claimed, ...(await ids(9))].toSorted()).toEqual([...first, ...later].toSorted());
      expect(await ids(9)).toEqual([]);
      expect(await fixture.claimJobs(refundPipeline)).toHaveLength(1);
      expect((await fixture.claimTasks('physical')).processed).toBe(1);
    });

    test('An advanced job is ready at its next step with a clean count, and a done job counts as finished', async () => {
      const { fixture, store, world } = context();
      const { id } = await fixture.requestRefund(
        (await fixture.placePaidOrder(await fixture.createProduct())).id,
        1,
      );
      const [first] = await fixture.claimJobs(refundPipeline);
      expect(first).toMatchObject({ step: 'refund_charge', jobId: id });
      await fixture.reportJob(defined(first), { kind: 'retry', error: 'busy', runAtMs: fixture.now() });
      const [again] = await fixture.claimJobs(refundPipeline);
      expect(again).toMatchObject({ attempts: 1 });
      world.advance(5);
      const next = 'notify_customer';
      expect(await fixture.reportJob(defined(again), { kind: 'advanced', step: next })).toEqual([
        defined(again).taskId,
      ]);
      const clean = { attempts: 0, crashes: 0, lastError: null, runAtMs: fixture.now() };
      expect(await fixture.findTask(defined(again).taskId)).toMatchObject({
        ...clean,
        state: 'ready',
        step: next,
      });

      const [last] = await fixture.claimJobs(refundPipeline);
      expect(last).toMatchObject({ step: next, jobId: id, attempts: 0 });
      expect(await fixture.reportJob(defined(last), { kind: 'done' })).toEqual([defined(last).taskId]);
      expect(await fixture.listTasks({ pipeline: 'refund' })).toEqual([]);
      expect((await unwrap(store.queue.stats(fixture.now()))).finishedPerSecond).toBeCloseTo(1 / 60, 6);
    });

    test('A retried job waits, and a failed job stays failed until an operator retries it', async () => {
      const { fixture, store, world } = context();
      const lease = await createAndLease();
      await fixture.reportJob(lease, { kind: 'retry', error: 'busy', runAtMs: fixture.now() + 1_000 });
      expect(await fixture.findTask(lease.taskId)).toMatchObject({
        state: 'waiting',
        attempts: 1,
        lastError: 'busy',
      });
      expect(await fixture.claimJobs(providerEventPipeline)).toEqual([]);
      world.advance(1_000);
      const [again] = await fixture.claimJobs(providerEventPipeline);
      expect(defined(again).lease).toBeGreaterThan(lease.lease);
      await fixture.reportJob(defined(again), { kind: 'failed', error: 'no' });
      const failed = { state: 'failed', attempts: 2, lastError: 'no', step: 'act_on_event' } as const;
      expect(await fixture.findTask(lease.taskId)).toMatchObject(failed);
      expect(await fixture.claimJobs(providerEventPipeline)).toEqual([]);
      expect((await unwrap(store.queue.stats(fixture.now()))).counts).toContainEqual({
        pipeline: 'provider_event',
        state: 'failed',
        tasks: 1,
      });

      world.advance(50);
      expect(await unwrap(store.queue.retry([lease.taskId], fixture.now()))).toBe(1);
      const clean = { state: 'ready', attempts: 0, lastError: null, runAtMs: fixture.now() } as const;
      expect(await fixture.findTask(lease.taskId)).toMatchObject(clean);
      expect(await fixture.claimJobs(providerEventPipeline)).toMatchObject([
        { attempts: 0, jobId: lease.jobId },
      ]);
    });

    test('A report under an old lease of a job changes nothing', async () => {
      const { fixture, store, world } = context();
      const lease = await createAndLease();
      world.advance(30_001);
      expect(await rescue()).toBe(1);
      expect(await fixture.findTask(lease.taskId)).toMatchObject({ state: 'ready', crashes: 1 });
      const [current] = await fixture.claimJobs(providerEventPipeline);
      const before = await fixture.findTask(lease.taskId);
      for (const outcome of [
        { kind: 'done' },
        { kind: 'advanced', step: 'elsewhere' },
        { kind: 'failed', error: 'too late' },
        { kind: 'retry', error: 'too late', runAtMs: fixture.now() },
      ] as const)
        expect(await fixture.reportJob(lease, outcome)).toEqual([]);
      expect(await unwrap(store.queue.heartbeat([lease], fixture.now() + 1_000_000))).toEqual([]);
      await unwrap(store.queue.release([lease], fixture.now()));
      expect(await fixture.findTask(lease.taskId)).toEqual(before);
      expect(await fixture.reportJob(defined(current), { kind: 'done' })).toEqual([lease.taskId]);
      expect(await fixture.reportJob(defined(current), { kind: 'done' })).toEqual([]);
    });

    test('A heartbeat keeps the lease of a job, and a released job has spent no attempt', async () => {
      const { fixture, store, world } = context();
      const lease = await createAndLease();
      world.advance(29_000);
      expect(await unwrap(store.queue.heartbeat([lease], fixture.now() + 30_000))).toEqual([lease.taskId]);
      world.advance(29_999);
      expect(await rescue()).toBe(0);
      await unwrap(store.queue.release([lease], fixture.now()));
      expect(await fixture.findTask(lease.taskId)).toMatchObject({ state: 'ready', attempts: 0, crashes: 0 });
      expect(await fixture.claimJobs(providerEventPipeline)).toMatchObject([
        { jobId: lease.jobId, attempts: 0 },
      ]);
    });

    test('A job that loses too many workers fails with an error', async () => {
      const { fixture, store, world } = context();
      const { taskId } = await createAndLease();
      world.advance(30_001);
      expect(await rescue(2)).toBe(1);
      await fixture.claimJobs(providerEventPipeline);
      world.advance(30_001);
      expect(await rescue(2)).toBe(1);
      const failed = await fixture.findTask(taskId);
      expect(failed).toMatchObject({ state: 'failed', crashes: 2, attempts: 0 });
      expect(failed.lastError).not.toBeEmpty();
      expect(await unwrap(store.queue.retry([taskId], fixture.now()))).toBe(1);
      expect(await fixture.findTask(taskId)).toMatchObject({ state: 'ready', crashes: 0, lastError: null });
    });

    test('The first of two reports under one lease of a job counts', async () => {
      const { fixture, store } = context();
      const { taskId, lease } = await createAndLease();
      const failed = { taskId, lease, outcome: { kind: 'failed', error: 'first' } } as const;
      const done = { taskId, lease, outcome: { kind: 'done' } } as const;
      expect(await unwrap(store.queue.reportJobs([failed, done], fixture.now()))).toEqual([taskId]);
      expect(await fixture.findTask(taskId)).toMatchObject({ state: 'failed', lastError: 'first' });
    });

    test('A job report changes no order, and a step report changes no job', async () => {
      const { fixture, store } = context();
      const job = await createAndLease();
      const [order] = await fixture.payAndLease([await fixture.createProduct()]);
      const { taskId, lease, order: ownOrder } = defined(order);
      expect(await fixture.reportJob({ ...job, taskId, lease }, { kind: 'done' })).toEqual([]);
      expect(await fixture.findTask(taskId)).toMatchObject({ state: 'running' });
      expect((await fixture.findOrder(ownOrder.id)).status).toBe('completed');
      const done = { taskId: job.taskId, lease: job.lease, outcome: { kind: 'done', detail: null } } as const;
      expect(await unwrap(store.queue.report([done], fixture.now()))).toEqual([]);
      expect(await fixture.findTask(job.taskId)).toMatchObject({ state: 'running' });
    });

    test('Concurrent workers divide the jobs without overlap', async () => {
      const { fixture, store } = context();
      const ids = await createJobs(40);
      await fixture.openConnections();
      const leases: JobLease[] = [];
      for (let more = true; more; ) {
        const round = await Promise.all(
          Array.from({ length: 8 }, () => fixture.claimJobs(providerEventPipeline, { limit: 3 })),
        );
        leases.push(...round.flat());
        more = round.some((batch) => batch.length > 0);
      }
      expect(leases.map(({ jobId }) => jobId).toSorted()).toEqual(ids.toSorted());
      const reports = leases.map(({ taskId, lease }) => ({
        taskId,
        lease,
        outcome: { kind: 'done' } as const,
      }));
      const accepted = await Promise.all(
        Array.from({ length: 4 }, () => unwrap(store.queue.reportJobs(reports, fixture.now()))),
      );
      expect(accepted.flat().toSorted()).toEqual(leases.map(({ taskId }) => taskId).toSorted());
      expect(await fixture.listTasks()).toEqual([]);
    });
  });
};
