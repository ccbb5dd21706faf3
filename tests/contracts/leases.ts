import { describe, expect, test } from 'bun:test';
import { physical } from '../../core/pipelines/physical.ts';
import type { Pipeline } from '../../core/pipelines/pipeline.ts';
import type { Lease } from '../../core/queue.ts';
import { freshPlace, type Open } from './open.ts';
import { known, value } from './shop.ts';

/** What a worker does under a lease, and what it can no longer do without one. */
export const leasesContract = (name: string, open: Open): void => {
  describe(`${name}: leases`, () => {
    const place = freshPlace(open);
    const done = { kind: 'done', detail: null } as const;

    const leased = async (): Promise<Lease> => {
      const { shop } = place();
      return known((await shop.leased([await shop.product()]))[0]);
    };

    const heartbeat = (leases: readonly Lease[], untilMs: number) =>
      value(place().store.queue.heartbeat(leases, untilMs));

    const rescue = (crashesMax = 9, limit = 100) =>
      value(place().store.queue.rescue({ nowMs: place().shop.now(), crashesMax, limit }));

    /** Everything that can be seen of a task and its order. */
    const seen = async ({ taskId, order }: Lease) => {
      const { shop } = place();
      const [task] = (await shop.tasks()).filter(({ id }) => id === taskId);
      return { task: task ?? null, detail: await shop.detail(order.id) };
    };

    /** Nothing that a worker says under this lease is heard. */
    const expectFenced = async (old: Lease) => {
      const { shop, store } = place();
      const before = await seen(old);
      for (const outcome of [
        done,
        { kind: 'failed', error: 'too late' } as const,
        { kind: 'retry', error: 'too late', runAtMs: shop.now() } as const,
      ])
        expect(await shop.report(old, outcome)).toEqual([]);
      expect(await heartbeat([old], shop.now() + 1_000_000)).toEqual([]);
      await value(store.queue.release([old], shop.now()));
      expect(await seen(old)).toEqual(before);
    };

    test('done completes the order, and the task goes', async () => {
      const { shop, world } = place();
      const lease = await leased();
      world.advance(300);
      expect(await shop.report(lease, { kind: 'done', detail: '<a@b>' })).toEqual([lease.taskId]);
      const detail = await shop.detail(lease.order.id);
      expect(detail).toMatchObject({ status: 'completed', updatedAtMs: shop.now() });
      expect(detail.history.slice(-2)).toEqual([
        { seq: detail.history.length - 1, state: 'customer_notified', atMs: shop.now(), detail: '<a@b>' },
        { seq: detail.history.length, state: 'completed', atMs: shop.now(), detail: null },
      ]);
      expect(await shop.tasks()).toEqual([]);
      await expectFenced(lease);
    });

    test('a retry waits, and counts its tries', async () => {
      const { shop, world } = place();
      let lease = await leased();
      const before = await shop.history(lease.order.id);
      for (const attempts of [1, 2, 3]) {
        const runAtMs = shop.now() + 700;
        const outcome = { kind: 'retry', error: `busy ${attempts}`, runAtMs } as const;
        expect(await shop.report(lease, outcome)).toEqual([lease.taskId]);
        const waiting = { state: 'waiting', attempts, lastError: `busy ${attempts}`, runAtMs };
        expect(await shop.task(lease.taskId)).toMatchObject({ ...waiting, step: 'notify_customer' });
        await expectFenced(lease);
        world.advance(699);
        expect((await shop.take('physical')).touched).toBe(0);
        world.advance(1);
        expect(await shop.task(lease.taskId)).toMatchObject({ state: 'ready' });
        const again = known((await shop.take('physical')).leases[0]);
        expect(again).toMatchObject({ taskId: lease.taskId, attempts, alreadyDone: false });
        expect(again.lease).toBeGreaterThan(lease.lease);
        lease = again;
      }
      expect(await shop.history(lease.order.id)).toEqual(before);
      expect((await shop.detail(lease.order.id)).status).toBe('paid');
    });

    test('a failure stops task and order, with its error', async () => {
      const { shop, world } = place();
      const lease = await leased();
      world.advance(5);
      const outcome = { kind: 'failed', error: '550 no such mailbox' } as const;
      expect(await shop.report(lease, outcome)).toEqual([lease.taskId]);
      const failed = { state: 'failed', step: 'notify_customer', lastError: outcome.error, attempts: 1 };
      expect(await shop.task(lease.taskId)).toMatchObject(failed);
      const detail = await shop.detail(lease.order.id);
      expect(detail).toMatchObject({ status: 'failed', updatedAtMs: shop.now() });
      expect(detail.history.at(-1)).toMatchObject({ state: 'failed', detail: outcome.error });
      await shop.history(lease.order.id);
      expect((await shop.take('physical')).touched).toBe(0);
      await expectFenced(lease);
    });

    test('reports of many orders, of several kinds and pipelines, go in at once', async () => {
      const { shop, store } = place();
      const types = ['physical', 'digital', 'service', 'physical', 'digital'];
      const leases = await shop.leased(await shop.products(types.map((type) => shop.draft({ type }))));
      const outcomes = [
        done,
        done,
        { kind: 'failed', error: 'no' } as const,
        { kind: 'retry', error: 'later', runAtMs: shop.now() + 5 } as const,
        done,
      ];
      const reports = outcomes.map((outcome, index) => ({ ...known(leases[index]), outcome }));
      const unheard = { taskId: shop.freshId(), lease: 1, outcome: done };
      const accepted = await value(store.queue.report([...reports, unheard], shop.now()));
      expect(accepted.toSorted()).toEqual(leases.map(({ taskId }) => taskId).toSorted());
      const statuses = await Promise.all(
        leases.map(async ({ order }) => (await shop.detail(order.id)).status),
      );
      expect(statuses).toEqual(['completed', 'completed', 'failed', 'paid', 'completed']);
      expect((await shop.tasks()).map(({ state }) => state)).toEqual(['failed', 'waiting']);
      expect(await value(store.queue.report([], shop.now()))).toEqual([]);
    });

    test('a report is accepted once, however often it is sent at once', async () => {
      const { shop } = place();
      const lease = await leased();
      await shop.crowd();
      const accepted = await Promise.all(Array.from({ length: 6 }, () => shop.report(lease, done)));
      expect(accepted.flat()).toEqual([lease.taskId]);
      expect((await shop.history(lease.order.id)).filter((state) => state === 'completed')).toHaveLength(1);
    });

    test('a lease number that was never given is heard as little as an old one', async () => {
      const lease = await leased();
      await expectFenced({ ...lease, lease: lease.lease + 1 });
      await expectFenced({ ...lease, lease: lease.lease - 1 });
    });

    test('a heartbeat keeps the task from being rescued', async () => {
      const { shop, world } = place();
      const lease = await leased();
      const other = await leased();
      world.advance(29_000);
      const unheard = { ...lease, taskId: shop.freshId() };
      expect(await heartbeat([lease, unheard], shop.now() + 30_000)).toEqual([lease.taskId]);
      expect(await heartbeat([], shop.now())).toEqual([]);
      world.advance(29_999);
      expect(await rescue()).toBe(1);
      expect(await shop.task(lease.taskId)).toMatchObject({ state: 'running', crashes: 0 });
      expect(await shop.task(other.taskId)).toMatchObject({ state: 'ready', crashes: 1 });
      world.advance(1);
      expect(await rescue()).toBe(1);
    });

    test('a worker that comes too late for its lease, but before anyone else, is heard', async () => {
      const { shop, world } = place();
      const lease = await leased();
      world.advance(30_001);
      expect(await shop.report(lease, done)).toEqual([lease.taskId]);
      expect(await rescue()).toBe(0);
    });

    test('what is given back is ready again, with no attempt spent', async () => {
      const { shop, store } = place();
      const lease = await leased();
      const before = await shop.detail(lease.order.id);
      await value(store.queue.release([lease], shop.now()));
      await value(store.queue.release([], shop.now()));
      expect(await shop.task(lease.taskId)).toMatchObject({ state: 'ready', attempts: 0, crashes: 0 });
      expect(await shop.detail(lease.order.id)).toEqual(before);
      await expectFenced(lease);
      const again = known((await shop.take('physical')).leases[0]);
      expect(again).toMatchObject({ taskId: lease.taskId, attempts: 0 });
      expect(again.lease).toBeGreaterThan(lease.lease);
      await expectFenced(lease);
    });

    test('a task whose worker is lost is rescued, and the lost worker is not heard any more', async () => {
      const { shop, world } = place();
      const lease = await leased();
      world.advance(29_999);
      expect(await rescue()).toBe(0);
      world.advance(1);
      expect(await rescue()).toBe(1);
      expect(await shop.task(lease.taskId)).toMatchObject({ state: 'ready', attempts: 0, crashes: 1 });
      await expectFenced(lease);
      expect(await rescue()).toBe(0);

      const again = known((await shop.take('physical')).leases[0]);
      expect(again.lease).toBeGreaterThan(lease.lease);
      expect(again).toMatchObject({ attempts: 0, alreadyDone: false });
      await expectFenced(lease);
      expect(await shop.report(again, done)).toEqual([lease.taskId]);
    });

    test('a task that loses too many workers is failed, until an operator has seen to it', async () => {
      const { shop, store, world } = place();
      const lease = await leased();
      for (const crashes of [1, 2]) {
        world.advance(30_001);
        expect(await rescue(3)).toBe(1);
        expect(await shop.task(lease.taskId)).toMatchObject({ state: 'ready', crashes });
        expect((await shop.take('physical')).touched).toBe(1);
      }
      world.advance(30_001);
      expect(await rescue(3)).toBe(1);
      const failed = await shop.task(lease.taskId);
      expect(failed).toMatchObject({ state: 'failed', crashes: 3, attempts: 0 });
      const detail = await shop.detail(lease.order.id);
      expect(detail).toMatchObject({ status: 'failed', updatedAtMs: shop.now() });
      expect(detail.history.at(-1)).toMatchObject({ state: 'failed', detail: known(failed.lastError) });
      await shop.history(lease.order.id);

      expect(await value(store.queue.retry([lease.taskId], shop.now()))).toBe(1);
      expect(await shop.task(lease.taskId)).toMatchObject({ state: 'ready', crashes: 0 });
      const again = known((await shop.take('physical')).leases[0]);
      await shop.report(again, done);
      expect((await shop.history(lease.order.id)).slice(-4)).toEqual([
        'failed',
        'retried',
        'customer_notified',
        'completed',
      ]);
    });

    test('rescuers side by side count each crash once; the longest lost go first', async () => {
      const { shop, world } = place();
      const product = await shop.product();
      const first = await shop.leased([product]);
      world.advance(1);
      const rest = await shop.leased(Array(9).fill(product));
      world.advance(30_001);
      expect(await rescue(9, 1)).toBe(1);
      expect(await shop.task(known(first[0]).taskId)).toMatchObject({ crashes: 1, state: 'ready' });
      const rescued: number[] = [];
      await shop.crowd();
      for (let more = true; more; ) {
        const round = await Promise.all(Array.from({ length: 4 }, () => rescue(9, 3)));
        rescued.push(...round);
        more = round.some((count) => count > 0);
      }
      expect(rescued.reduce((sum, count) => sum + count, 0)).toBe(9);
      for (const { taskId } of rest)
        expect(await shop.task(taskId)).toMatchObject({ crashes: 1, state: 'ready' });
    });

    test('a late report and a rescue at once: one of them has the task', async () => {
      const { shop, world } = place();
      const leases = await shop.leased(Array(12).fill(await shop.product()));
      world.advance(30_001);
      await shop.crowd();
      const [rescued, ...accepted] = await Promise.all([
        rescue(),
        ...leases.map((lease) => shop.report(lease, done)),
      ]);
      const heard = new Set(accepted.flat());
      expect(rescued + heard.size).toBe(12);
      for (const { taskId, order } of leases) {
        const { status } = await shop.detail(order.id);
        expect(status).toBe(heard.has(taskId) ? 'completed' : 'paid');
        await shop.history(order.id);
      }
    });

    test('what the ledger says was done is not asked for again, whatever order the steps are in by now', async () => {
      const { shop } = place();
      const [taskId] = await shop.pay([await shop.order(await shop.product())]);
      const first = known((await shop.take(remoteReservation)).leases[0]);
      expect(first).toMatchObject({ taskId: known(taskId), step: 'reserve_stock', alreadyDone: false });
      expect(await shop.report(first, { kind: 'done', detail: 'R-1' })).toEqual([first.taskId]);
      expect(await shop.task(first.taskId)).toMatchObject({ step: 'invoice', state: 'ready', attempts: 0 });

      const second = known((await shop.take(reservationLast)).leases[0]);
      expect(second).toMatchObject({ taskId: first.taskId, step: 'reserve_stock', alreadyDone: true });
      expect(second.lease).toBeGreaterThan(first.lease);
    });
  });
};

const [reserve, invoice, ...rest] = physical.steps;

/** As if the goods were once reserved by another machine … */
const remoteReservation: Pipeline = {
  name: physical.name,
  steps: [
    { name: reserve.name, historyState: reserve.historyState, kind: 'external', service: 'notify_customer' },
    ...(invoice === undefined ? [] : [invoice]),
    ...rest,
  ],
};

/** … and another release asked for that after the invoice. */
const reservationLast: Pipeline = {
  name: physical.name,
  steps: [
    { name: 'invoice', historyState: 'invoiced', kind: 'tx', effect: 'issue_invoice' },
    { name: reserve.name, historyState: reserve.historyState, kind: 'external', service: 'notify_customer' },
  ],
};
