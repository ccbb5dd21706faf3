import { describe, expect, test } from 'bun:test';
import type { Order } from '../../core/order.ts';
import { pipelineFor } from '../../core/pipelines/index.ts';
import { withServices } from '../../core/pipelines/withServices.ts';
import type { Lease } from '../../core/queue.ts';
import type { ServiceReference } from '../../core/serviceReference.ts';
import { defined, refundFailed, refundSucceeded, unwrap } from './fixture.ts';
import { type OpenWithBackdoor, useFreshStore } from './testContext.ts';

/** An invoice service issues one invoice a checkout, whichever groups ask for it. */
export const invoiceServicesContract = (name: string, open: OpenWithBackdoor): void => {
  describe(`${name}: invoice services`, () => {
    const context = useFreshStore(open);
    const issued = { reference: 'INV-7', url: 'https://invoices.example/7' };

    /** Pays an order of each of these types in one checkout. */
    const payTogether = async (types: readonly string[]): Promise<readonly Order[]> => {
      const { fixture } = context();
      const drafts = types.map((type) => fixture.productDraft({ type }));
      const orders = await fixture.placeOrders(await fixture.createProducts(drafts));
      await fixture.pay(orders);
      return Promise.all(orders.map(({ id }) => fixture.findOrder(id)));
    };

    const claimAll = async (type: string) =>
      (await context().fixture.claimTasks(withServices(pipelineFor(type), ['invoice_service']))).leases;
    const claim = async (type: string) => defined((await claimAll(type))[0]);

    const finish = (lease: Lease, reference: ServiceReference = issued) =>
      context().fixture.report(lease, { kind: 'done', detail: reference.reference, reference });

    const refund = async ({ id }: Order, amount: number | null) => {
      const { fixture } = context();
      const { id: refundId } = await fixture.requestRefund(id, amount);
      await fixture.finishRefund(refundId, refundSucceeded);
    };

    const invoicesOf = (orders: readonly Order[]) =>
      Promise.all(orders.map(async ({ id }) => (await context().fixture.findOrder(id)).invoice));

    const bodyOf = ({ body }: Lease) => JSON.parse(defined(body));

    test('All groups of a checkout have one request, under a key of the checkout, with all its orders', async () => {
      const orders = await payTogether(['physical', 'service', 'physical']);
      const leases = [await claim('physical'), await claim('service')];
      const [first, second] = leases.map(defined);
      const checkoutId = defined(defined(orders[0]).checkoutId);
      expect(defined(first).invoiceRequest).toEqual({ key: `${checkoutId}.invoice`, answer: null });
      expect(defined(second).invoiceRequest).toEqual(defined(first).invoiceRequest);
      expect(defined(second).body).toBe(defined(first).body);
      expect(bodyOf(defined(first))).toEqual({
        taskId: defined(first).taskId,
        checkoutId,
        checkoutNumber: defined(orders[0]).number,
        customerId: defined(orders[0]).customerId,
        step: 'invoice',
        orders: orders.map(({ id, product, quantity, total }) => ({
          ...{ id, product, quantity, total },
          refunded: { amount: 0, currency: 'VND' },
        })),
      });
      expect(await context().backdoor.storedRequests()).toEqual([defined(defined(first).body)]);
    });

    test('The first answer is the invoice of all orders, and the next group has it without a call', async () => {
      const { fixture, world, backdoor } = context();
      const orders = await payTogether(['physical', 'service', 'digital']);
      const [first, second] = [await claim('physical'), await claim('service')];
      expect(await invoicesOf(orders)).toEqual([null, null, null]);
      world.advance(1_000);
      const issuedAtMs = fixture.now();
      await finish(first);
      const invoice = { number: 'INV-7', issuedAtMs, url: issued.url };
      expect(await invoicesOf(orders)).toEqual([invoice, invoice, invoice]);
      expect(await backdoor.storedRequests()).toEqual([]);

      world.advance(1_000);
      await finish(second, { reference: 'INV-8', url: null });
      expect(await invoicesOf(orders)).toEqual([invoice, invoice, invoice]);
      const third = await claim('digital');
      expect(third).toMatchObject({ body: null, invoiceRequest: { answer: issued } });
      await finish(third);
      const { history } = await fixture.findOrder(third.order.id);
      expect(history.find(({ state }) => state === 'invoiced')?.detail).toBe('INV-7');
    });

    test('An answer without a number is no invoice of the orders, and is asked for only once', async () => {
      const orders = await payTogether(['physical', 'service']);
      await finish(await claim('physical'), { reference: null, url: null });
      expect(await invoicesOf(orders)).toEqual([null, null]);
      expect((await claim('service')).invoiceRequest?.answer).toEqual({ reference: null, url: null });
    });

    test('Checkouts do not share a request', async () => {
      await payTogether(['physical']);
      await payTogether(['physical']);
      const leases = await claimAll('physical');
      expect(new Set(leases.map(({ invoiceRequest }) => invoiceRequest?.key)).size).toBe(2);
      expect(new Set(leases.map(({ body }) => body)).size).toBe(2);
    });

    test('The request leaves out a refunded order, and names what was refunded of another', async () => {
      const orders = await payTogether(['physical', 'service', 'digital']);
      await refund(defined(orders[1]), null);
      await refund(defined(orders[0]), 100);
      await refund(defined(orders[0]), 20);
      const { orders: requested } = bodyOf(await claim('physical'));
      expect(requested).toMatchObject([
        { id: defined(orders[0]).id, total: defined(orders[0]).total, refunded: { amount: 120 } },
        { id: defined(orders[2]).id, refunded: { amount: 0 } },
      ]);
    });

    test('The request names no refund that failed, and no lost dispute', async () => {
      const { fixture, store } = context();
      const [order] = await payTogether(['physical']);
      const { id, checkoutId, total } = defined(order);
      const failed = await fixture.requestRefund(id, 50);
      await fixture.finishRefund(failed.id, refundFailed);
      const dispute = { reference: 'dp_1', refundId: null, origin: 'dispute', atMs: 1 } as const;
      const refunds = [{ ...dispute, amount: { ...total, amount: 7 } }];
      const adoption = { paymentId: defined(checkoutId), refunds, createId: fixture.newId };
      expect(await unwrap(store.refunds.adopt(adoption, fixture.now()))).toBe(1);
      expect((await fixture.findOrder(id)).refunded.amount).toBe(7);
      expect(bodyOf(await claim('physical')).orders).toMatchObject([{ id, refunded: { amount: 0 } }]);
    });

    test('A group that is refunded after it has asked leaves the request to the others, unchanged', async () => {
      const orders = await payTogether(['physical', 'service']);
      const asked = await claim('physical');
      await refund(defined(orders[0]), null);
      expect(await finish(asked)).toEqual([]);
      const lease = await claim('service');
      expect(lease.body).toBe(asked.body);
      expect(lease.invoiceRequest).toEqual(asked.invoiceRequest);
    });

    test('An order that leaves its group has the request of its checkout, and can go on alone', async () => {
      const { fixture, store } = context();
      const [first] = await payTogether(['physical', 'physical']);
      const group = await claim('physical');
      const { id } = await fixture.requestRefund(defined(first).id);
      await fixture.finishRefund(id, refundFailed);
      const [own] = await fixture.listTasks({ orderId: defined(first).id });
      await unwrap(store.queue.retry([defined(own).id], fixture.now()));
      const alone = await claim('physical');
      expect(alone.taskId).toBe(defined(own).id);
      expect([alone.body, alone.invoiceRequest]).toEqual([group.body, defined(group.invoiceRequest)]);
    });

    test('A later attempt and a rescued task have the same request', async () => {
      const { fixture, store, world } = context();
      await payTogether(['physical']);
      const first = await claim('physical');
      await fixture.report(first, { kind: 'retry', error: 'busy', runAtMs: fixture.now() });
      const second = await claim('physical');
      world.advance(30_000);
      await unwrap(store.queue.rescue({ nowMs: fixture.now(), crashesMax: 5, limit: 10 }));
      const third = await claim('physical');
      for (const lease of [second, third])
        expect([lease.body, lease.invoiceRequest]).toEqual([first.body, defined(first.invoiceRequest)]);
    });

    test('Groups that are claimed at once share one request', async () => {
      const { fixture } = context();
      for (let round = 0; round < 6; round++) {
        await payTogether(['physical', 'service']);
        await fixture.openConnections();
        const leases = await Promise.all([claim('physical'), claim('service')]);
        expect(new Set(leases.map(({ body }) => body)).size).toBe(1);
        await Promise.all(leases.map((lease) => finish(lease)));
        for (const type of ['physical', 'service'])
          for (const lease of await claimAll(type))
            await fixture.report(lease, { kind: 'done', detail: null });
      }
    });
  });
};
