import { describe, expect, test } from 'bun:test';
import type { Pipeline } from '../../core/pipelines/pipeline.ts';
import { refund as refundPipeline } from '../../core/pipelines/refund.ts';
import type { Product } from '../../core/product.ts';
import { freshPlace, type Open } from './open.ts';
import { known, refused, returned, value } from './shop.ts';

/** What the provider said of a refund, and what follows for the order. */
export const returnsContract = (name: string, open: Open): void => {
  describe(`${name}: returns`, () => {
    const place = freshPlace(open);

    const paid = async (changes: Partial<Product> = {}) =>
      place().shop.paid(
        await place().shop.product({ price: { amount: 1_000, currency: 'VND' }, ...changes }),
      );

    const completed = async (changes: Partial<Product> = {}) => {
      const { shop } = place();
      const order = await paid(changes);
      const [lease] = (await shop.take(order.product.type)).leases;
      await shop.report(known(lease), { kind: 'done', detail: null });
      return shop.detail(order.id);
    };

    const stockOf = async (id: string) => known(await value(place().store.products.find(id))).stock;

    test('all of an order: it is refunded, its task goes, and it stays so', async () => {
      const { shop, store, world } = place();
      const order = await paid();
      const { id } = await shop.refund(order.id);
      world.advance(60);
      expect(await shop.settleRefund(id, returned)).toBe(true);
      const settled = {
        status: 'succeeded',
        updatedAtMs: shop.now(),
        creditNote: null,
        error: null,
      } as const;
      expect(await shop.refundDetail(id)).toMatchObject(settled);
      const detail = await shop.detail(order.id);
      expect(detail).toMatchObject({ status: 'refunded', updatedAtMs: shop.now() });
      expect(detail.payment).toMatchObject({ status: 'succeeded' });
      expect(await shop.history(order.id)).toEqual([
        'pending',
        'paying',
        'paid',
        'refund_requested',
        'refunded',
      ]);
      expect(detail.history[4]).toEqual({ seq: 5, state: 'refunded', atMs: shop.now(), detail: '1000 VND' });
      expect(await shop.tasks({ orderId: order.id })).toEqual([]);
      // The refund's own task is its worker's to settle.
      expect(await shop.tasks({ pipeline: 'refund' })).toHaveLength(1);
      expect((await value(store.queue.stats(shop.now()))).finishedPerSecond).toBe(0);

      world.advance(1);
      for (const outcome of [returned, returned]) expect(await shop.settleRefund(id, outcome)).toBe(false);
      expect(await shop.detail(order.id)).toEqual(detail);
    });

    test('a part of an order beside its pipeline', async () => {
      const { shop } = place();
      const order = await paid();
      const first = await shop.refund(order.id, 300);
      const [lease] = (await shop.take('physical')).leases;
      expect(await shop.settleRefund(first.id, returned)).toBe(true);
      expect(await shop.detail(order.id)).toMatchObject({ status: 'paid', updatedAtMs: order.updatedAtMs });
      expect((await shop.detail(order.id)).history.at(-1)).toMatchObject({
        state: 'partially_refunded',
        detail: '300 VND',
      });
      expect(await shop.report(known(lease), { kind: 'done', detail: null })).toHaveLength(1);
      const last = await shop.refund(order.id);
      await shop.settleRefund(last.id, returned);
      expect((await shop.detail(order.id)).status).toBe('refunded');
      expect((await shop.history(order.id)).slice(-6)).toEqual([
        'shipment_requested',
        'partially_refunded',
        'customer_notified',
        'completed',
        'refund_requested',
        'refunded',
      ]);
    });

    test('the order is refunded with the last of its parts, whichever that is', async () => {
      const { shop } = place();
      const order = await paid();
      const [part, rest] = [await shop.refund(order.id, 400), await shop.refund(order.id)];
      await shop.settleRefund(rest.id, returned);
      expect(await shop.detail(order.id)).toMatchObject({ status: 'paid' });
      expect(await shop.tasks({ orderId: order.id })).toMatchObject([{ state: 'paused' }]);
      await shop.settleRefund(part.id, returned);
      expect(await shop.detail(order.id)).toMatchObject({ status: 'refunded' });
      expect(await shop.tasks({ orderId: order.id })).toEqual([]);
      expect((await shop.history(order.id)).slice(-2)).toEqual(['partially_refunded', 'refunded']);
    });

    test('an order with an invoice gets credit notes, numbered through', async () => {
      const { shop, world } = place();
      world.clock.set(Date.UTC(2026, 11, 31, 23, 59, 59, 999));
      const invoiced = [await completed(), await completed({ type: 'service' })];
      const notes = async (orderId: string, amount: number | null) => {
        const { id } = await shop.refund(orderId, amount);
        await shop.settleRefund(id, returned);
        return (await shop.refundDetail(id)).creditNote;
      };
      expect(await notes(known(invoiced[0]).id, 1)).toBe('CN-2026-000001');
      expect(await notes((await paid()).id, null)).toBeNull();
      const { id: none } = await shop.refund(known(invoiced[1]).id, 1);
      await shop.settleRefund(none, refused);
      expect((await shop.refundDetail(none)).creditNote).toBeNull();
      expect(await notes(known(invoiced[1]).id, null)).toBe('CN-2026-000002');
      world.advance(1);
      expect(await notes(known(invoiced[0]).id, null)).toBe('CN-2027-000001');
      expect((await shop.detail(known(invoiced[0]).id)).invoice?.number).toBe('2026-000001');
    });

    test('what the provider refuses leaves the order to an operator', async () => {
      const { shop, store, world } = place();
      const order = await paid();
      const lease = known((await shop.take('physical')).leases[0]);
      const { id } = await shop.refund(order.id);
      world.advance(60);
      expect(await shop.settleRefund(id, refused)).toBe(true);
      const failed = { status: 'failed', error: 'charge_disputed', updatedAtMs: shop.now() } as const;
      expect(await shop.refundDetail(id)).toMatchObject({ ...failed, creditNote: null });
      const detail = await shop.detail(order.id);
      expect(detail).toMatchObject({ status: 'failed', updatedAtMs: shop.now() });
      expect((await shop.history(order.id)).slice(-3)).toEqual([
        'refund_requested',
        'refund_failed',
        'failed',
      ]);
      expect(detail.history.at(-2)).toMatchObject({ atMs: shop.now(), detail: 'charge_disputed' });
      expect(detail.history.at(-1)?.detail).toContain('charge_disputed');
      const [task] = await shop.tasks({ orderId: order.id });
      expect(task).toMatchObject({ id: lease.taskId, state: 'failed', step: 'notify_customer' });
      expect(known(task).lastError).toContain('charge_disputed');
      expect(await shop.settleRefund(id, returned)).toBe(false);

      expect(await value(store.queue.retry([lease.taskId], shop.now()))).toBe(1);
      expect(await shop.detail(order.id)).toMatchObject({ status: 'paid' });
      const [again] = (await shop.take('physical')).leases;
      await shop.report(known(again), { kind: 'done', detail: null });
      expect((await shop.history(order.id)).slice(-3)).toEqual(['retried', 'customer_notified', 'completed']);
    });

    test('what was refused can be asked for again under a new key', async () => {
      const { shop } = place();
      const order = await paid();
      const first = await shop.refund(order.id);
      await shop.settleRefund(first.id, refused);
      const second = await shop.refund(order.id);
      expect(second.amount).toEqual(first.amount);
      expect(await shop.tasks({ orderId: order.id })).toMatchObject([{ state: 'paused' }]);
      expect(await shop.detail(order.id)).toMatchObject({ status: 'failed' });
      await shop.settleRefund(second.id, returned);
      expect(await shop.detail(order.id)).toMatchObject({ status: 'refunded' });
      expect((await shop.history(order.id)).slice(3)).toEqual([
        'refund_requested',
        'refund_failed',
        'failed',
        'refund_requested',
        'refunded',
      ]);
      expect(await shop.tasks({ orderId: order.id })).toEqual([]);
    });

    test('a refusal changes nothing of an order that had failed before, or that goes on', async () => {
      const { shop } = place();
      const [lease] = await shop.leased([await shop.product()]);
      const { order, taskId } = known(lease);
      await shop.report(known(lease), { kind: 'failed', error: 'no such mailbox' });
      const { id } = await shop.refund(order.id);
      await shop.settleRefund(id, refused);
      expect((await shop.history(order.id)).slice(-3)).toEqual([
        'failed',
        'refund_requested',
        'refund_failed',
      ]);
      expect(await shop.task(taskId)).toMatchObject({ state: 'failed' });

      const live = await paid();
      const part = await shop.refund(live.id, 1);
      await shop.settleRefund(part.id, refused);
      expect(await shop.detail(live.id)).toMatchObject({ status: 'paid' });
      expect((await shop.take('physical')).leases).toMatchObject([{ order: { id: live.id } }]);
      expect((await shop.history(live.id)).slice(3, 5)).toEqual(['refund_requested', 'refund_failed']);
    });

    test('money that came back after all: the refund is failed, and may be asked for again', async () => {
      const { shop } = place();
      const order = await completed({ type: 'service', stock: 9 });
      const first = await shop.refund(order.id);
      await shop.settleRefund(first.id, returned);
      expect(await stockOf(order.product.id)).toBe(9);
      expect(await shop.settleRefund(first.id, refused)).toBe(true);
      expect(await shop.settleRefund(first.id, refused)).toBe(false);
      const { creditNote, ...failed } = await shop.refundDetail(first.id);
      expect(failed).toMatchObject({ status: 'failed', error: 'charge_disputed' });
      expect(creditNote).toEndWith('-000001');
      expect(await shop.detail(order.id)).toMatchObject({ status: 'refunded' });
      expect((await shop.history(order.id)).slice(-2)).toEqual(['refunded', 'refund_failed']);

      const second = await shop.refund(order.id);
      expect(second.amount).toEqual(order.total);
      await shop.settleRefund(second.id, returned);
      expect(await shop.detail(order.id)).toMatchObject({ status: 'refunded' });
      // The order is refunded already: its status does not change a second time, nor does the stock.
      expect((await shop.history(order.id)).slice(-2)).toEqual(['refund_requested', 'partially_refunded']);
      expect(await stockOf(order.product.id)).toBe(9);
      expect((await shop.refundDetail(second.id)).creditNote).toEndWith('-000002');
    });

    test('a refund that is none of ours changes nothing', async () => {
      const { shop } = place();
      for (const outcome of [returned, refused])
        expect(await shop.settleRefund(shop.freshId(), outcome)).toBe(false);
    });

    test('stock comes back of what was taken and not sent', async () => {
      const { shop } = place();
      const quantity = 3;
      const after = async (product: Product, take: (() => Promise<unknown>) | null, partly = false) => {
        const order = await shop.paid(product, { quantity });
        await take?.();
        const { id } = await shop.refund(order.id, partly ? 1 : null);
        await shop.settleRefund(id, returned);
        return stockOf(product.id);
      };
      const stocked = (type: string) => shop.product({ type, stock: 10 });
      const whole = (type: string) => () => shop.take(type);
      expect(await after(await stocked('physical'), null)).toBe(10);
      expect(await after(await stocked('physical'), () => shop.take(reservedOnly))).toBe(10);
      expect(await after(await stocked('physical'), () => shop.take(reservedOnly), true)).toBe(7);
      expect(await after(await stocked('physical'), whole('physical'))).toBe(7);
      expect(await after(await stocked('service'), whole('service'))).toBe(10);
      expect(await after(await stocked('digital'), whole('digital'))).toBe(7);
      expect(await after(await shop.product({ type: 'service', stock: null }), whole('service'))).toBeNull();
    });

    test('news of a refund makes its task ready, if it waits', async () => {
      const { shop, store, world } = place();
      const { id } = await shop.refund((await paid()).id);
      const lease = known((await shop.takeJobs(refundPipeline))[0]);
      const hasten = () => value(store.refunds.runNow(id, shop.now()));
      await hasten();
      expect(await shop.task(lease.taskId)).toMatchObject({ state: 'running' });
      await shop.reportJob(lease, { kind: 'retry', error: 'pending', runAtMs: shop.now() + 3_600_000 });
      world.advance(5);
      await hasten();
      expect(await shop.task(lease.taskId)).toMatchObject({
        state: 'ready',
        runAtMs: shop.now(),
        attempts: 1,
      });
      world.advance(5);
      await hasten();
      expect(await shop.task(lease.taskId)).toMatchObject({ runAtMs: shop.now() - 5 });
      const [again] = await shop.takeJobs(refundPipeline);
      await shop.reportJob(known(again), { kind: 'failed', error: 'no' });
      await hasten();
      expect(await shop.task(lease.taskId)).toMatchObject({ state: 'failed' });
      expect((await store.refunds.runNow(shop.freshId(), shop.now())).isOk()).toBe(true);
    });

    test('orders that cannot be had are found until they have a refund or are sent on', async () => {
      const { shop, store } = place();
      const [other] = await shop.leased([await shop.product()]);
      await shop.report(known(other), { kind: 'failed', error: 'no such mailbox' });
      const product = await shop.product({ stock: 8 });
      const orders = await shop.orders(Array(4).fill(product), { quantity: 2 });
      for (const order of orders) await shop.pay([order]);
      await value(store.products.upsert([{ ...product, stock: 1 }], shop.now(), 'replace'));
      const unfulfillable = (limit = 100) => value(store.refunds.unfulfillable(limit));
      expect(await unfulfillable()).toEqual([]);
      await shop.take('physical');
      const ids = orders.map(({ id }) => id);
      expect((await unfulfillable()).toSorted()).toEqual(ids.toSorted());
      expect(await unfulfillable(3)).toHaveLength(3);

      const refund = await shop.refund(known(ids[0]));
      await shop.refund(known(ids[1]), 1);
      expect((await unfulfillable()).toSorted()).toEqual(ids.slice(2).toSorted());
      await shop.settleRefund(refund.id, refused);
      const [task] = await shop.tasks({ orderId: known(ids[2]) });
      await value(store.queue.retry([known(task).id], shop.now()));
      expect(await unfulfillable()).toEqual([known(ids[3])]);
      await shop.take('physical');
      expect((await unfulfillable()).toSorted()).toEqual(ids.slice(2).toSorted());
    });

    test('orders that cost nothing do not stand before others that cannot be had', async () => {
      const { shop, store } = place();
      const gift = await shop.product({ stock: 8, price: { amount: 0, currency: 'VND' } });
      const product = await shop.product({ stock: 8 });
      const orders = await shop.orders([gift, gift, product], { quantity: 2 });
      for (const order of orders) await shop.pay([order]);
      const sold = [gift, product].map((each) => ({ ...each, stock: 1 }));
      await value(store.products.upsert(sold, shop.now(), 'replace'));
      await shop.take('physical');
      for (const order of orders) expect((await shop.detail(order.id)).status).toBe('failed');
      expect(await value(store.refunds.unfulfillable(2))).toEqual([known(orders[2]).id]);
    });
  });
};

/** As far as the shelf, and no further. */
const reservedOnly: Pipeline = {
  name: 'physical',
  steps: [
    { name: 'reserve_stock', historyState: 'stock_reserved', kind: 'tx', effect: 'take_stock' },
    { name: 'pause', historyState: 'paused', kind: 'external', service: 'notify_customer' },
  ],
};
