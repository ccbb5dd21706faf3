import { describe, expect, test } from 'bun:test';
import type { RefundCommand } from '../../core/refund.ts';
import { defined, refundFailed, refundSucceeded, unwrap } from './fixture.ts';
import { shuffled } from './shuffled.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** Concurrent refund calls of many operators and workers. */
export const refundRacesContract = (name: string, open: OpenStore): void => {
  describe(`${name}: refund races`, () => {
    const context = useFreshStore(open);
    const done = { kind: 'done', detail: null } as const;

    const request = (command: RefundCommand) =>
      context().store.refunds.request(command, context().fixture.now());

    const createProduct = () =>
      context().fixture.createProduct({ price: { amount: 1_000, currency: 'VND' } });

    const listRefunds = async (orderId: string) =>
      (await unwrap(context().store.refunds.list({ orderId, status: null, after: null, limit: 100 }))).items;

    test('Fifty concurrent refunds of a tenth each write ten refunds and never exceed the payment', async () => {
      const { fixture, store } = context();
      const order = await fixture.placePaidOrder(await createProduct());
      await fixture.openConnections();
      const tenth = { amount: 100, currency: null };
      const results = await Promise.all(
        Array.from({ length: 50 }, () => request(fixture.refundCommand(order.id, { amount: tenth }))),
      );
      const written = results.flatMap((each) => (each.isOk() ? [each.value.refund] : []));
      expect(written).toHaveLength(10);
      for (const each of results)
        if (each.isErr())
          expect(each.error).toEqual({
            kind: 'refund_too_large',
            left: { amount: expect.any(Number), currency: 'VND' },
          });
      expect(await listRefunds(order.id)).toHaveLength(10);
      expect(await fixture.listTasks({ pipeline: 'refund' })).toHaveLength(10);
      expect(await fixture.historyStates(order.id)).toEqual([
        'pending',
        'paying',
        'paid',
        ...Array(10).fill('refund_requested'),
      ]);

      await Promise.all(
        written.flatMap(({ id }) =>
          Array.from({ length: 2 }, () =>
            store.refunds.finish({ refundId: id, outcome: refundSucceeded }, fixture.now()),
          ),
        ),
      );
      expect(await fixture.findOrder(order.id)).toMatchObject({ status: 'refunded' });
      expect((await fixture.historyStates(order.id)).slice(13)).toEqual([
        ...Array(9).fill('partially_refunded'),
        'refunded',
      ]);
      expect(await fixture.listTasks({ orderId: order.id })).toEqual([]);
    });

    test('One refund key that is sent many times at once creates one refund, and all calls return it', async () => {
      const { fixture } = context();
      const order = await fixture.placePaidOrder(await createProduct());
      const command = fixture.refundCommand(order.id, { amount: { amount: 10, currency: 'VND' } });
      await fixture.openConnections();
      const results = await Promise.all(
        Array.from({ length: 20 }, () =>
          unwrap(request({ ...command, refundId: fixture.newId(), taskId: fixture.newId() })),
        ),
      );
      expect(results.filter(({ replayed }) => !replayed)).toHaveLength(1);
      for (const { refund } of results) expect(refund).toEqual(defined(results[0]).refund);
      expect(await listRefunds(order.id)).toHaveLength(1);
      expect(await fixture.listTasks({ pipeline: 'refund' })).toHaveLength(1);
    });

    test('One refund key that is sent at once for different orders refunds one of them', async () => {
      const { fixture } = context();
      const orders = [];
      for (let index = 0; index < 8; index++)
        orders.push(await fixture.placePaidOrder(await createProduct()));
      const key = fixture.newId();
      await fixture.openConnections();
      const results = await Promise.all(orders.map(({ id }) => request(fixture.refundCommand(id, { key }))));
      expect(results.filter((each) => each.isOk())).toHaveLength(1);
      for (const each of results)
        if (each.isErr()) expect(each.error).toEqual({ kind: 'idempotency_key_reused' });
      expect(await fixture.listTasks({ pipeline: 'refund' })).toHaveLength(1);
      expect(await fixture.listTasks({ state: 'paused' })).toHaveLength(1);
    });

    test('Refunds that run beside pipelines leave each order in one end status with a gapless history', async () => {
      const { fixture, store, world } = context();
      const orders = [];
      const product = await createProduct();
      for (let index = 0; index < 24; index++) orders.push(await fixture.placePaidOrder(product));
      await fixture.openConnections();
      const work = async () => {
        for (let more = true; more; ) {
          const { processed, leases } = await fixture.claimTasks('physical', { limit: 5 });
          const reports = leases.map(({ taskId, lease }) => ({ taskId, lease, outcome: done }));
          await unwrap(store.queue.report(reports, fixture.now()));
          more = processed > 0;
        }
      };
      const refundOrder = async (orderId: string, amount: number | null) => {
        const changes = { amount: amount === null ? null : { amount, currency: null } };
        const requested = await request(fixture.refundCommand(orderId, changes));
        if (requested.isOk()) await fixture.finishRefund(requested.value.refund.id, refundSucceeded);
        return requested.isOk();
      };
      const [full, part] = [orders.slice(0, 12), orders.slice(12)];
      await Promise.all([
        ...Array.from({ length: 3 }, work),
        ...shuffled(full, world).map(({ id }) => refundOrder(id, null)),
        ...shuffled([...part, ...part], world).map(({ id }) => refundOrder(id, 300)),
      ]);
      await work();

      for (const { id } of full) {
        expect(await fixture.findOrder(id)).toMatchObject({ status: 'refunded' });
        expect((await fixture.historyStates(id)).at(-1)).toBe('refunded');
      }
      for (const { id } of part) {
        expect(await fixture.findOrder(id)).toMatchObject({ status: 'completed' });
        const states = await fixture.historyStates(id);
        for (const state of ['refund_requested', 'partially_refunded'])
          expect(states.filter((each) => each === state)).toHaveLength(2);
        expect(states.filter((each) => each === 'completed')).toHaveLength(1);
      }
      expect(await fixture.listTasks({ pipeline: 'physical' })).toEqual([]);
    });

    test('Either a report ends the task or a concurrent full refund pauses it', async () => {
      const { fixture } = context();
      const product = await createProduct();
      for (let round = 0; round < 6; round++) {
        const [lease] = await fixture.payAndLease([product]);
        const { order } = defined(lease);
        await fixture.openConnections();
        const [accepted] = await Promise.all([
          fixture.report(defined(lease), done),
          unwrap(request(fixture.refundCommand(order.id))),
        ]);
        expect(await fixture.listTasks({ orderId: order.id })).toHaveLength(1 - accepted.length);
        const states = await fixture.historyStates(order.id);
        expect(states.includes('customer_notified')).toBe(accepted.length === 1);
      }
    });

    test('Concurrent credit notes have no gap and no duplicate', async () => {
      const { fixture, store, world } = context();
      const leases = await fixture.payAndLease(Array(30).fill(await createProduct()));
      const refunds = [];
      for (const { order } of leases)
        refunds.push(await fixture.requestRefund(order.id, 10), await fixture.requestRefund(order.id, 20));
      await fixture.openConnections();
      await Promise.all(
        shuffled([...refunds, ...refunds], world).map(({ id }, index) =>
          unwrap(
            store.refunds.finish(
              { refundId: id, outcome: index % 5 === 0 ? refundFailed : refundSucceeded },
              fixture.now(),
            ),
          ),
        ),
      );
      const details = await Promise.all(refunds.map(({ id }) => fixture.findRefund(id)));
      const notes = details.flatMap(({ creditNote }) => creditNote ?? []);
      expect(notes.length).toBeGreaterThan(20);
      expect(notes.toSorted()).toEqual(
        notes.map((_, index) => `CN-2026-${String(index + 1).padStart(6, '0')}`),
      );
      for (const { status, creditNote } of details)
        if (status === 'succeeded') expect(creditNote).not.toBeNull();
    });

    test('Concurrent outcomes of a refund put its stock back once', async () => {
      const { fixture, store } = context();
      const service = await fixture.createProduct({ type: 'service', stock: 20 });
      const orders = [];
      for (let index = 0; index < 10; index++)
        orders.push(await fixture.placePaidOrder(service, { quantity: 2 }));
      await fixture.claimTasks('service');
      const refunds = [];
      for (const { id } of orders) refunds.push(await fixture.requestRefund(id));
      await fixture.openConnections();
      const changed = await Promise.all(
        [...refunds, ...refunds].map(({ id }) => fixture.finishRefund(id, refundSucceeded)),
      );
      expect(changed.filter((hasChanged) => hasChanged)).toHaveLength(10);
      expect((await unwrap(store.products.find(service.id)))?.stock).toBe(20);
    });
  });
};
