import { describe, expect, test } from 'bun:test';
import type { Order } from '../../core/order.ts';
import type { StepFailure } from '../../core/stepFailure.ts';
import { defined, refundSucceeded, unwrap } from './fixture.ts';
import { withRemoteStep } from './remoteStep.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';
import { unfilteredQuery } from './unfilteredQuery.ts';

/** The orders of one checkout and one type go through their pipeline as one. */
export const groupsContract = (name: string, open: OpenStore): void => {
  describe(`${name}: groups`, () => {
    const context = useFreshStore(open);

    /** Orders of these types, paid in one checkout, which names them in another order than they were placed. */
    const payTogether = async (types: readonly string[], quantity = 1): Promise<readonly Order[]> => {
      const { fixture } = context();
      const products = await fixture.createProducts(types.map((type) => fixture.productDraft({ type })));
      const orders = await fixture.placeOrders(products, { quantity });
      await fixture.pay(orders.toReversed());
      return orders;
    };

    const idsOf = (orders: readonly Order[], ...positions: readonly number[]) =>
      positions.map((position) => defined(orders[position]).id);

    test('The orders of a checkout have one task for each type, and each order is found by its task', async () => {
      const { fixture } = context();
      const orders = await payTogether(['physical', 'digital', 'physical']);
      const { checkoutId } = await fixture.findOrder(defined(orders[0]).id);
      const [goods] = await fixture.listTasks({ pipeline: 'physical' });
      const [licences] = await fixture.listTasks({ pipeline: 'digital' });
      expect(await fixture.listTasks()).toHaveLength(2);
      expect(goods).toMatchObject({
        checkoutId,
        orderIds: idsOf(orders, 0, 2),
        jobId: null,
        step: 'invoice',
      });
      expect(licences).toMatchObject({ checkoutId, orderIds: idsOf(orders, 1), step: 'issue_licence' });
      for (const [index, task] of [goods, licences, goods].entries())
        expect(await fixture.listTasks({ orderId: defined(orders[index]).id })).toEqual([defined(task)]);
      const paid = await unwrap(
        context().store.orders.list({ ...unfilteredQuery, status: 'paid', limit: 10 }),
      );
      expect(paid.items.map(({ id }) => id)).toEqual(idsOf(orders, 2, 1, 0));
    });

    test('A step runs once for all orders of a group, and each order keeps its own history', async () => {
      const { fixture } = context();
      const orders = await payTogether(['digital', 'digital'], 2);
      // Another number of rows, so that the histories of the group differ.
      await fixture.finishRefund((await fixture.requestRefund(defined(orders[1]).id, 1)).id, refundSucceeded);
      const { processed, leases } = await fixture.claimTasks('digital');
      expect(processed).toBe(1);
      const [lease] = leases;
      expect(defined(lease).orders.map(({ order }) => order.id)).toEqual(idsOf(orders, 0, 1));
      for (const { order, licences } of defined(lease).orders) {
        expect(licences).toHaveLength(2);
        expect(licences).toEqual((await fixture.findOrder(order.id)).licences);
        expect(order.status).toBe('completed');
      }
      await fixture.report(defined(lease), { kind: 'done', detail: '<a@b>' });
      expect(await fixture.listTasks({ pipeline: 'digital' })).toEqual([]);
      const steps = ['licence_issued', 'invoiced', 'completed', 'customer_notified'];
      for (const { id } of orders) {
        expect((await fixture.historyStates(id)).slice(-4)).toEqual(steps);
        expect((await fixture.findOrder(id)).history.at(-1)?.detail).toBe('<a@b>');
        await fixture.requestRefund(id, 1);
        expect((await fixture.historyStates(id)).at(-1)).toBe('refund_requested');
      }
    });

    test('The lease of a group has as many licence keys as its mail lists, and how many each order has', async () => {
      const { fixture } = context();
      const orders = await payTogether(['digital', 'digital', 'digital'], 300);
      const [lease] = (await fixture.claimTasks('digital')).leases;
      const leased = defined(lease).orders;
      expect(leased.map(({ licences, licenceCount }) => [licences.length, licenceCount])).toEqual([
        [300, undefined],
        [200, 300],
        [0, 300],
      ]);
      const { licences } = await fixture.findOrder(defined(orders[1]).id);
      expect(licences).toHaveLength(300);
      expect(leased[1]?.licences).toEqual(licences.slice(0, 200));
    });

    test('The lease of a group has the contact of its newest order', async () => {
      const { fixture } = context();
      const product = await fixture.createProduct();
      const customerId = fixture.unique('an');
      const contactOf = (email: string) => ({ email, language: 'en' });
      const older = await fixture.placeOrder(product, { customerId, contact: contactOf('old@example.com') });
      const newer = await fixture.placeOrder(product, { customerId, contact: contactOf('new@example.com') });
      await fixture.pay([newer, older]);
      const { leases } = await fixture.claimTasks('physical');
      expect(leases).toMatchObject([{ contact: contactOf('new@example.com') }]);
    });

    test('A step that fails for a group fails all its orders, and a retry takes all of them up', async () => {
      const { fixture, store } = context();
      const orders = await payTogether(['physical', 'physical', 'digital']);
      const group = orders.slice(0, 2);
      const [lease] = (await fixture.claimTasks(withRemoteStep('physical'))).leases;
      await fixture.report(defined(lease), { kind: 'failed', error: 'no room' });
      for (const { id } of group) {
        const { status, history } = await fixture.findOrder(id);
        expect({ status, last: history.at(-1) }).toMatchObject({
          status: 'failed',
          last: { state: 'failed', detail: 'no room' },
        });
      }
      expect((await fixture.findOrder(defined(orders[2]).id)).status).toBe('paid');

      expect(await unwrap(store.queue.retry([defined(lease).taskId], fixture.now()))).toBe(1);
      for (const { id } of group) expect((await fixture.findOrder(id)).status).toBe('paid');
      const [again] = (await fixture.claimTasks('physical')).leases;
      await fixture.report(defined(again), { kind: 'done', detail: null });
      for (const { id } of group)
        expect((await fixture.historyStates(id)).slice(3)).toEqual([
          ...['failed', 'retried', 'invoiced', 'shipment_requested', 'completed', 'customer_notified'],
        ]);
    });

    test('A group that loses too many workers fails with all its orders', async () => {
      const { fixture, store, world } = context();
      const orders = await payTogether(['service', 'service']);
      await fixture.claimTasks(withRemoteStep('service'));
      world.advance(30_001);
      const told: StepFailure[] = [];
      const onFailed = (failures: readonly StepFailure[]) => told.push(...failures);
      await unwrap(store.queue.rescue({ nowMs: fixture.now(), crashesMax: 1, limit: 9, onFailed }));
      expect(told).toMatchObject([{ pipeline: 'service', orders: 2, isLast: true, failsOrders: true }]);
      for (const { id } of orders) {
        expect((await fixture.findOrder(id)).status).toBe('failed');
        expect((await fixture.historyStates(id)).at(-1)).toBe('failed');
      }
    });

    test('A claim counts the units of whole groups', async () => {
      const { fixture } = context();
      const first = await payTogether(Array(3).fill('physical'), 10_000);
      const second = await payTogether(Array(3).fill('physical'), 10_000);
      for (const orders of [first, second]) {
        const { leases } = await fixture.claimTasks('physical');
        expect(leases.map((lease) => lease.orders.map(({ order }) => order.id))).toEqual([
          orders.map(({ id }) => id),
        ]);
      }
    });

    test('Claims issue the licences of a very large group a part at a time, each once', async () => {
      const { fixture, store } = context();
      const orders = await payTogether(Array(7).fill('digital'), 10_000);
      const { leases } = await fixture.claimTasks('digital');
      expect(leases).toEqual([]);
      expect((await fixture.historyStates(defined(orders[0]).id)).at(-1)).toBe('paid');
      const { id } = await fixture.requestRefund(defined(orders[0]).id);
      await fixture.finishRefund(id, { kind: 'failed', reason: 'charge_disputed' });
      // It has left the group with its licences, and comes to the step again alone.
      const [own] = await fixture.listTasks({ orderId: defined(orders[0]).id });
      expect(await unwrap(store.queue.retry([defined(own).id], fixture.now()))).toBe(1);
      for (let more = true; more; ) more = (await fixture.claimTasks('digital')).processed > 0;
      for (const order of orders) {
        expect((await fixture.findOrder(order.id)).licences).toHaveLength(10_000);
        expect(await fixture.historyStates(order.id)).toContain('licence_issued');
      }
    }, 60_000);

    test('Concurrent claims lease each group once, with all its orders', async () => {
      const { fixture } = context();
      const checkouts: (readonly Order[])[] = [];
      for (let index = 0; index < 12; index++)
        checkouts.push(await payTogether(['physical', 'digital', 'physical', 'digital']));
      await fixture.openConnections();
      const claims = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          fixture.claimTasks(index % 2 === 0 ? 'physical' : 'digital', { limit: 3 }),
        ),
      );
      const rest = [await fixture.claimTasks('physical'), await fixture.claimTasks('digital')];
      const leased = [...claims, ...rest].flatMap(({ leases }) =>
        leases.map(({ orders }) => orders.map(({ order }) => order.id).join()),
      );
      const groups = checkouts.flatMap((orders) => [idsOf(orders, 0, 2).join(), idsOf(orders, 1, 3).join()]);
      expect(leased.toSorted()).toEqual(groups.toSorted());
    });
  });
};
