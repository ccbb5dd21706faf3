import { describe, expect, test } from 'bun:test';
import { providerEventPipeline } from '../../core/pipelines/providerEvent.ts';
import type { JobLease, Lease } from '../../core/queue.ts';
import { defined, unwrap } from './fixture.ts';
import { withRemoteStep } from './remoteStep.ts';
import { type OpenWithBackdoor, useFreshStore } from './testContext.ts';
import type { TestLease } from './testLease.ts';

/** How rescue, retry and release put a task back into the queue. */
export const rescuesContract = (name: string, open: OpenWithBackdoor): void => {
  describe(`${name}: rescue, retry and release`, () => {
    const context = useFreshStore(open);

    const leaseOrderTask = async (): Promise<TestLease> => {
      const { fixture } = context();
      return defined((await fixture.payAndLease([await fixture.createProduct()]))[0]);
    };

    const leaseJobTask = async (): Promise<JobLease> => {
      const { fixture, store } = context();
      await unwrap(store.inbox.receive([fixture.inboxItem()], fixture.now()));
      return defined((await fixture.claimJobs(providerEventPipeline))[0]);
    };

    /** Leases the only ready task again. */
    const leaseAgain = async ({
      pipeline,
    }: Pick<Lease, 'pipeline'>): Promise<Pick<Lease, 'taskId' | 'lease'>> => {
      const { fixture } = context();
      if (pipeline === providerEventPipeline.name)
        return defined((await fixture.claimJobs(providerEventPipeline))[0]);
      return defined((await fixture.claimTasks(pipeline)).leases[0]);
    };

    const rescue = (crashesMax: number) =>
      unwrap(context().store.queue.rescue({ nowMs: context().fixture.now(), crashesMax, limit: 100 }));

    const owners = [
      { owner: 'an order', leaseTask: leaseOrderTask, step: 'notify_customer' },
      { owner: 'a job', leaseTask: leaseJobTask, step: 'act_on_event' },
    ] as const;

    for (const { owner, leaseTask, step } of owners) {
      test(`A crash at the task of ${owner} is named in lastError and makes the task due at once`, async () => {
        const { fixture, world } = context();
        const lease = await leaseTask();
        for (const crashes of [1, 2, 3]) {
          world.advance(30_001);
          expect(await rescue(3)).toBe(1);
          expect(await fixture.findTask(lease.taskId)).toMatchObject({
            state: crashes < 3 ? 'ready' : 'failed',
            step,
            crashes,
            attempts: 0,
            lastError: `a worker stopped or hung at ${step} (${crashes} times)`,
            runAtMs: fixture.now(),
          });
          if (crashes < 3) await leaseAgain(lease);
        }
      });

      test(`A rescue of the task of ${owner} keeps the attempts of its step`, async () => {
        const { fixture, store, world } = context();
        const lease = await leaseTask();
        const outcome = { kind: 'retry', error: 'busy', runAtMs: fixture.now() } as const;
        await unwrap(
          lease.pipeline === providerEventPipeline.name
            ? store.queue.reportJobs([{ ...lease, outcome }], fixture.now())
            : store.queue.report([{ ...lease, outcome }], fixture.now()),
        );
        await leaseAgain(lease);
        world.advance(30_001);
        expect(await rescue(9)).toBe(1);
        expect(await fixture.findTask(lease.taskId)).toMatchObject({
          state: 'ready',
          attempts: 1,
          crashes: 1,
        });
      });

      test(`A rescue of the task of ${owner} raises its lease`, async () => {
        const { world } = context();
        const lease = await leaseTask();
        world.advance(30_001);
        expect(await rescue(9)).toBe(1);
        expect((await leaseAgain(lease)).lease).toBe(lease.lease + 2);
      });

      test(`A release of the task of ${owner} raises its lease and keeps its due time`, async () => {
        const { fixture, store, world } = context();
        const lease = await leaseTask();
        const { runAtMs } = await fixture.findTask(lease.taskId);
        world.advance(500);
        await unwrap(store.queue.release([lease, lease], fixture.now()));
        expect(await fixture.findTask(lease.taskId)).toMatchObject({
          state: 'ready',
          runAtMs,
          lastError: null,
        });
        expect((await leaseAgain(lease)).lease).toBe(lease.lease + 2);
      });

      test(`A retry of the task of ${owner} raises its lease`, async () => {
        const { fixture, store, world } = context();
        const lease = await leaseTask();
        world.advance(30_001);
        expect(await rescue(1)).toBe(1);
        expect(await unwrap(store.queue.retry([lease.taskId], fixture.now()))).toBe(1);
        expect(await fixture.findTask(lease.taskId)).toMatchObject({
          state: 'ready',
          crashes: 0,
          attempts: 0,
          lastError: null,
          runAtMs: fixture.now(),
        });
        // The rescue, the retry and the new lease each raise it by one.
        expect((await leaseAgain(lease)).lease).toBe(lease.lease + 3);
      });

      test(`A heartbeat that names a lease of ${owner} twice returns its task once`, async () => {
        const { fixture, store } = context();
        const lease = await leaseTask();
        expect(await unwrap(store.queue.heartbeat([lease, lease], fixture.now() + 30_000))).toEqual([
          lease.taskId,
        ]);
      });
    }

    test('A crash or retry of a job counts no history row', async () => {
      const { backdoor, fixture, store, world } = context();
      const { taskId } = await leaseJobTask();
      world.advance(30_001);
      expect(await rescue(1)).toBe(1);
      expect(await backdoor.historySeqsOf(taskId)).toEqual([]);
      expect(await unwrap(store.queue.retry([taskId], fixture.now()))).toBe(1);
      expect(await backdoor.historySeqsOf(taskId)).toEqual([]);
    });

    test('A crash or retry of an order’s task keeps its count equal to the order’s history', async () => {
      const { backdoor, fixture, store, world } = context();
      const { taskId, order } = await leaseOrderTask();
      world.advance(30_001);
      expect(await rescue(2)).toBe(1);
      expect(await backdoor.historySeqsOf(taskId)).toEqual([(await fixture.historyStates(order.id)).length]);
      expect((await fixture.claimTasks('physical')).processed).toBe(1);
      world.advance(30_001);
      expect(await rescue(2)).toBe(1);
      expect(await backdoor.historySeqsOf(taskId)).toEqual([(await fixture.historyStates(order.id)).length]);
      expect(await unwrap(store.queue.retry([taskId], fixture.now()))).toBe(1);
      expect(await backdoor.historySeqsOf(taskId)).toEqual([(await fixture.historyStates(order.id)).length]);
    });

    test('A task is due from the time it arrived at its step, and a lease does not change that time', async () => {
      const { fixture, store, world } = context();
      const paidAtMs = fixture.now();
      const [taskId] = await fixture.pay([await fixture.placeOrder(await fixture.createProduct())]);
      expect(await fixture.findTask(defined(taskId))).toMatchObject({ runAtMs: paidAtMs });
      world.advance(5);
      const arrivedAtMs = fixture.now();
      const [first] = (await fixture.claimTasks('physical')).leases;
      expect(await fixture.findTask(defined(taskId))).toMatchObject({
        step: 'notify_customer',
        runAtMs: arrivedAtMs,
      });

      world.advance(5);
      await unwrap(store.queue.release([defined(first)], fixture.now()));
      world.advance(5);
      const [second] = (await fixture.claimTasks('physical')).leases;
      expect(await fixture.findTask(defined(taskId))).toMatchObject({
        state: 'running',
        runAtMs: arrivedAtMs,
      });

      const runAtMs = fixture.now() + 100;
      await fixture.report(defined(second), { kind: 'retry', error: 'busy', runAtMs });
      world.advance(150);
      expect((await fixture.claimTasks('physical')).processed).toBe(1);
      expect(await fixture.findTask(defined(taskId))).toMatchObject({ state: 'running', runAtMs });
    });

    test('The first of two reports under one lease of an order’s task counts', async () => {
      const { fixture, store } = context();
      const { taskId, lease, order } = defined(
        (await fixture.payAndLease([await fixture.createProduct()], withRemoteStep))[0],
      );
      const failed = { taskId, lease, outcome: { kind: 'failed', error: 'first' } } as const;
      const done = { taskId, lease, outcome: { kind: 'done', detail: null } } as const;
      expect(await unwrap(store.queue.report([failed, done], fixture.now()))).toEqual([taskId]);
      expect(await fixture.findTask(taskId)).toMatchObject({ state: 'failed', lastError: 'first' });
      expect((await fixture.historyStates(order.id)).slice(-1)).toEqual(['failed']);
    });

    test('A batch accepts a report under the current lease beside one under an older lease', async () => {
      const { fixture, store, world } = context();
      const [order, job] = [await leaseOrderTask(), await leaseJobTask()];
      world.advance(30_001);
      expect(await rescue(9)).toBe(2);
      const [newOrder, newJob] = [await leaseAgain(order), await leaseAgain(job)];
      const outcomes = [
        { kind: 'failed', error: 'late' } as const,
        { kind: 'failed', error: 'now' } as const,
      ];
      const reports = (leases: readonly Pick<Lease, 'taskId' | 'lease'>[]) =>
        leases.map(({ taskId, lease }, index) => ({ taskId, lease, outcome: defined(outcomes[index]) }));
      const { report, reportJobs } = store.queue;
      expect(await unwrap(report(reports([order, newOrder]), fixture.now()))).toEqual([order.taskId]);
      expect(await unwrap(reportJobs(reports([job, newJob]), fixture.now()))).toEqual([job.taskId]);
      for (const { taskId } of [order, job])
        expect(await fixture.findTask(taskId)).toMatchObject({ state: 'failed', lastError: 'now' });
    });
  });
};
