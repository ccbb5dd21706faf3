import { describe, expect, test } from 'bun:test';
import { defined, unwrap } from './fixture.ts';
import { createPauseFixture, mailStep } from './pauseFixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** Pauses of operators. Those of faults are in serverFaults.ts, and what refunds pause is in pausedTasks.ts. */
export const pausesContract = (name: string, open: OpenStore): void => {
  describe(`${name}: pauses`, () => {
    const context = useFreshStore(open);
    const { command, begin, list, resume, states, payMany } = createPauseFixture(context);

    test('A task that comes to a paused step is parked there, and the steps before it are done', async () => {
      const { fixture } = context();
      const [taskId] = await payMany(1);
      const pause = await begin();
      expect(pause).toEqual({
        id: pause.id,
        ...mailStep,
        origin: 'operator',
        reason: 'a move',
        sinceMs: fixture.now(),
      });
      expect(await list()).toEqual([pause]);
      expect(await fixture.claimTasks('physical')).toEqual({ processed: 1, leases: [] });
      const task = await fixture.findTask(defined(taskId));
      expect(task).toMatchObject({
        step: 'notify_customer',
        state: 'paused',
        attempts: 0,
        crashes: 0,
        lastError: null,
      });
      const [orderId] = task.orderIds;
      expect((await fixture.findOrder(defined(orderId))).status).toBe('completed');
      expect(await fixture.claimTasks('physical')).toEqual({ processed: 0, leases: [] });
    });

    test('A step in the database can be paused, and what is behind it waits', async () => {
      const { fixture, store } = context();
      await payMany(2);
      const { id } = await begin({ step: 'request_shipment' });
      expect(await fixture.claimTasks('physical')).toEqual({ processed: 2, leases: [] });
      expect(await fixture.listTasks({ state: 'paused' })).toMatchObject([
        { step: 'request_shipment' },
        { step: 'request_shipment' },
      ]);
      expect(await resume()).toBe(0);
      expect(await unwrap(store.pauses.end(id, fixture.now()))).toBe(true);
      expect(await list()).toEqual([]);
      expect(await resume()).toBe(2);
      expect((await fixture.claimTasks('physical')).leases).toHaveLength(2);
    });

    test('A paused pipeline is not claimed, and the others are', async () => {
      const { fixture } = context();
      const [physical, digital] = [
        await fixture.createProduct(),
        await fixture.createProduct({ type: 'digital' }),
      ];
      await fixture.payAlone(await fixture.placeOrders([physical, digital]));
      await begin({ step: null });
      expect(await fixture.claimTasks('physical')).toEqual({ processed: 0, leases: [] });
      expect((await fixture.claimTasks('digital')).leases).toMatchObject([{ probe: null }]);
      expect((await states()).toSorted()).toEqual(['paused', 'running']);
    });

    test('The tasks of a paused step are counted, listed and shown as paused, before a claim has parked them', async () => {
      const { fixture, store, world } = context();
      const { leases } = await fixture.claimTasks('physical').then(async () => {
        await payMany(3);
        return fixture.claimTasks('physical');
      });
      await unwrap(store.queue.release(leases.slice(0, 2), fixture.now()));
      await fixture.report(defined(leases[2]), {
        kind: 'retry',
        error: 'later',
        runAtMs: fixture.now() + 60_000,
      });
      await fixture.payAlone([await fixture.placeOrder(await fixture.createProduct())]);
      await begin();
      world.advance(5_000);
      const stats = await unwrap(store.queue.stats(fixture.now()));
      const counts = stats.counts.filter(({ tasks }) => tasks > 0);
      expect(counts.toSorted((one, other) => (one.state < other.state ? -1 : 1))).toEqual([
        { pipeline: 'physical', state: 'paused', tasks: 3 },
        { pipeline: 'physical', state: 'ready', tasks: 1 },
      ]);
      expect(stats.pauses).toEqual(await list());
      expect(stats.oldestReadyAgeMs).toBe(5_000);
      expect(await fixture.listTasks({ state: 'paused' })).toHaveLength(3);
      expect(await fixture.listTasks({ state: 'ready' })).toHaveLength(1);
      expect(await fixture.listTasks({ state: 'waiting' })).toEqual([]);
      const [orderId] = defined((await fixture.listTasks({ state: 'paused' }))[0]).orderIds;
      const timeline = await unwrap(
        store.orders.timeline({ orderId: defined(orderId), after: null, limit: 100, nowMs: fixture.now() }),
      );
      expect(timeline.items.filter(({ kind }) => kind === 'task')).toMatchObject([{ what: 'paused' }]);
    });

    test('Each pause holds a step, until the last of them has ended', async () => {
      const { fixture, store } = context();
      await payMany(1);
      const [one, other] = [await begin(), await begin({ step: null })];
      await fixture.claimTasks('physical');
      expect(await unwrap(store.pauses.end(one.id, fixture.now()))).toBe(true);
      expect(await unwrap(store.pauses.end(one.id, fixture.now()))).toBe(false);
      expect(await fixture.claimTasks('physical')).toEqual({ processed: 0, leases: [] });
      await unwrap(store.pauses.end(other.id, fixture.now()));
      expect((await fixture.claimTasks('physical')).leases).toHaveLength(1);
    });

    test('A parked task stays parked until the last pause of its step has ended', async () => {
      const { fixture, store } = context();
      await payMany(1);
      const [one, other] = [await begin(), await begin()];
      expect(await fixture.claimTasks('physical')).toEqual({ processed: 1, leases: [] });
      await unwrap(store.pauses.end(one.id, fixture.now()));
      expect(await resume()).toBe(0);
      await unwrap(store.pauses.end(other.id, fixture.now()));
      expect(await resume()).toBe(1);
      expect((await fixture.claimTasks('physical')).leases).toHaveLength(1);
    });

    test('A pause and its end are in the activity, and a repeated key makes no second pause', async () => {
      const { fixture, store } = context();
      const commandKey = {
        callerId: 'op',
        route: 'POST /queue/pauses',
        key: fixture.newId(),
        fingerprint: 'f',
      };
      const pause = { id: fixture.newId(), ...mailStep, reason: 'a move', command: command() };
      const first = await unwrap(store.pauses.beginOnce({ ...pause, commandKey }, fixture.now()));
      const repeated = { ...pause, id: fixture.newId(), commandKey };
      expect(await unwrap(store.pauses.beginOnce(repeated, fixture.now()))).toEqual({
        value: first.value,
        replayed: true,
      });
      expect(await list()).toEqual([first.value]);
      await unwrap(store.pauses.end(pause.id, fixture.now(), command()));
      await unwrap(store.pauses.end(pause.id, fixture.now(), command()));
      const query = {
        actor: null,
        action: null,
        target: pause.id,
        fromMs: null,
        toMs: null,
        after: null,
        limit: 10,
      };
      const { items } = await unwrap(store.activity.list(query));
      expect(items).toMatchObject([
        { action: 'pause.end', detail: 'physical notify_customer: a move' },
        { action: 'pause.begin', detail: 'physical notify_customer: a move' },
      ]);
    });

    test('A parked task can be refunded, and its refund holds it instead', async () => {
      const { fixture, store } = context();
      await payMany(1);
      const { id } = await begin();
      await fixture.claimTasks('physical');
      const [task] = await fixture.listTasks();
      await fixture.requestRefund(defined(task?.orderIds[0]));
      await unwrap(store.pauses.end(id, fixture.now()));
      expect(await resume()).toBe(0);
      expect(await fixture.claimTasks('physical')).toEqual({ processed: 0, leases: [] });
      expect(await fixture.listTasks({ pipeline: 'physical' })).toMatchObject([{ state: 'paused' }]);
    });
  });
};
