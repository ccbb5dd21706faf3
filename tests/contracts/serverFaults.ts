import { describe, expect, test } from 'bun:test';
import { physicalPipeline } from '../../core/pipelines/physical.ts';
import { withServices } from '../../core/pipelines/withServices.ts';
import { defined, unwrap } from './fixture.ts';
import { createPauseFixture, mailStep } from './pauseFixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** Pauses that begin with a fault of a server, and their probes. */
export const serverFaultsContract = (name: string, open: OpenStore): void => {
  describe(`${name}: faults of servers`, () => {
    const context = useFreshStore(open);
    const pauses = createPauseFixture(context);
    const { command, begin, beginForFault, list, sendProbes, resume } = pauses;
    const { states, payMany, parkMany, claimProbe } = pauses;

    test('A fault of a server parks its task and counts nothing, and one call alone has begun the pause', async () => {
      const { fixture } = context();
      const leases = await fixture.payAndLease(Array(3).fill(await fixture.createProduct()));
      const begun = await Promise.all([beginForFault(), beginForFault(), beginForFault()]);
      expect(begun.filter(Boolean)).toHaveLength(1);
      for (const lease of leases)
        await fixture.report(lease, { kind: 'unavailable', error: 'down', retryAfterMs: null });
      for (const task of await fixture.listTasks())
        expect(task).toMatchObject({ state: 'paused', attempts: 0, crashes: 0, lastError: 'down' });
      expect(await list()).toMatchObject([{ ...mailStep, origin: 'fault', reason: 'down' }]);
      expect(await beginForFault({ pipeline: 'digital' })).toBe(true);
    });

    test('One probe at a time passes a pause of a fault, when it is due', async () => {
      const { fixture, world } = context();
      await parkMany(3);
      expect(await sendProbes()).toBe(0);
      world.advance(1_000);
      const sent = await Promise.all([sendProbes(), sendProbes(), sendProbes()]);
      expect(sent.toSorted()).toEqual([0, 0, 1]);
      const { count, lease } = await claimProbe();
      expect(count).toBe(1);
      world.advance(5_000);
      expect(await sendProbes()).toBe(0);
      expect(lease.probe).toEqual({ pauseId: defined((await list())[0]).id, failures: 0 });
      expect(await fixture.claimTasks('physical')).toEqual({ processed: 0, leases: [] });
    });

    test('A probe that fails keeps the pause, and the next one is later and is another task', async () => {
      const { fixture, store, world } = context();
      await parkMany(3);
      const tried = new Set<string>();
      for (const failures of [0, 1, 2]) {
        world.advance(60_000);
        expect(await sendProbes()).toBe(1);
        const { lease, probe } = await claimProbe();
        tried.add(lease.taskId);
        expect(probe.failures).toBe(failures);
        await fixture.report(lease, { kind: 'unavailable', error: 'still down', retryAfterMs: null });
        const outcome = {
          kind: 'unavailable',
          reason: 'still down',
          probeAtMs: fixture.now() + 30_000,
        } as const;
        expect(
          await unwrap(store.pauses.finishProbe({ ...probe, taskId: lease.taskId }, outcome)),
        ).toBeNull();
        world.advance(29_999);
        expect(await sendProbes()).toBe(0);
      }
      expect(tried.size).toBe(3);
      expect(await list()).toMatchObject([{ reason: 'still down' }]);
      expect(await states()).toEqual(['paused', 'paused', 'paused']);
    });

    test('A probe that was answered ends the pause once, and the others go on', async () => {
      const { fixture, store, world } = context();
      await parkMany(3);
      world.advance(1_000);
      await sendProbes();
      const { lease, probe } = await claimProbe();
      await fixture.report(lease, { kind: 'done', detail: null });
      const finish = () =>
        unwrap(store.pauses.finishProbe({ ...probe, taskId: lease.taskId }, { kind: 'over' }));
      const ended = await Promise.all([finish(), finish()]);
      expect(ended.filter((one) => one !== null)).toMatchObject([{ pause: mailStep, waited: 2 }]);
      expect(await list()).toEqual([]);
      expect(await resume(1)).toBe(1);
      expect(await resume()).toBe(1);
      const { leases } = await fixture.claimTasks('physical');
      expect(leases).toMatchObject([
        { probe: null, attempts: 0 },
        { probe: null, attempts: 0 },
      ]);
    });

    test('A probe whose worker stopped is rescued and stays the probe, and one that is gone is replaced', async () => {
      const { fixture, store, world } = context();
      const { seenId } = await parkMany(3);
      world.advance(1_000);
      await sendProbes();
      const first = await claimProbe();
      world.advance(31_000);
      await unwrap(store.queue.rescue({ nowMs: fixture.now(), crashesMax: 5, limit: 10 }));
      expect(await sendProbes()).toBe(0);
      const again = await claimProbe();
      expect(again.lease).toMatchObject({ taskId: first.lease.taskId, probe: first.probe });
      // Its report came, but its worker stopped before it could end the pause.
      await fixture.report(again.lease, {
        kind: 'retry',
        error: 'later',
        runAtMs: fixture.now() + 86_400_000,
      });
      world.advance(1_000);
      expect(await sendProbes()).toBe(1);
      const { lease, probe } = await claimProbe();
      expect(lease.taskId).not.toBe(first.lease.taskId);
      const late = { ...first.probe, taskId: first.lease.taskId };
      expect(await unwrap(store.pauses.finishProbe(late, { kind: 'over' }))).toBeNull();
      expect(
        await unwrap(store.pauses.finishProbe({ ...probe, taskId: lease.taskId }, { kind: 'over' })),
      ).not.toBeNull();
      expect(seenId).toBeString();
    });

    test('The end of a pause of a fault by an operator makes its probe due, and the pause stays', async () => {
      const { fixture, store, world } = context();
      await payMany(1);
      await beginForFault({}, 3_600_000);
      await fixture.claimTasks('physical');
      world.advance(1_000);
      expect(await sendProbes()).toBe(0);
      const [pause] = await list();
      expect(await unwrap(store.pauses.end(defined(pause).id, fixture.now(), command()))).toBe(true);
      expect(await list()).toHaveLength(1);
      expect(await sendProbes()).toBe(1);
    });

    test('No probe is sent while an operator holds the step, and the probe of then is held, too', async () => {
      const { fixture, world } = context();
      await parkMany(2);
      world.advance(1_000);
      await sendProbes();
      await begin();
      expect(await fixture.claimTasks('physical')).toEqual({ processed: 1, leases: [] });
      world.advance(60_000);
      expect(await sendProbes()).toBe(0);
    });

    test('A probe is sent while an operator holds another step of the pipeline', async () => {
      const { world } = context();
      await parkMany(2);
      await begin({ step: 'invoice' });
      world.advance(1_000);
      expect(await sendProbes()).toBe(1);
    });

    test('A pause of a fault ends if its step is done in the database from now on', async () => {
      const { fixture, world } = context();
      await payMany(2);
      const shipment = { pipeline: 'physical', step: 'request_shipment' };
      await beginForFault(shipment);
      await fixture.claimTasks(withServices(physicalPipeline, ['carrier']));
      world.advance(1_000);
      expect(await sendProbes([shipment])).toBe(0);
      expect(await list()).toEqual([]);
      expect(await resume()).toBe(2);
      expect((await fixture.claimTasks('physical')).leases).toHaveLength(2);
    });

    test('A pause of a fault ends when the last task at its step was skipped', async () => {
      const { fixture, store, world } = context();
      const { ids } = await parkMany(2);
      const skip = (taskId: string | undefined) =>
        unwrap(
          store.queue.skip(
            { taskIds: [defined(taskId)], reason: 'told by telephone', step: null, services: [] },
            fixture.now(),
            command(),
          ),
        );
      expect(await skip(ids[0])).toBe(1);
      world.advance(1_000);
      expect(await sendProbes()).toBe(1);
      const { lease } = await claimProbe();
      expect(await skip(lease.taskId)).toBe(1);
      expect(await list()).toHaveLength(1);
      world.advance(1_000);
      expect(await sendProbes()).toBe(0);
      expect(await list()).toEqual([]);
    });

    test('A pause of a fault stays while a task at its step is running or ready', async () => {
      const { fixture, world } = context();
      const [lease] = await fixture.payAndLease([await fixture.createProduct()]);
      await beginForFault();
      world.advance(1_000);
      expect(await sendProbes()).toBe(0);
      expect(await list()).toHaveLength(1);
      await fixture.report(defined(lease), { kind: 'unavailable', error: 'down', retryAfterMs: null });
      expect(await sendProbes()).toBe(1);
      expect(await list()).toHaveLength(1);
    });

    test('The jobs of a paused step or pipeline are held, and go on after it', async () => {
      const { fixture, store, world } = context();
      const orders = await fixture.placeOrders(Array(2).fill(await fixture.createProduct()));
      await fixture.payAlone(orders);
      for (const { id } of orders) await fixture.requestRefund(id);
      const refundStep = { pipeline: 'refund', step: 'notify_customer' };
      const [first, second] = await fixture.claimJobs('refund');
      for (const job of [defined(first), defined(second)])
        await fixture.reportJob(job, { kind: 'advanced', step: 'notify_customer' });
      const [seen] = await fixture.claimJobs('refund', { limit: 1 });
      await beginForFault(refundStep);
      await fixture.reportJob(defined(seen), { kind: 'unavailable', error: 'down', retryAfterMs: null });
      expect(await fixture.claimJobs('refund')).toEqual([]);
      expect(await fixture.listTasks({ pipeline: 'refund' })).toMatchObject([
        { state: 'paused', attempts: 0 },
        { state: 'paused', attempts: 0 },
      ]);
      world.advance(1_000);
      expect(await sendProbes()).toBe(1);
      const [job, ...others] = await fixture.claimJobs('refund');
      expect(others).toEqual([]);
      const probe = defined(job?.probe);
      await fixture.reportJob(defined(job), { kind: 'done' });
      await unwrap(store.pauses.finishProbe({ ...probe, taskId: defined(job).taskId }, { kind: 'over' }));
      const whole = await begin({ pipeline: 'refund', step: null });
      expect(await resume()).toBe(0);
      expect(await fixture.claimJobs('refund')).toEqual([]);
      await unwrap(store.pauses.end(whole.id, fixture.now()));
      expect(await resume()).toBe(1);
      expect(await fixture.claimJobs('refund')).toHaveLength(1);
    });
  });
};
