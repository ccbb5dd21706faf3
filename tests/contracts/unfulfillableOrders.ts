import { describe, expect, test } from 'bun:test';
import { defined, refundFailed, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** The list of paid orders whose stock ran out and that have no refund yet. */
export const unfulfillableOrdersContract = (name: string, open: OpenStore): void => {
  describe(`${name}: unfulfillable orders`, () => {
    const context = useFreshStore(open);

    test('Unfulfillable orders are listed until they are refunded or retried', async () => {
      const { fixture, store } = context();
      const [other] = await fixture.payAndLease([await fixture.createProduct()]);
      await fixture.report(defined(other), { kind: 'failed', error: 'no such mailbox' });
      const product = await fixture.createProduct({ stock: 8 });
      const orders = await fixture.placeOrders(Array(4).fill(product), { quantity: 2 });
      for (const order of orders) await fixture.pay([order]);
      await unwrap(store.products.upsert([{ ...product, stock: 1 }], fixture.now(), 'replace'));
      const unfulfillable = (limit = 100) => unwrap(store.refunds.unfulfillable(limit));
      expect(await unfulfillable()).toEqual([]);
      await fixture.claimTasks('physical');
      const ids = orders.map(({ id }) => id);
      expect((await unfulfillable()).toSorted()).toEqual(ids.toSorted());
      expect(await unfulfillable(3)).toHaveLength(3);

      const refund = await fixture.requestRefund(defined(ids[0]));
      await fixture.requestRefund(defined(ids[1]), 1);
      expect((await unfulfillable()).toSorted()).toEqual(ids.slice(2).toSorted());
      await fixture.finishRefund(refund.id, refundFailed);
      const [task] = await fixture.listTasks({ orderId: defined(ids[2]) });
      await unwrap(store.queue.retry([defined(task).id], fixture.now()));
      expect(await unfulfillable()).toEqual([defined(ids[3])]);
      await fixture.claimTasks('physical');
      expect((await unfulfillable()).toSorted()).toEqual(ids.slice(2).toSorted());
    });

    test('Free orders do not take places in the list of unfulfillable orders', async () => {
      const { fixture, store } = context();
      const free = await fixture.createProduct({ stock: 8, price: { amount: 0, currency: 'VND' } });
      const product = await fixture.createProduct({ stock: 8 });
      const orders = await fixture.placeOrders([free, free, product], { quantity: 2 });
      for (const order of orders) await fixture.pay([order]);
      const soldOut = [free, product].map((each) => ({ ...each, stock: 1 }));
      await unwrap(store.products.upsert(soldOut, fixture.now(), 'replace'));
      await fixture.claimTasks('physical');
      for (const order of orders) expect((await fixture.findOrder(order.id)).status).toBe('failed');
      expect(await unwrap(store.refunds.unfulfillable(2))).toEqual([defined(orders[2]).id]);
    });
  });
};
