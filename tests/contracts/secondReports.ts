import { describe, expect, test } from 'bun:test';
import { createEventFixture } from './eventFixture.ts';
import { defined, unwrap } from './fixture.ts';
import { createPauseFixture } from './pauseFixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** What comes too late, or a second time, and must change nothing. */
export const secondReportsContract = (name: string, open: OpenStore): void => {
  describe(`${name}: second reports`, () => {
    const context = useFreshStore(open);
    const { subscribe, claim, report } = createEventFixture(context);
    const { beginForFault, list, sendProbes, parkMany, claimProbe } = createPauseFixture(context);

    const placeOne = async () => context().fixture.placeOrder(await context().fixture.createProduct());

    test('An attempt to deliver under an old lease is not logged', async () => {
      const { fixture, store, world } = context();
      const id = await subscribe(['order.placed']);
      await placeOne();
      const old = await claim(id);
      world.advance(30_000);
      expect(await claim(id)).toHaveLength(1);
      const attempt = { atMs: fixture.now(), responseStatus: 500, error: 'status 500' };
      await report(id, old, { kind: 'failed', dueAtMs: fixture.now() }, attempt);
      const query = { subscriptionId: id, outcome: null, after: null, limit: 10 };
      expect((await unwrap(store.deliveries.list(query))).items).toEqual([]);
    });

    test('An event that failed is put back once under one lease', async () => {
      const { fixture } = context();
      const id = await subscribe(['order.placed']);
      await placeOne();
      const failed = await claim(id);
      const outcome = { kind: 'failed', dueAtMs: fixture.now() } as const;
      expect(await report(id, failed, outcome)).toBe(1);
      expect(await report(id, failed, outcome)).toBe(0);
      expect(await claim(id)).toMatchObject([{ attempts: 1 }]);
    });

    test('Two test events of one moment are one event', async () => {
      const { fixture, store } = context();
      const id = await subscribe([]);
      await unwrap(store.events.sendTest(id, fixture.now()));
      await unwrap(store.events.sendTest(id, fixture.now()));
      expect(await claim(id)).toHaveLength(1);
    });

    test('A rescue takes a task whose lease is over, and leaves one whose lease is not', async () => {
      const { fixture, store, world } = context();
      const product = await fixture.createProduct();
      const over = defined((await fixture.payAndLease([product]))[0]);
      world.advance(20_000);
      const held = defined((await fixture.payAndLease([product]))[0]);
      world.advance(10_000);
      expect(await unwrap(store.queue.rescue({ nowMs: fixture.now(), crashesMax: 9, limit: 9 }))).toBe(1);
      expect((await fixture.findTask(over.taskId)).state).toBe('ready');
      expect(await fixture.report(held, { kind: 'done', detail: null })).toEqual([held.taskId]);
    });

    test('A second report of a job under one lease changes nothing', async () => {
      const { fixture, store } = context();
      await unwrap(store.inbox.receive([fixture.inboxItem()], fixture.now()));
      const job = defined((await fixture.claimJobs('provider_event'))[0]);
      const retry = { kind: 'retry', error: 'later', runAtMs: fixture.now() + 1 } as const;
      expect(await fixture.reportJob(job, retry)).toEqual([job.taskId]);
      expect(await fixture.reportJob(job, { kind: 'done' })).toEqual([]);
      expect((await fixture.findTask(job.taskId)).state).toBe('waiting');
    });

    test('A probe is a task that is parked, and none that has failed', async () => {
      const { fixture, world } = context();
      const failing = defined((await fixture.payAndLease([await fixture.createProduct()]))[0]);
      await fixture.report(failing, { kind: 'failed', error: 'no address' });
      world.advance(1);
      const { ids } = await parkMany(1);
      world.advance(1_000);
      expect(await sendProbes()).toBe(1);
      expect((await fixture.findTask(failing.taskId)).state).toBe('failed');
      expect((await claimProbe()).lease.taskId).toBe(defined(ids[0]));
    });

    test('A failure that another task than the probe reports lets no second probe through', async () => {
      const { fixture, store, world } = context();
      await parkMany(3);
      world.advance(1_000);
      expect(await sendProbes()).toBe(1);
      const { probe } = await claimProbe();
      const outcome = { kind: 'unavailable', reason: 'of another', probeAtMs: fixture.now() } as const;
      await unwrap(store.pauses.finishProbe({ ...probe, taskId: fixture.newId() }, outcome));
      world.advance(1);
      expect(await sendProbes()).toBe(0);
      expect(await list()).toMatchObject([{ reason: 'down' }]);
    });

    test('A pause of a fault stays while a task of its step runs, and while one is ready', async () => {
      const { fixture, store, world } = context();
      const lease = defined((await fixture.payAndLease([await fixture.createProduct()]))[0]);
      await beginForFault();
      world.advance(1_000);
      expect(await sendProbes()).toBe(0);
      expect(await list()).toHaveLength(1);
      await unwrap(store.queue.release([lease], fixture.now()));
      expect(await sendProbes()).toBe(0);
      expect(await list()).toHaveLength(1);
    });
  });
};
