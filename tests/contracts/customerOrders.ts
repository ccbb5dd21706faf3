import { describe, expect, test } from 'bun:test';
import { exportedTimelineMax } from '../../core/erasure.ts';
import type { TimelineKey } from '../../core/timeline.ts';
import { declined, defined, listAll, refundSucceeded, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** What an export reads of the orders of a customer is what each order shows by itself. */
export const customerOrdersContract = (name: string, open: OpenStore): void => {
  describe(`${name}: the orders of a customer`, () => {
    const context = useFreshStore(open);
    const customerId = 'lan-1';

    test('A page has each order with its own refunds, timeline and invoice', async () => {
      const { fixture, store, world } = context();
      const [physical, digital] = [
        await fixture.createProduct(),
        await fixture.createProduct({ type: 'digital', stock: 9 }),
      ];
      const contact = { email: 'lan@example.com', language: 'en' };
      const place = (product = physical) => fixture.placeOrder(product, { customerId, contact });
      const orders = [await place(), await place(digital), await place(), await place(), await place()];
      await fixture.placePaidOrder(physical);
      const [first, second, third, fourth] = orders.map(defined);
      world.advance(1_000);
      // Two in one checkout, whose invoice is issued, one with refunds, and one that was declined.
      await fixture.pay([defined(first), defined(second)]);
      for (const type of ['physical', 'digital'])
        for (const lease of (await fixture.claimTasks(type)).leases)
          await fixture.report(lease, { kind: 'done', detail: null });
      await fixture.pay([defined(third)]);
      const refunds = [await fixture.requestRefund(defined(third).id, 1)];
      await fixture.finishRefund(defined(refunds[0]).id, refundSucceeded);
      refunds.push(await fixture.requestRefund(defined(third).id, 2));
      const request = fixture.checkoutRequest([defined(fourth)]);
      await fixture.recordOutcome(await fixture.claimCheckout(request), declined);
      world.advance(1_000);

      const page = await unwrap(
        store.customers.orders({ customerId, after: null, limit: 10 }, fixture.now()),
      );
      expect(page.map(({ order }) => order.id)).toEqual(orders.map(({ id }) => id));
      for (const { order, refunds: ofOrder, timeline, invoice, ...rest } of page) {
        expect(order).toEqual(await fixture.findOrder(order.id));
        expect(rest).toEqual({ contact });
        const query = { orderId: order.id, status: null, limit: 100 };
        expect(ofOrder).toEqual(
          await listAll((after: string | null) => store.refunds.list({ ...query, after })),
        );
        const entries = { orderId: order.id, nowMs: fixture.now(), after: null, limit: exportedTimelineMax };
        expect(timeline).toEqual(await unwrap(store.orders.timeline(entries)));
        const { checkoutId } = order;
        expect(invoice).toEqual(
          checkoutId === null ? null : await unwrap(store.invoices.ofCheckout(checkoutId)),
        );
      }
      expect(page[0]?.invoice?.lines).toHaveLength(2);
      expect(page[1]?.order.licences).toHaveLength(1);
      expect(page[2]?.refunds.map(({ id }) => id)).toEqual(refunds.map(({ id }) => id).toReversed());
      expect(page[3]?.timeline.items.map(({ what }) => what)).toContain('declined');
    });

    test('A timeline that is longer than a page goes on where it ended', async () => {
      const { fixture, store } = context();
      const [order, other] = await fixture.placeOrders(Array(2).fill(await fixture.createProduct()), {
        customerId,
      });
      for (let time = 0; time < exportedTimelineMax; time++) {
        const request = fixture.checkoutRequest([defined(order)]);
        await fixture.recordOutcome(await fixture.claimCheckout(request), declined);
      }
      const [page, short] = await unwrap(
        store.customers.orders({ customerId, after: null, limit: 10 }, fixture.now()),
      );
      const { items, next } = defined(page).timeline;
      expect(items).toHaveLength(exportedTimelineMax);
      const query = { orderId: defined(order).id, nowMs: fixture.now(), limit: 100 };
      const all = await listAll((after: TimelineKey | null) => store.orders.timeline({ ...query, after }));
      const rest = await unwrap(store.orders.timeline({ ...query, after: next }));
      expect([...items, ...rest.items]).toEqual(all.slice(0, items.length + rest.items.length));
      expect(short).toMatchObject({ order: { id: defined(other).id }, timeline: { next: null } });
    });
  });
};
