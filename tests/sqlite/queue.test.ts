import { describe, expect, test } from 'bun:test';
import type { Pipeline } from '../../core/pipelines/pipeline.ts';
import { known, succeeded, value } from '../contracts/shop.ts';
import { openPlace } from './rowPositions.ts';

describe('the queue on SQLite', () => {
  test('of two reports of one lease the first counts', async () => {
    const { shop, store } = openPlace();
    const order = await shop.order(await shop.product());
    await shop.pay([order]);
    const { taskId, lease } = known((await shop.take('physical')).leases[0]);
    const done = { taskId, lease, outcome: { kind: 'done', detail: 'first' } } as const;
    const failed = { taskId, lease, outcome: { kind: 'failed', error: 'second' } } as const;
    expect(await value(store.queue.report([done, failed], shop.now()))).toEqual([taskId]);
    expect((await shop.history(order.id)).slice(-2)).toEqual(['customer_notified', 'completed']);
  });

  test('tries of an earlier step do not count for the one that fails', async () => {
    const { client, shop, store } = openPlace();
    const product = await shop.product({ stock: 1 });
    const order = await shop.order(product);
    const [taskId = ''] = await shop.pay([order]);
    const lateStock: Pipeline = {
      name: 'physical',
      steps: [
        { name: 'reserve_stock', historyState: 'shipment_requested', kind: 'tx', effect: 'request_shipment' },
        { name: 'late', historyState: 'stock_reserved', kind: 'tx', effect: 'take_stock' },
      ],
    };
    client.prepare('insert into shipment (order_id, requested_ms) values (?, 0)').run(order.id);
    await shop.take(lateStock, { retryAtMs: () => shop.now() });
    expect(await shop.task(taskId)).toMatchObject({ state: 'ready', attempts: 1, step: 'reserve_stock' });

    client.exec('delete from shipment; update product set stock = 0');
    await shop.take(lateStock);
    expect(await shop.task(taskId)).toMatchObject({ state: 'failed', attempts: 1, step: 'late' });
    expect((await value(store.orders.find(order.id)))?.status).toBe('failed');
  });

  test('an order that its checkout does not hold stops the settlement whole', async () => {
    const { client, shop, store } = openPlace();
    const orders = await shop.orders([await shop.product(), await shop.product()]);
    const claim = await shop.claimed(shop.request(orders));
    client.prepare(`update orders set status = 'pending' where id = ?`).run(orders[1]?.id);
    await expect(
      store.audits.recordOutcomes([shop.settlement(claim, succeeded)], shop.now()),
    ).rejects.toThrow('not held');
    expect((await value(store.audits.find(claim.checkoutId)))?.payment.status).toBe('initiated');
    expect(await shop.history(orders[0]?.id ?? '')).toEqual(['pending', 'paying']);
  });
});
