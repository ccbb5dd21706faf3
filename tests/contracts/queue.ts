import { describe, expect, test } from 'bun:test';
import { defined, succeeded, unwrap } from './fixture.ts';
import { withRemoteStep } from './remoteStep.ts';
import { shuffled } from './shuffled.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** Which tasks a worker claims, and when. Work under a lease is in leases.ts, lists and counts in taskLists.ts. */
export const queueContract = (name: string, open: OpenStore): void => {
  describe(`${name}: queue`, () => {
    const context = useFreshStore(open);

    test('A claim runs the tx steps of a task and leases it with all that the mail needs', async () => {
      const { fixture, store } = context();
      const contact = { email: 'an@example.com', language: 'en' };
      const order = await fixture.placeOrder(await fixture.createProduct({ type: 'digital' }), {
        quantity: 2,
        contact,
      });
      const [taskId] = await fixture.pay([order]);
      const { processed, leases } = await fixture.claimTasks('digital', { leaseMs: 12_345 });
      expect(processed).toBe(1);

      const detail = await fixture.findOrder(order.id);
      const { payment, history, invoice, licences, bookings, shipment, refunded: _, ...paid } = detail;
      expect(leases).toEqual([
        {
          taskId: defined(taskId),
          lease: 1,
          untilMs: fixture.now() + 12_345,
          pipeline: 'digital',
          step: 'notify_customer',
          attempts: 0,
          probe: null,
          checkoutId: defined(paid.checkoutId),
          orders: [{ order: paid, licences }],
          order: paid,
          contact,
          invoiceNumber: defined(invoice).number,
          issuedInvoice: await unwrap(store.invoices.ofCheckout(defined(paid.checkoutId))),
          references: [],
          body: null,
          alreadyDone: false,
          traceparent: null,
        },
      ]);
      expect(payment?.status).toBe('succeeded');
      expect(licences).toHaveLength(2);
      expect(bookings).toEqual([]);
      expect(shipment).toBeNull();
      expect(history.slice(-2).map(({ state }) => state)).toEqual(['invoiced', 'completed']);
      const running = { id: taskId, step: 'notify_customer', state: 'running', attempts: 0, crashes: 0 };
      expect(await fixture.listTasks()).toMatchObject([running]);
      expect(await fixture.claimTasks('digital')).toEqual({ processed: 0, leases: [] });
    });

    test('A lease has no language when the order has none', async () => {
      const { fixture } = context();
      const contact = { email: 'an@example.com', language: null };
      await fixture.pay([await fixture.placeOrder(await fixture.createProduct(), { contact })]);
      expect((await fixture.claimTasks('physical')).leases).toMatchObject([
        { contact, orders: [{ licences: [] }] },
      ]);
    });

    test('A claim leases tasks of one pipeline up to its limit, longest ready first', async () => {
      const { fixture, world } = context();
      const physical = await fixture.createProduct();
      const [other] = await fixture.pay([
        await fixture.placeOrder(await fixture.createProduct({ type: 'service' })),
      ]);
      const older = await fixture.payAlone(await fixture.placeOrders([physical, physical]));
      world.advance(1);
      const newer = await fixture.payAlone(await fixture.placeOrders([physical, physical]));
      const ids = async (limit: number) => {
        const { processed, leases } = await fixture.claimTasks('physical', { limit });
        expect(processed).toBe(leases.length);
        return leases.map(({ taskId }) => taskId).sort();
      };
      expect(await ids(1)).toEqual([defined(older[0])]);
      expect(await ids(2)).toEqual([defined(older[1]), defined(newer[0])].sort());
      expect(await ids(5)).toEqual([defined(newer[1])]);
      expect((await fixture.claimTasks('service')).leases).toMatchObject([{ taskId: defined(other) }]);
    });

    test('A claim orders tasks by the time they became ready, not by their age', async () => {
      const { fixture, world } = context();
      const [old] = await fixture.payAndLease([await fixture.createProduct()]);
      const runAtMs = fixture.now() + 100;
      await fixture.report(defined(old), { kind: 'retry', error: 'later', runAtMs });
      const [recent] = await fixture.pay([await fixture.placeOrder(await fixture.createProduct())]);
      world.advance(100);
      expect((await fixture.claimTasks('physical', { limit: 1 })).leases).toMatchObject([
        { taskId: defined(recent) },
      ]);
      expect((await fixture.claimTasks('physical', { limit: 1 })).leases).toMatchObject([
        { taskId: defined(old).taskId },
      ]);
    });

    test('Concurrent claims never lease the same task and leave none unclaimed', async () => {
      const { fixture } = context();
      const paid = await fixture.payAlone(
        await fixture.placeOrders(Array(60).fill(await fixture.createProduct())),
      );
      const leases: string[] = [];
      await fixture.openConnections();
      for (let more = true; more; ) {
        const rounds = await Promise.all(
          Array.from({ length: 5 }, () => fixture.claimTasks('physical', { limit: 4 })),
        );
        leases.push(...rounds.flatMap((each) => each.leases.map(({ taskId }) => taskId)));
        more = rounds.some(({ processed }) => processed > 0);
      }
      expect(leases.toSorted()).toEqual(paid.toSorted());
    });

    test('Concurrent claims of tasks at an external step never lease the same task', async () => {
      const { fixture, store } = context();
      const leases = await fixture.payAndLease(Array(40).fill(await fixture.createProduct()));
      await unwrap(store.queue.release(leases, fixture.now()));
      await fixture.openConnections();
      const claims = await Promise.all(
        Array.from({ length: 8 }, () => fixture.claimTasks('physical', { limit: 10 })),
      );
      const rest = await fixture.claimTasks('physical');
      const ids = [...claims, rest].flatMap((each) => each.leases.map(({ taskId }) => taskId));
      expect(ids.toSorted()).toEqual(leases.map(({ taskId }) => taskId).toSorted());
    });

    test('A retry makes failed tasks ready again at the step that failed', async () => {
      const { fixture, store, world } = context();
      const product = await fixture.createProduct();
      const [lease, running] = await fixture.payAndLease([product, product], withRemoteStep);
      const { order, taskId } = defined(lease);
      await fixture.report(defined(lease), { kind: 'retry', error: 'busy', runAtMs: fixture.now() });
      const [second] = (await fixture.claimTasks(withRemoteStep('physical'))).leases;
      await fixture.report(defined(second), { kind: 'failed', error: 'no such mailbox' });
      expect(await fixture.findTask(taskId)).toMatchObject({ state: 'failed', attempts: 2 });
      world.advance(50);

      const taskIds = [taskId, taskId, defined(running).taskId, fixture.newId()];
      expect(await unwrap(store.queue.retry(taskIds, fixture.now()))).toBe(1);
      const clean = {
        step: 'invoice',
        state: 'ready',
        attempts: 0,
        crashes: 0,
        runAtMs: fixture.now(),
      };
      expect(await fixture.findTask(taskId)).toMatchObject(clean);
      const retried = await fixture.findOrder(order.id);
      expect(retried).toMatchObject({ status: 'paid', updatedAtMs: fixture.now() });
      expect(retried.history.at(-1)).toMatchObject({ state: 'retried', atMs: fixture.now() });
      expect(await unwrap(store.queue.retry(taskIds, fixture.now()))).toBe(0);
      expect(await unwrap(store.queue.retry([], fixture.now()))).toBe(0);

      const [third] = (await fixture.claimTasks(withRemoteStep('physical'))).leases;
      expect(third).toMatchObject({ taskId, attempts: 0, step: 'invoice' });
      expect(defined(third).lease).toBeGreaterThan(defined(second).lease);
      await fixture.report(defined(third), { kind: 'done', detail: null });
      expect((await fixture.historyStates(order.id)).slice(-3)).toEqual(['failed', 'retried', 'invoiced']);
    });

    test('Concurrent retries make each failed task ready once', async () => {
      const { fixture, store, world } = context();
      const paid = await fixture.payAlone(
        await fixture.placeOrders(Array(60).fill(await fixture.createProduct())),
      );
      const outcome = { kind: 'failed', error: 'no' } as const;
      await fixture.openConnections();
      // Several rounds, because a database is slow when it runs a statement for the first time.
      for (let round = 1; round <= 4; round++) {
        const { leases } = await fixture.claimTasks(withRemoteStep('physical'));
        await unwrap(
          store.queue.report(
            leases.map((lease) => ({ ...lease, outcome })),
            fixture.now(),
          ),
        );
        const retried = await Promise.all(
          Array.from({ length: 8 }, () => unwrap(store.queue.retry(shuffled(paid, world), fixture.now()))),
        );
        expect(retried.reduce((sum, count) => sum + count, 0)).toBe(60);
        for (const { order } of leases)
          expect((await fixture.historyStates(order.id)).filter((state) => state === 'retried')).toHaveLength(
            round,
          );
      }
    });

    test('One claim leases tasks at an external step together with tasks that arrive there', async () => {
      const { fixture, store } = context();
      const product = await fixture.createProduct();
      const [released] = await fixture.payAndLease([product]);
      await unwrap(store.queue.release([defined(released)], fixture.now()));
      const [arriving] = await fixture.pay([await fixture.placeOrder(product)]);
      const { processed, leases } = await fixture.claimTasks('physical');
      expect(processed).toBe(2);
      const expected = [defined(released).taskId, defined(arriving)].sort();
      expect(leases.map(({ taskId }) => taskId).sort()).toEqual(expected);
    });

    test('A payment with a late outcome has its tasks from that time', async () => {
      const { fixture, world } = context();
      const claim = await fixture.claimCheckout(
        fixture.checkoutRequest([await fixture.placeOrder(await fixture.createProduct())]),
      );
      expect(await fixture.claimTasks('physical')).toEqual({ processed: 0, leases: [] });
      world.advance(500_000);
      await fixture.recordOutcome(claim, succeeded);
      expect(await fixture.listTasks()).toMatchObject([{ state: 'ready', runAtMs: fixture.now() }]);
      expect((await fixture.claimTasks('physical')).processed).toBe(1);
    });
  });
};
