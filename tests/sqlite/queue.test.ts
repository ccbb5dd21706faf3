import { describe, expect, test } from 'bun:test';
import { defined, succeeded, unwrap } from '../contracts/fixture.ts';
import { openTestStore } from './harness.ts';

describe('queue on SQLite', () => {
  test('The first of two reports under one lease counts', async () => {
    const { shop, store } = openTestStore();
    const order = await shop.placeOrder(await shop.createProduct());
    await shop.pay([order]);
    const { taskId, lease } = defined((await shop.claimTasks('physical')).leases[0]);
    const done = { taskId, lease, outcome: { kind: 'done', detail: 'first' } } as const;
    const failed = { taskId, lease, outcome: { kind: 'failed', error: 'second' } } as const;
    expect(await unwrap(store.queue.report([done, failed], shop.now()))).toEqual([taskId]);
    expect((await shop.historyStates(order.id)).slice(-2)).toEqual(['completed', 'customer_notified']);
  });

  test('An outcome changes nothing if its checkout has not claimed one of the orders', async () => {
    const { client, shop, store } = openTestStore();
    const orders = await shop.placeOrders([await shop.createProduct(), await shop.createProduct()]);
    const claim = await shop.claimCheckout(shop.checkoutRequest(orders));
    client.prepare(`update orders set status = 'pending' where id = ?`).run(orders[1]?.id);
    await expect(
      store.audits.recordOutcomes([shop.outcomeRecord(claim, succeeded)], shop.now()),
    ).rejects.toThrow('is not claimed by its checkout');
    expect((await unwrap(store.audits.find(claim.checkoutId)))?.payment.status).toBe('initiated');
    expect(await shop.historyStates(orders[0]?.id ?? '')).toEqual(['pending', 'paying']);
  });
});
