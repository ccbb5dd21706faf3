import { describe, expect, test } from 'bun:test';
import type { Order } from '../../core/order.ts';
import { defined, refundFailed, refundSucceeded, unwrap } from './fixture.ts';
import { withRemoteStep } from './remoteStep.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** An order that is refunded leaves its group, and the others go on. */
export const groupRefundsContract = (name: string, open: OpenStore): void => {
  describe(`${name}: refunds in groups`, () => {
    const context = useFreshStore(open);

    /** Orders of one type, paid in one checkout. */
    const payGroup = async (count: number): Promise<readonly [Order, ...Order[]]> => {
      const { fixture } = context();
      const orders = await fixture.placeOrders(Array(count).fill(await fixture.createProduct()));
      await fixture.pay(orders);
      return [defined(orders[0]), ...orders.slice(1)];
    };

    /** Of each task of a group: its state and its orders. */
    const groups = async () =>
      (await context().fixture.listTasks({ pipeline: 'physical' })).map(({ state, orderIds }) => ({
        state,
        orderIds,
      }));

    const statesOf = async (order: Order | undefined) => context().fixture.historyStates(defined(order).id);

    const done = { kind: 'done', detail: null } as const;

    test('A whole refund takes its order out of the group into a paused task, and the others go on', async () => {
      const { fixture } = context();
      const [first, second, third] = await payGroup(3);
      const [group] = await fixture.listTasks();
      const { id } = await fixture.requestRefund(defined(second).id);
      const [left, own] = await fixture.listTasks({ pipeline: 'physical' });
      expect(left).toEqual({ ...defined(group), orderIds: [first.id, defined(third).id] });
      expect(own).toEqual({
        ...defined(group),
        id: defined(own).id,
        orderIds: [defined(second).id],
        state: 'paused',
        lastError: `paused by the refund ${id}`,
      });

      const { leases } = await fixture.claimTasks('physical');
      expect(leases.map(({ orders }) => orders.map(({ order }) => order.id))).toEqual([
        [first.id, defined(third).id],
      ]);
      await fixture.report(defined(leases[0]), done);
      await fixture.finishRefund(id, refundSucceeded);
      expect(await groups()).toEqual([]);
      expect((await statesOf(second)).slice(3)).toEqual(['refund_requested', 'refunded']);
      for (const order of [first, third])
        expect((await statesOf(order)).slice(-2)).toEqual(['completed', 'customer_notified']);
    });

    test('An order whose refund failed goes on alone when it is retried, with a mail of its own', async () => {
      const { fixture, store, world } = context();
      const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
      world.setTraceparent(traceparent);
      const [first, second] = await payGroup(2);
      const { id } = await fixture.requestRefund(first.id);
      const [group] = (await fixture.claimTasks('physical')).leases;
      await fixture.finishRefund(id, refundFailed);
      const [own] = await fixture.listTasks({ orderId: first.id });
      expect(own).toMatchObject({ state: 'failed', step: 'invoice', orderIds: [first.id] });
      expect((await fixture.findOrder(first.id)).status).toBe('failed');

      expect(await unwrap(store.queue.retry([defined(own).id], fixture.now()))).toBe(1);
      const [lease] = (await fixture.claimTasks('physical')).leases;
      expect(lease).toMatchObject({ taskId: defined(own).id, alreadyDone: false, traceparent });
      expect(defined(lease).orders.map(({ order }) => order.id)).toEqual([first.id]);
      expect(defined(lease).taskId).not.toBe(defined(group).taskId);
      for (const each of [defined(lease), defined(group)]) await fixture.report(each, done);
      expect(await groups()).toEqual([]);
      for (const order of [first, second]) expect((await statesOf(order)).at(-1)).toBe('customer_notified');
    });

    test('A refund does not disturb the lease of the group, and a report applies to the orders that stay', async () => {
      const { fixture, store } = context();
      const [first, second, third] = await payGroup(3);
      const lease = defined((await fixture.claimTasks('physical')).leases[0]);
      await fixture.requestRefund(first.id);
      expect(await unwrap(store.queue.heartbeat([lease], fixture.now() + 1_000))).toEqual([lease.taskId]);
      const gone = await fixture.requestRefund(defined(third).id);
      expect(await fixture.report(lease, { kind: 'done', detail: '<a@b>' })).toEqual([lease.taskId]);
      expect((await statesOf(second)).at(-1)).toBe('customer_notified');
      for (const order of [first, third])
        expect((await statesOf(order)).slice(-2)).toEqual(['completed', 'refund_requested']);
      await fixture.finishRefund(gone.id, refundSucceeded);
      expect(await groups()).toEqual([{ state: 'paused', orderIds: [first.id] }]);
    });

    test('The refund of the last order of a group pauses the task itself', async () => {
      const { fixture } = context();
      const [first, second] = await payGroup(2);
      const [group] = await fixture.listTasks();
      await fixture.requestRefund(first.id);
      const last = await fixture.requestRefund(defined(second).id);
      expect(await fixture.findTask(defined(group).id)).toMatchObject({
        state: 'paused',
        orderIds: [defined(second).id],
        lastError: `paused by the refund ${last.id}`,
      });
      expect(await groups()).toHaveLength(2);
    });

    test('A part that is refunded leaves its order in the group', async () => {
      const { fixture } = context();
      const [first, second] = await payGroup(2);
      const { id } = await fixture.requestRefund(first.id, 1);
      await fixture.finishRefund(id, refundSucceeded);
      expect(await groups()).toEqual([{ state: 'ready', orderIds: [first.id, defined(second).id] }]);
    });

    test('A refund that was made at the provider takes its order out of the group without a task', async () => {
      const { fixture, store } = context();
      const [first, second] = await payGroup(2);
      const { checkoutId } = await fixture.findOrder(first.id);
      const report = (reference: string, amount: number) =>
        store.refunds.adopt(
          {
            paymentId: defined(checkoutId),
            refunds: [
              {
                ...{ reference, refundId: null, origin: 'provider', atMs: 1_000 },
                amount: { amount, currency: 'VND' },
              },
            ],
            createId: fixture.newId,
          },
          fixture.now(),
        );
      const { amount } = first.total;
      await unwrap(report('re_1', amount));
      const [unassigned] = (
        await unwrap(store.refunds.list({ orderId: null, status: null, after: null, limit: 9 }))
      ).items;
      const assignment = { refundId: defined(unassigned).id, orderId: first.id, createId: fixture.newId };
      await unwrap(store.refunds.assign(assignment, fixture.now()));
      expect(await groups()).toEqual([{ state: 'ready', orderIds: [defined(second).id] }]);
      expect((await fixture.findOrder(first.id)).status).toBe('refunded');
      await unwrap(report('re_2', amount));
      expect(await groups()).toEqual([]);
      for (const order of [first, second]) expect((await statesOf(order)).slice(3)).toEqual(['refunded']);
    });

    test('A refund of the whole charge at the provider ends all orders of the group', async () => {
      const { fixture, store } = context();
      const orders = await payGroup(3);
      const { checkoutId } = await fixture.findOrder(orders[0].id);
      const amount = orders.reduce((sum, { total }) => sum + total.amount, 0);
      const refund = { reference: 're_1', refundId: null, origin: 'provider', atMs: 1_000 } as const;
      const charge = {
        paymentId: defined(checkoutId),
        refunds: [{ ...refund, amount: { amount, currency: 'VND' } }],
        createId: fixture.newId,
      };
      expect(await unwrap(store.refunds.adopt(charge, fixture.now()))).toBe(3);
      expect(await groups()).toEqual([]);
      for (const order of orders) expect((await statesOf(order)).at(-1)).toBe('refunded');
    });

    /** Expects that each order is in as many tasks as it should be, and that its history has no gap. */
    const expectInTasks = async (orders: readonly Order[], counts: readonly number[]) => {
      const all = (await groups()).flatMap(({ orderIds }) => orderIds);
      for (const [index, { id }] of orders.entries()) {
        expect(all.filter((orderId) => orderId === id)).toHaveLength(defined(counts[index]));
        await context().fixture.historyStates(id);
      }
    };

    test('A refund of one order at the moment of its group’s step happens before or after the step', async () => {
      const { fixture } = context();
      for (let round = 0; round < 6; round++) {
        const orders = await payGroup(3);
        await fixture.openConnections();
        const [, claimed] = await Promise.all([
          fixture.requestRefund(orders[0].id),
          fixture.claimTasks('physical'),
          fixture.requestRefund(defined(orders[2]).id, 1),
        ]);
        await expectInTasks(orders, [1, 1, 1]);
        const wasClaimed = claimed.leases.some((lease) =>
          lease.orders.some((one) => one.order.id === orders[0].id),
        );
        expect((await statesOf(orders[0])).includes('shipment_requested')).toBe(wasClaimed);
        for (const lease of [...claimed.leases, ...(await fixture.claimTasks('physical')).leases])
          await fixture.report(lease, done);
        await expectInTasks(orders, [1, 0, 0]);
        expect((await statesOf(orders[1])).at(-1)).toBe('customer_notified');
      }
    });

    test('Refunds of the orders of a group beside the report of its step lose no order', async () => {
      const { fixture } = context();
      for (let round = 0; round < 6; round++) {
        const orders = await payGroup(4);
        const lease = defined((await fixture.claimTasks('physical')).leases[0]);
        await fixture.openConnections();
        await Promise.all([
          fixture.requestRefund(orders[0].id),
          fixture.report(lease, done),
          fixture.requestRefund(defined(orders[1]).id),
        ]);
        const notified = await Promise.all(
          orders.map(async (order) => (await statesOf(order)).includes('customer_notified')),
        );
        expect(notified.slice(2)).toEqual([true, true]);
        await expectInTasks(
          orders,
          notified.map((each) => (each ? 0 : 1)),
        );
      }
    });

    test('A retry of a failed group beside the refund of one order takes up the others', async () => {
      const { fixture, store } = context();
      for (let round = 0; round < 6; round++) {
        const orders = await payGroup(3);
        const lease = defined((await fixture.claimTasks(withRemoteStep('physical'))).leases[0]);
        await fixture.report(lease, { kind: 'failed', error: 'no room' });
        await fixture.openConnections();
        const [retried] = await Promise.all([
          unwrap(store.queue.retry([lease.taskId], fixture.now())),
          fixture.requestRefund(orders[0].id),
        ]);
        expect(retried).toBe(1);
        await expectInTasks(orders, [1, 1, 1]);
        const [own] = await fixture.listTasks({ orderId: orders[0].id });
        expect(own).toMatchObject({ state: 'paused', orderIds: [orders[0].id] });
        const { status } = await fixture.findOrder(orders[0].id);
        expect((await statesOf(orders[0])).includes('retried')).toBe(status === 'paid');
        for (const { id } of orders.slice(1)) expect((await fixture.findOrder(id)).status).toBe('paid');
        const rest = defined((await fixture.claimTasks('physical')).leases[0]);
        expect(rest.orders.map(({ order }) => order.id)).toEqual(orders.slice(1).map(({ id }) => id));
        await fixture.report(rest, done);
      }
    });

    test('Refunds of whole charges at the provider beside reports of their groups end all orders', async () => {
      const { fixture, store } = context();
      const types = ['physical', 'service', 'physical', 'service'];
      const products = await fixture.createProducts(types.map((type) => fixture.productDraft({ type })));
      const done = { kind: 'done', detail: null } as const;
      for (let round = 0; round < 6; round++) {
        const checkouts: (readonly Order[])[] = [];
        for (let index = 0; index < 4; index++) {
          const orders = await fixture.placeOrders(products);
          await fixture.pay(round % 2 === 0 ? orders : orders.toReversed());
          checkouts.push(orders);
        }
        const leases = [];
        for (const type of ['service', 'physical']) leases.push(...(await fixture.claimTasks(type)).leases);
        const charges = await Promise.all(
          checkouts.map(async ([first]) => {
            const { checkoutId, payment } = await fixture.findOrder(defined(first).id);
            const refund = { reference: fixture.unique('re'), refundId: null, origin: 'provider' } as const;
            const refunds = [{ ...refund, atMs: 1_000, amount: defined(payment).amount }];
            return { paymentId: defined(checkoutId), refunds, createId: fixture.newId };
          }),
        );
        const reports = leases.map(({ taskId, lease }) => ({ taskId, lease, outcome: done }));
        await fixture.openConnections();
        const [, ...adopted] = await Promise.all([
          unwrap(store.queue.report(reports, fixture.now())),
          ...charges.map((charge) => unwrap(store.refunds.adopt(charge, fixture.now()))),
        ]);
        expect(adopted).toEqual([4, 4, 4, 4]);
        for (const order of checkouts.flat()) {
          expect((await fixture.findOrder(order.id)).status).toBe('refunded');
          expect(await fixture.listTasks({ orderId: order.id })).toEqual([]);
          await statesOf(order);
        }
      }
    });

    test('All orders of a group that are refunded at once are each paused once', async () => {
      const { fixture } = context();
      for (let round = 0; round < 4; round++) {
        const orders = await payGroup(5);
        await fixture.openConnections();
        const refunds = await Promise.all(orders.map(({ id }) => fixture.requestRefund(id)));
        await expectInTasks(orders, [1, 1, 1, 1, 1]);
        expect(
          (await groups()).every(({ state, orderIds }) => state === 'paused' && orderIds.length === 1),
        ).toBe(true);
        await Promise.all(refunds.map(({ id }) => fixture.finishRefund(id, refundSucceeded)));
        await expectInTasks(orders, [0, 0, 0, 0, 0]);
      }
    });
  });
};
