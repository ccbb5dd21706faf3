import { describe, expect, test } from 'bun:test';
import type { Page } from '../../core/page.ts';
import type { Task } from '../../core/queue.ts';
import { freshPlace, type Open } from './open.ts';
import { known, shuffled, succeeded, value } from './shop.ts';

/** What is owed, who may take it and when. What happens under a lease is in leases.ts. */
export const queueContract = (name: string, open: Open): void => {
  describe(`${name}: queue`, () => {
    const place = freshPlace(open);

    test('a task is taken through what our tables do, and leased with all that the mail needs', async () => {
      const { shop } = place();
      const contact = { email: 'an@example.com', language: 'en' };
      const order = await shop.order(await shop.product({ type: 'digital' }), { quantity: 2, contact });
      const [taskId] = await shop.pay([order]);
      const { touched, leases } = await shop.take('digital', { leaseMs: 12_345 });
      expect(touched).toBe(1);

      const detail = await shop.detail(order.id);
      const { payment, history, invoice, licences, ...paid } = detail;
      expect(leases).toEqual([
        {
          taskId: known(taskId),
          lease: 1,
          untilMs: shop.now() + 12_345,
          pipeline: 'digital',
          step: 'notify_customer',
          attempts: 0,
          order: paid,
          contact,
          invoiceNumber: known(invoice).number,
          licences,
          alreadyDone: false,
        },
      ]);
      expect(payment?.status).toBe('succeeded');
      expect(licences).toHaveLength(2);
      expect(history.at(-1)?.state).toBe('invoiced');
      const running = { id: taskId, step: 'notify_customer', state: 'running', attempts: 0, crashes: 0 };
      expect(await shop.tasks()).toMatchObject([running]);
      expect(await shop.take('digital')).toEqual({ touched: 0, leases: [] });
    });

    test('a language that nobody knows stays unknown', async () => {
      const { shop } = place();
      const contact = { email: 'an@example.com', language: null };
      await shop.pay([await shop.order(await shop.product(), { contact })]);
      expect((await shop.take('physical')).leases).toMatchObject([{ contact, licences: [] }]);
    });

    test('the longest ready go first, of one pipeline only, and no more than asked for', async () => {
      const { shop, world } = place();
      const physical = await shop.product();
      const [other] = await shop.pay([await shop.order(await shop.product({ type: 'service' }))]);
      const older = await shop.pay(await shop.orders([physical, physical]));
      world.advance(1);
      const newer = await shop.pay(await shop.orders([physical, physical]));
      const ids = async (limit: number) => {
        const { touched, leases } = await shop.take('physical', { limit });
        expect(touched).toBe(leases.length);
        return leases.map(({ taskId }) => taskId).sort();
      };
      expect(await ids(1)).toEqual([known(older[0])]);
      expect(await ids(2)).toEqual([known(older[1]), known(newer[0])].sort());
      expect(await ids(5)).toEqual([known(newer[1])]);
      expect((await shop.take('service')).leases).toMatchObject([{ taskId: known(other) }]);
    });

    test('the longest ready is by its time, not by its age', async () => {
      const { shop, world } = place();
      const [old] = await shop.leased([await shop.product()]);
      const runAtMs = shop.now() + 100;
      await shop.report(known(old), { kind: 'retry', error: 'later', runAtMs });
      const [young] = await shop.pay([await shop.order(await shop.product())]);
      world.advance(100);
      expect((await shop.take('physical', { limit: 1 })).leases).toMatchObject([{ taskId: known(young) }]);
      expect((await shop.take('physical', { limit: 1 })).leases).toMatchObject([
        { taskId: known(old).taskId },
      ]);
    });

    test('takers side by side never get the same task, and leave none', async () => {
      const { shop } = place();
      const paid = await shop.pay(await shop.orders(Array(60).fill(await shop.product())));
      const leases: string[] = [];
      await shop.crowd();
      for (let more = true; more; ) {
        const taken = await Promise.all(Array.from({ length: 5 }, () => shop.take('physical', { limit: 4 })));
        leases.push(...taken.flatMap((each) => each.leases.map(({ taskId }) => taskId)));
        more = taken.some(({ touched }) => touched > 0);
      }
      expect(leases.toSorted()).toEqual(paid.toSorted());
    });

    test('nor do they where the tasks stand at the mail already', async () => {
      const { shop, store } = place();
      const leases = await shop.leased(Array(40).fill(await shop.product()));
      await value(store.queue.release(leases, shop.now()));
      await shop.crowd();
      const taken = await Promise.all(Array.from({ length: 8 }, () => shop.take('physical', { limit: 10 })));
      const rest = await shop.take('physical');
      const ids = [...taken, rest].flatMap((each) => each.leases.map(({ taskId }) => taskId));
      expect(ids.toSorted()).toEqual(leases.map(({ taskId }) => taskId).toSorted());
    });

    test('counts: what is in which state, how old the oldest is, how much was finished', async () => {
      const { shop, store, world } = place();
      const counts = async () => {
        const all = await value(store.queue.stats(shop.now()));
        const told = all.counts.filter(({ tasks }) => tasks > 0);
        return {
          ...all,
          counts: Object.fromEntries(told.map((one) => [`${one.pipeline} ${one.state}`, one.tasks])),
        };
      };
      expect(await counts()).toEqual({ counts: {}, oldestReadyAgeMs: 0, finishedPerSecond: 0 });

      const product = await shop.product();
      const leases = await shop.leased(Array(5).fill(product));
      await shop.report(known(leases[0]), { kind: 'done', detail: null });
      await shop.report(known(leases[1]), { kind: 'done', detail: null });
      await shop.report(known(leases[2]), { kind: 'failed', error: 'no' });
      await shop.report(known(leases[3]), { kind: 'retry', error: 'later', runAtMs: shop.now() + 10_000 });
      world.advance(1_000);
      await shop.pay([await shop.order(product)]);
      world.advance(4_000);
      await shop.pay(await shop.orders(Array(2).fill(await shop.product({ type: 'digital' }))));
      expect(await counts()).toEqual({
        counts: {
          'physical running': 1,
          'physical failed': 1,
          'physical waiting': 1,
          'physical ready': 1,
          'digital ready': 2,
        },
        oldestReadyAgeMs: 4_000,
        finishedPerSecond: 2 / 60,
      });

      world.advance(5_000);
      expect((await counts()).counts).toMatchObject({ 'physical ready': 2 });
      expect((await counts()).oldestReadyAgeMs).toBe(9_000);
      world.advance(60_000);
      expect((await counts()).finishedPerSecond).toBe(0);
    });

    test('a task that waits is not the oldest that is ready', async () => {
      const { shop, store, world } = place();
      const [lease] = await shop.leased([await shop.product()]);
      await shop.report(known(lease), { kind: 'retry', error: 'later', runAtMs: shop.now() + 10_000 });
      world.advance(9_999);
      expect((await value(store.queue.stats(shop.now()))).oldestReadyAgeMs).toBe(0);
    });

    test('tasks are listed from the oldest, and narrowed by state, pipeline and order', async () => {
      const { shop, world } = place();
      const [physical, digital] = await shop.products([shop.draft(), shop.draft({ type: 'digital' })]);
      const leases = await shop.leased([known(physical), known(digital), known(physical)]);
      const [a, b, c] = leases.map((lease) => known(lease).taskId);
      await shop.report(known(leases[0]), { kind: 'failed', error: 'no' });
      await shop.report(known(leases[1]), { kind: 'retry', error: 'later', runAtMs: shop.now() + 1_000 });
      const [d] = await shop.pay([await shop.order(known(physical))]);

      const ids = async (query: Parameters<typeof shop.tasks>[0]) =>
        (await shop.tasks(query)).map(({ id }) => id);
      expect(await ids({})).toEqual([a, b, c, d].map((id) => known(id)));
      expect(await ids({ state: 'failed' })).toEqual([known(a)]);
      expect(await ids({ state: 'waiting' })).toEqual([known(b)]);
      expect(await ids({ state: 'running' })).toEqual([known(c)]);
      expect(await ids({ state: 'ready' })).toEqual([known(d)]);
      expect(await ids({ pipeline: 'digital' })).toEqual([known(b)]);
      expect(await ids({ pipeline: 'physical', state: 'waiting' })).toEqual([]);
      expect(await ids({ orderId: known(leases[2]).order.id })).toEqual([known(c)]);
      world.advance(1_000);
      expect(await ids({ state: 'ready' })).toEqual([known(b), known(d)]);
      expect(await ids({ state: 'waiting' })).toEqual([]);
    });

    test('pages of tasks repeat and skip nothing while work comes in', async () => {
      const { shop, store } = place();
      const product = await shop.product();
      const there = await shop.pay(await shop.orders(Array(7).fill(product)));
      const query = { state: null, pipeline: null, orderId: null, nowMs: shop.now() };
      const seen: string[] = [];
      let after: string | null = null;
      for (let page = 0; page < 4; page++) {
        const tasks: Page<Task, string> = await value(store.queue.tasks({ ...query, after, limit: 2 }));
        seen.push(...tasks.items.map(({ id }) => id));
        after = tasks.next;
        await shop.pay([await shop.order(product)]);
      }
      expect(seen.slice(0, 7)).toEqual([...there]);
      expect(new Set(seen).size).toBe(seen.length);
      const whole = await value(store.queue.tasks({ ...query, after: null, limit: 11 }));
      expect(whole).toMatchObject({ next: null, items: { length: 11 } });
    });

    test('an operator sends failed tasks on from where they stopped', async () => {
      const { shop, store, world } = place();
      const product = await shop.product();
      const [lease, running] = await shop.leased([product, product]);
      const { order, taskId } = known(lease);
      await shop.report(known(lease), { kind: 'retry', error: 'busy', runAtMs: shop.now() });
      const [second] = (await shop.take('physical')).leases;
      await shop.report(known(second), { kind: 'failed', error: 'no such mailbox' });
      expect(await shop.task(taskId)).toMatchObject({ state: 'failed', attempts: 2 });
      world.advance(50);

      const asked = [taskId, taskId, known(running).taskId, shop.freshId()];
      expect(await value(store.queue.retry(asked, shop.now()))).toBe(1);
      const clean = { step: 'notify_customer', state: 'ready', attempts: 0, crashes: 0, runAtMs: shop.now() };
      expect(await shop.task(taskId)).toMatchObject(clean);
      const retried = await shop.detail(order.id);
      expect(retried).toMatchObject({ status: 'paid', updatedAtMs: shop.now() });
      expect(retried.history.at(-1)).toMatchObject({ state: 'retried', atMs: shop.now() });
      expect(await value(store.queue.retry(asked, shop.now()))).toBe(0);
      expect(await value(store.queue.retry([], shop.now()))).toBe(0);

      const [third] = (await shop.take('physical')).leases;
      expect(third).toMatchObject({ taskId, attempts: 0, step: 'notify_customer' });
      expect(known(third).lease).toBeGreaterThan(known(second).lease);
      await shop.report(known(third), { kind: 'done', detail: null });
      expect((await shop.history(order.id)).slice(-4)).toEqual([
        'failed',
        'retried',
        'customer_notified',
        'completed',
      ]);
    });

    test('operators who press at once send a task on once', async () => {
      const { shop, store, world } = place();
      const paid = await shop.pay(await shop.orders(Array(60).fill(await shop.product())));
      const outcome = { kind: 'failed', error: 'no' } as const;
      await shop.crowd();
      // Round after round, since a database is slow at what it does for the first time.
      for (let round = 1; round <= 4; round++) {
        const { leases } = await shop.take('physical');
        await value(
          store.queue.report(
            leases.map((lease) => ({ ...lease, outcome })),
            shop.now(),
          ),
        );
        const sent = await Promise.all(
          Array.from({ length: 8 }, () => value(store.queue.retry(shuffled(paid, world), shop.now()))),
        );
        expect(sent.reduce((sum, count) => sum + count, 0)).toBe(60);
        for (const { order } of leases)
          expect((await shop.history(order.id)).filter((state) => state === 'retried')).toHaveLength(round);
      }
    });

    test('tasks that stand at the mail and tasks that come to it are leased together', async () => {
      const { shop, store } = place();
      const product = await shop.product();
      const [back] = await shop.leased([product]);
      await value(store.queue.release([known(back)], shop.now()));
      const [arriving] = await shop.pay([await shop.order(product)]);
      const { touched, leases } = await shop.take('physical');
      expect(touched).toBe(2);
      const expected = [known(back).taskId, known(arriving)].sort();
      expect(leases.map(({ taskId }) => taskId).sort()).toEqual(expected);
    });

    test('a payment that is settled late owes its work from then', async () => {
      const { shop, world } = place();
      const claim = await shop.claimed(shop.request([await shop.order(await shop.product())]));
      expect(await shop.take('physical')).toEqual({ touched: 0, leases: [] });
      world.advance(500_000);
      await shop.settle(claim, succeeded);
      expect(await shop.tasks()).toMatchObject([{ state: 'ready', runAtMs: shop.now() }]);
      expect((await shop.take('physical')).touched).toBe(1);
    });
  });
};
