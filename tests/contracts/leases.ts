import { describe, expect, test } from 'bun:test';
import { defined, unwrap } from './fixture.ts';
import { withRemoteStep } from './remoteStep.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';
import type { TestLease } from './testLease.ts';

/** What a worker can do under a lease, and what it cannot do under an old one. */
export const leasesContract = (name: string, open: OpenStore): void => {
  describe(`${name}: leases`, () => {
    const context = useFreshStore(open);
    const done = { kind: 'done', detail: null } as const;

    const leaseTask = async (): Promise<TestLease> => {
      const { fixture } = context();
      return defined((await fixture.payAndLease([await fixture.createProduct()]))[0]);
    };

    /** At the first step of its pipeline: its order is not completed yet. */
    const leaseFirstStep = async (): Promise<TestLease> => {
      const { fixture } = context();
      return defined((await fixture.payAndLease([await fixture.createProduct()], withRemoteStep))[0]);
    };

    const heartbeat = (leases: readonly TestLease[], untilMs: number) =>
      unwrap(context().store.queue.heartbeat(leases, untilMs));

    const rescue = (crashesMax = 9, limit = 100) =>
      unwrap(context().store.queue.rescue({ nowMs: context().fixture.now(), crashesMax, limit }));

    /** All visible fields of a task and its order. */
    const snapshot = async ({ taskId, order }: TestLease) => {
      const { fixture } = context();
      const [task] = (await fixture.listTasks()).filter(({ id }) => id === taskId);
      return { task: task ?? null, detail: await fixture.findOrder(order.id) };
    };

    /** Expects that no call under this lease changes anything. */
    const expectFenced = async (old: TestLease) => {
      const { fixture, store } = context();
      const before = await snapshot(old);
      for (const outcome of [
        done,
        { kind: 'failed', error: 'too late' } as const,
        { kind: 'retry', error: 'too late', runAtMs: fixture.now() } as const,
      ])
        expect(await fixture.report(old, outcome)).toEqual([]);
      expect(await heartbeat([old], fixture.now() + 1_000_000)).toEqual([]);
      await unwrap(store.queue.release([old], fixture.now()));
      expect(await snapshot(old)).toEqual(before);
    };

    test('A done report of the notice deletes the task, and its order was completed before', async () => {
      const { fixture, world } = context();
      const lease = await leaseTask();
      const completedAtMs = fixture.now();
      world.advance(300);
      expect(await fixture.report(lease, { kind: 'done', detail: '<a@b>' })).toEqual([lease.taskId]);
      const detail = await fixture.findOrder(lease.order.id);
      expect(detail).toMatchObject({ status: 'completed', updatedAtMs: completedAtMs });
      expect(detail.history.slice(-2)).toEqual([
        { seq: detail.history.length - 1, state: 'completed', atMs: completedAtMs, detail: null },
        { seq: detail.history.length, state: 'customer_notified', atMs: fixture.now(), detail: '<a@b>' },
      ]);
      expect(await fixture.listTasks()).toEqual([]);
      await expectFenced(lease);
    });

    test('A retry report makes the task wait and counts its attempts', async () => {
      const { fixture, world } = context();
      let lease = await leaseTask();
      const before = await fixture.historyStates(lease.order.id);
      for (const attempts of [1, 2, 3]) {
        const runAtMs = fixture.now() + 700;
        const outcome = { kind: 'retry', error: `busy ${attempts}`, runAtMs } as const;
        expect(await fixture.report(lease, outcome)).toEqual([lease.taskId]);
        const waiting = { state: 'waiting', attempts, lastError: `busy ${attempts}`, runAtMs };
        expect(await fixture.findTask(lease.taskId)).toMatchObject({ ...waiting, step: 'notify_customer' });
        await expectFenced(lease);
        world.advance(699);
        expect((await fixture.claimTasks('physical')).processed).toBe(0);
        world.advance(1);
        expect(await fixture.findTask(lease.taskId)).toMatchObject({ state: 'ready' });
        const again = defined((await fixture.claimTasks('physical')).leases[0]);
        expect(again).toMatchObject({ taskId: lease.taskId, attempts, alreadyDone: false });
        expect(again.lease).toBeGreaterThan(lease.lease);
        lease = again;
      }
      expect(await fixture.historyStates(lease.order.id)).toEqual(before);
      expect((await fixture.findOrder(lease.order.id)).status).toBe('completed');
    });

    test('A failed report fails the task and its order with the error', async () => {
      const { fixture, world } = context();
      const lease = await leaseFirstStep();
      world.advance(5);
      const outcome = { kind: 'failed', error: '550 no such mailbox' } as const;
      expect(await fixture.report(lease, outcome)).toEqual([lease.taskId]);
      const failed = { state: 'failed', step: 'invoice', lastError: outcome.error, attempts: 1 };
      expect(await fixture.findTask(lease.taskId)).toMatchObject(failed);
      const detail = await fixture.findOrder(lease.order.id);
      expect(detail).toMatchObject({ status: 'failed', updatedAtMs: fixture.now() });
      expect(detail.history.at(-1)).toMatchObject({ state: 'failed', detail: outcome.error });
      await fixture.historyStates(lease.order.id);
      expect((await fixture.claimTasks('physical')).processed).toBe(0);
      await expectFenced(lease);
    });

    test('A failed report of the notice fails the task, and keeps nothing from its order', async () => {
      const { fixture, store, world } = context();
      const lease = await leaseTask();
      const before = await fixture.findOrder(lease.order.id);
      world.advance(5);
      const outcome = { kind: 'failed', error: '550 no such mailbox' } as const;
      expect(await fixture.report(lease, outcome)).toEqual([lease.taskId]);
      const failed = { state: 'failed', step: 'notify_customer', lastError: outcome.error, attempts: 1 };
      expect(await fixture.findTask(lease.taskId)).toMatchObject(failed);
      expect(await fixture.findOrder(lease.order.id)).toEqual(before);
      expect(before.status).toBe('completed');
      expect((await unwrap(store.ledger.counts(fixture.now()))).paid_without_progress.count).toBe(0);

      expect(await unwrap(store.queue.retry([lease.taskId], fixture.now()))).toBe(1);
      expect(await fixture.findOrder(lease.order.id)).toEqual(before);
      const again = defined((await fixture.claimTasks('physical')).leases[0]);
      await fixture.report(again, done);
      expect((await fixture.historyStates(lease.order.id)).slice(-2)).toEqual([
        'completed',
        'customer_notified',
      ]);
    });

    test('One batch accepts reports of several kinds, orders and pipelines', async () => {
      const { fixture, store } = context();
      const types = ['physical', 'digital', 'service', 'physical', 'digital'];
      const leases = await fixture.payAndLease(
        await fixture.createProducts(types.map((type) => fixture.productDraft({ type }))),
      );
      const outcomes = [
        done,
        done,
        { kind: 'failed', error: 'no' } as const,
        { kind: 'retry', error: 'later', runAtMs: fixture.now() + 5 } as const,
        done,
      ];
      const reports = outcomes.map((outcome, index) => ({ ...defined(leases[index]), outcome }));
      const unknown = { taskId: fixture.newId(), lease: 1, outcome: done };
      const accepted = await unwrap(store.queue.report([...reports, unknown], fixture.now()));
      expect(accepted.toSorted()).toEqual(leases.map(({ taskId }) => taskId).toSorted());
      const statuses = await Promise.all(
        leases.map(async ({ order }) => (await fixture.findOrder(order.id)).status),
      );
      expect(new Set(statuses)).toEqual(new Set(['completed']));
      expect((await fixture.listTasks()).map(({ state }) => state)).toEqual(['failed', 'waiting']);
      expect(await unwrap(store.queue.report([], fixture.now()))).toEqual([]);
    });

    test('A report that is sent many times at once is accepted once', async () => {
      const { fixture } = context();
      const lease = await leaseTask();
      await fixture.openConnections();
      const accepted = await Promise.all(Array.from({ length: 6 }, () => fixture.report(lease, done)));
      expect(accepted.flat()).toEqual([lease.taskId]);
      expect(
        (await fixture.historyStates(lease.order.id)).filter((state) => state === 'customer_notified'),
      ).toHaveLength(1);
    });

    test('A report under a lease number that was never given changes nothing', async () => {
      const lease = await leaseTask();
      await expectFenced({ ...lease, lease: lease.lease + 1 });
      await expectFenced({ ...lease, lease: lease.lease - 1 });
    });

    test('A heartbeat protects a task from a rescue', async () => {
      const { fixture, world } = context();
      const lease = await leaseTask();
      const other = await leaseTask();
      world.advance(29_000);
      const unknown = { ...lease, taskId: fixture.newId() };
      expect(await heartbeat([lease, unknown], fixture.now() + 30_000)).toEqual([lease.taskId]);
      expect(await heartbeat([], fixture.now())).toEqual([]);
      world.advance(29_999);
      expect(await rescue()).toBe(1);
      expect(await fixture.findTask(lease.taskId)).toMatchObject({ state: 'running', crashes: 0 });
      expect(await fixture.findTask(other.taskId)).toMatchObject({ state: 'ready', crashes: 1 });
      world.advance(1);
      expect(await rescue()).toBe(1);
    });

    test('A report after the end of its lease is accepted if nobody rescued the task', async () => {
      const { fixture, world } = context();
      const lease = await leaseTask();
      world.advance(30_001);
      expect(await fixture.report(lease, done)).toEqual([lease.taskId]);
      expect(await rescue()).toBe(0);
    });

    test('A released task is ready again without a spent attempt', async () => {
      const { fixture, store } = context();
      const lease = await leaseTask();
      const before = await fixture.findOrder(lease.order.id);
      await unwrap(store.queue.release([lease], fixture.now()));
      await unwrap(store.queue.release([], fixture.now()));
      expect(await fixture.findTask(lease.taskId)).toMatchObject({ state: 'ready', attempts: 0, crashes: 0 });
      expect(await fixture.findOrder(lease.order.id)).toEqual(before);
      await expectFenced(lease);
      const again = defined((await fixture.claimTasks('physical')).leases[0]);
      expect(again).toMatchObject({ taskId: lease.taskId, attempts: 0 });
      expect(again.lease).toBeGreaterThan(lease.lease);
      await expectFenced(lease);
    });

    test('A task of a lost worker is rescued, and later reports of that worker change nothing', async () => {
      const { fixture, world } = context();
      const lease = await leaseTask();
      world.advance(29_999);
      expect(await rescue()).toBe(0);
      world.advance(1);
      expect(await rescue()).toBe(1);
      expect(await fixture.findTask(lease.taskId)).toMatchObject({ state: 'ready', attempts: 0, crashes: 1 });
      await expectFenced(lease);
      expect(await rescue()).toBe(0);

      const again = defined((await fixture.claimTasks('physical')).leases[0]);
      expect(again.lease).toBeGreaterThan(lease.lease);
      expect(again).toMatchObject({ attempts: 0, alreadyDone: false });
      await expectFenced(lease);
      expect(await fixture.report(again, done)).toEqual([lease.taskId]);
    });

    test('A task that loses too many workers fails until an operator retries it', async () => {
      const { fixture, store, world } = context();
      const lease = await leaseFirstStep();
      for (const crashes of [1, 2]) {
        world.advance(30_001);
        expect(await rescue(3)).toBe(1);
        expect(await fixture.findTask(lease.taskId)).toMatchObject({ state: 'ready', crashes });
        expect((await fixture.claimTasks(withRemoteStep('physical'))).processed).toBe(1);
      }
      world.advance(30_001);
      expect(await rescue(3)).toBe(1);
      const failed = await fixture.findTask(lease.taskId);
      expect(failed).toMatchObject({ state: 'failed', crashes: 3, attempts: 0 });
      const detail = await fixture.findOrder(lease.order.id);
      expect(detail).toMatchObject({ status: 'failed', updatedAtMs: fixture.now() });
      expect(detail.history.at(-1)).toMatchObject({ state: 'failed', detail: defined(failed.lastError) });
      await fixture.historyStates(lease.order.id);

      expect(await unwrap(store.queue.retry([lease.taskId], fixture.now()))).toBe(1);
      expect(await fixture.findTask(lease.taskId)).toMatchObject({ state: 'ready', crashes: 0 });
      const again = defined((await fixture.claimTasks('physical')).leases[0]);
      await fixture.report(again, done);
      expect((await fixture.historyStates(lease.order.id)).slice(-6)).toEqual([
        'failed',
        'retried',
        'invoiced',
        'shipment_requested',
        'completed',
        'customer_notified',
      ]);
    });

    test('Concurrent rescues count each crash once and begin with the oldest leases', async () => {
      const { fixture, world } = context();
      const product = await fixture.createProduct();
      const first = await fixture.payAndLease([product]);
      world.advance(1);
      const rest = await fixture.payAndLease(Array(9).fill(product));
      world.advance(30_001);
      expect(await rescue(9, 1)).toBe(1);
      expect(await fixture.findTask(defined(first[0]).taskId)).toMatchObject({ crashes: 1, state: 'ready' });
      const rescued: number[] = [];
      await fixture.openConnections();
      for (let more = true; more; ) {
        const round = await Promise.all(Array.from({ length: 4 }, () => rescue(9, 3)));
        rescued.push(...round);
        more = round.some((count) => count > 0);
      }
      expect(rescued.reduce((sum, count) => sum + count, 0)).toBe(9);
      for (const { taskId } of rest)
        expect(await fixture.findTask(taskId)).toMatchObject({ crashes: 1, state: 'ready' });
    });

    test('Either a late report or a concurrent rescue gets the task', async () => {
      const { fixture, world } = context();
      const leases = await fixture.payAndLease(Array(12).fill(await fixture.createProduct()));
      world.advance(30_001);
      await fixture.openConnections();
      const [rescued, ...accepted] = await Promise.all([
        rescue(),
        ...leases.map((lease) => fixture.report(lease, done)),
      ]);
      const acceptedIds = new Set(accepted.flat());
      expect(rescued + acceptedIds.size).toBe(12);
      for (const { taskId, order } of leases) {
        const states = await fixture.historyStates(order.id);
        expect(states.at(-1)).toBe(acceptedIds.has(taskId) ? 'customer_notified' : 'completed');
      }
    });
  });
};
