import { describe, expect, test } from 'bun:test';
import type { Order } from '../../core/order.ts';
import type { Pipeline } from '../../core/pipelines/pipeline.ts';
import type { Product } from '../../core/product.ts';
import { freshPlace, type Open } from './open.ts';
import { known, value } from './shop.ts';

export const pipelinesContract = (name: string, open: Open): void => {
  describe(`${name}: pipelines`, () => {
    const place = freshPlace(open);

    const stockOf = async ({ id }: Product) => known(await value(place().store.products.find(id))).stock;

    const restock = async ({ code, name, type, price }: Product, stock: number) => {
      const { shop, store } = place();
      await value(store.products.upsert([{ code, name, type, price, stock }], shop.now(), 'replace'));
    };

    /** Takes until nothing is ready, several at a time; answers what was leased. */
    const takeAll = async (pipelines: readonly string[], limit: number) => {
      const leases = [];
      await place().shop.crowd();
      for (let more = true; more; ) {
        const taken = await Promise.all(pipelines.map((pipeline) => place().shop.take(pipeline, { limit })));
        leases.push(...taken.flatMap((each) => each.leases));
        more = taken.some(({ touched }) => touched > 0);
      }
      return leases;
    };

    test.each([
      ['physical', ['stock_reserved', 'invoiced', 'shipment_requested', 'customer_notified']],
      ['digital', ['licence_issued', 'invoiced', 'customer_notified']],
      ['service', ['booked', 'invoiced', 'customer_notified']],
    ])('%s goes its road to the end', async (type, road) => {
      const { shop, world } = place();
      const product = await shop.product({ type, stock: 10 });
      const order = await shop.order(product, { quantity: 3 });
      await shop.pay([order]);
      world.advance(70);
      const [lease] = (await shop.take(type)).leases;
      expect(await stockOf(product)).toBe(7);
      await shop.report(known(lease), { kind: 'done', detail: null });

      expect(await shop.history(order.id)).toEqual(['pending', 'paying', 'paid', ...road, 'completed']);
      const detail = await shop.detail(order.id);
      const number = `${new Date(shop.now()).getUTCFullYear()}-000001`;
      expect(detail.invoice).toEqual({ number, issuedAtMs: shop.now() });
      for (const { state, detail: told, atMs } of detail.history.slice(3)) {
        expect(atMs).toBe(shop.now());
        expect(told).toBe(state === 'invoiced' ? number : null);
      }
      expect(detail.licences).toHaveLength(type === 'digital' ? 3 : 0);
      for (const key of detail.licences)
        expect(key).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}$/);
      expect(new Set(detail.licences).size).toBe(detail.licences.length);
      expect(await shop.tasks()).toEqual([]);
    });

    test('orders of very many units are not all taken at once, and none is passed over', async () => {
      const { shop } = place();
      const product = await shop.product({ stock: null });
      for (const quantity of [60_000, ...Array(6).fill(10_000)])
        await shop.pay([await shop.order(product, { quantity })]);
      const touched = [];
      for (let round = 0; round < 4; round++) touched.push((await shop.take('physical')).touched);
      expect(touched).toEqual([1, 5, 1, 0]);
    });

    test.each(['physical', 'digital', 'service'])('%s without an end of stock sells on', async (type) => {
      const { shop } = place();
      const product = await shop.product({ type, stock: null });
      const leases = await shop.leased(Array(4).fill(product));
      expect(leases).toHaveLength(4);
      expect(await stockOf(product)).toBeNull();
    });

    test.each(['physical', 'digital', 'service'])(
      '%s that ran out since the claim fails openly',
      async (type) => {
        const { shop, store } = place();
        const product = await shop.product({ type, stock: 5 });
        const orders: Order[] = [];
        for (const quantity of [3, 4, 2]) orders.push(await shop.order(product, { quantity }));
        const tasks = [];
        for (const order of orders) tasks.push(...(await shop.pay([order])));
        const { touched, leases } = await shop.take(type);
        expect(touched).toBe(3);
        expect(leases.map(({ taskId }) => taskId).sort()).toEqual([known(tasks[0]), known(tasks[2])].sort());
        expect(await stockOf(product)).toBe(0);

        const error = `out of stock: ${product.code}`;
        const [, failed] = orders;
        expect(await shop.history(known(failed).id)).toEqual(['pending', 'paying', 'paid', 'failed']);
        const detail = await shop.detail(known(failed).id);
        expect(detail).toMatchObject({ status: 'failed', invoice: null, licences: [] });
        expect(detail.history.at(-1)).toMatchObject({ detail: error });
        const stopped = { state: 'failed', lastError: error, attempts: 1 };
        expect(await shop.task(known(tasks[1]))).toMatchObject(stopped);

        await restock(product, 4);
        expect(await value(store.queue.retry([known(tasks[1])], shop.now()))).toBe(1);
        expect((await shop.take(type)).leases).toMatchObject([{ taskId: known(tasks[1]), attempts: 0 }]);
        expect(await shop.task(known(tasks[1]))).toMatchObject({ state: 'running', lastError: null });
        expect(await stockOf(product)).toBe(0);
        expect((await shop.history(known(failed).id)).slice(3, 5)).toEqual(['failed', 'retried']);
      },
    );

    test('workers side by side never sell more than there is, nor less', async () => {
      const { shop } = place();
      const types = ['physical', 'digital', 'service'];
      const products = await shop.products([
        ...types.map((type) => shop.draft({ type, stock: 20 })),
        shop.draft({ stock: 9 }),
      ]);
      const orders: Order[] = [];
      for (let index = 0; index < 60; index++)
        orders.push(await shop.order(known(products[index % 4]), { quantity: 1 + (index % 3) }));
      for (const order of orders) await shop.pay([order]);
      await takeAll([...types, ...types], 4);

      const ended = await Promise.all(orders.map(({ id }) => shop.detail(id)));
      for (const product of products) {
        const sold = ended.filter((order) => order.product.id === product.id && order.status === 'paid');
        const soldUnits = sold.reduce((sum, { quantity }) => sum + quantity, 0);
        const left = known(await stockOf(product));
        expect(left).toBeGreaterThanOrEqual(0);
        expect(soldUnits + left).toBe(known(product.stock));
        const refused = ended.filter((order) => order.product.id === product.id && order.status === 'failed');
        for (const { quantity } of refused) expect(quantity).toBeGreaterThan(left);
      }
      for (const { quantity, product, status, licences } of ended)
        expect(licences).toHaveLength(product.type === 'digital' && status === 'paid' ? quantity : 0);
      const keys = ended.flatMap(({ licences }) => licences);
      expect(new Set(keys).size).toBe(keys.length);
    });

    test('invoice numbers have no gap and no double, and begin again each year', async () => {
      const { shop, world } = place();
      const types = ['physical', 'digital', 'service'];
      const products = await shop.products([
        ...types.map((type) => shop.draft({ type, stock: null })),
        shop.draft({ stock: 2 }),
      ]);
      const numbersOf = async (count: number) => {
        const orders: Order[] = [];
        for (let index = 0; index < count; index++) orders.push(await shop.order(known(products[index % 4])));
        for (const order of orders) await shop.pay([order]);
        await takeAll([...types, ...types], 3);
        const details = await Promise.all(orders.map(({ id }) => shop.detail(id)));
        const issued = details.flatMap(({ invoice }) => invoice ?? []);
        expect(issued).toHaveLength(details.filter(({ status }) => status === 'paid').length);
        return issued.map(({ number }) => number).sort();
      };
      const expected = (year: number, count: number) =>
        Array.from({ length: count }, (_, index) => `${year}-${String(index + 1).padStart(6, '0')}`);

      // The fourth product runs out in each year, so that some tasks fail on the way to their invoice.
      world.clock.set(Date.UTC(2026, 11, 31, 23, 59, 59, 999));
      expect(await numbersOf(16)).toEqual(expected(2026, 14));
      world.advance(1);
      await restock(known(products[3]), 3);
      expect(await numbersOf(16)).toEqual(expected(2027, 15));
      expect(await stockOf(known(products[3]))).toBe(0);
    });

    test('an effect that throws stops its own task, and not those beside it', async () => {
      const { shop } = place();
      const product = await shop.product({ stock: 10 });
      const [bad] = await shop.leased([product]);
      await value(place().store.queue.release([known(bad)], shop.now()));
      const good = await shop.pay(await shop.orders([product, product]));
      const before = await shop.detail(known(bad).order.id);

      const tried: number[] = [];
      const retryAtMs = (attempts: number) => {
        tried.push(attempts);
        return attempts < 3 ? shop.now() : null;
      };
      const first = await shop.take(haunted, { retryAtMs });
      expect(first.leases.map(({ taskId }) => taskId).sort()).toEqual([...good].sort());
      expect(first.leases).toMatchObject(good.map(() => ({ step: 'pause', attempts: 0 })));
      expect(await stockOf(product)).toBe(7);
      for (const { order } of first.leases)
        expect(await shop.history(order.id)).toEqual(['pending', 'paying', 'paid', 'stock_reserved']);

      const waiting = await shop.task(known(bad).taskId);
      expect(waiting).toMatchObject({ state: 'ready', step: 'notify_customer', attempts: 1 });
      expect(waiting.lastError).not.toBeEmpty();
      expect(await shop.detail(known(bad).order.id)).toEqual(before);

      await shop.take(haunted, { retryAtMs });
      expect(await shop.task(known(bad).taskId)).toMatchObject({ state: 'ready', attempts: 2 });
      await shop.take(haunted, { retryAtMs });
      const failed = await shop.task(known(bad).taskId);
      expect(failed).toMatchObject({ state: 'failed', step: 'notify_customer', attempts: 3 });
      const detail = await shop.detail(known(bad).order.id);
      expect(detail.status).toBe('failed');
      expect(detail.history.at(-1)).toMatchObject({ state: 'failed', detail: known(failed.lastError) });
      await shop.history(known(bad).order.id);
      expect(tried).toEqual([1, 2, 3]);
    });

    test('an order has one invoice, whatever a pipeline asks for', async () => {
      const { shop } = place();
      const order = await shop.order(await shop.product());
      const [taskId] = await shop.pay([order]);
      const before = await shop.detail(order.id);
      await shop.take(invoicedTwice);
      expect(await shop.detail(order.id)).toEqual(before);
      expect(await shop.task(known(taskId))).toMatchObject({ state: 'waiting', attempts: 1 });
    });

    test('a task at a step that is no more waits with that error, and is in nobody’s way', async () => {
      const { shop, store, world } = place();
      const product = await shop.product();
      const [stuck] = await shop.pay([await shop.order(product)]);
      const [atMail] = (await shop.take(withAPause, { limit: 1 })).leases;
      await value(store.queue.release([known(atMail)], shop.now()));
      expect(await shop.task(known(stuck))).toMatchObject({ step: 'pause', state: 'ready' });
      world.advance(1);
      const [younger] = await shop.pay([await shop.order(product)]);

      expect((await shop.take('physical', { limit: 1 })).leases).toEqual([]);
      const waiting = await shop.task(known(stuck));
      expect(waiting).toMatchObject({ state: 'waiting', step: 'pause', attempts: 1 });
      expect(waiting.lastError).toContain('pause');
      expect((await shop.take('physical', { limit: 1 })).leases).toMatchObject([{ taskId: known(younger) }]);
    });

    test('when an effect throws, what the steps before it did is taken back', async () => {
      const { shop, world } = place();
      const product = await shop.product({ stock: 10 });
      const [order] = await shop.orders([product]);
      const [taskId] = await shop.pay([known(order)]);
      const before = await shop.detail(known(order).id);
      await shop.take(hauntedAtTheEnd, { retryAtMs: () => shop.now() + 500 });
      expect(await shop.detail(known(order).id)).toEqual(before);
      expect(await stockOf(product)).toBe(10);
      expect(await shop.task(known(taskId))).toMatchObject({
        state: 'waiting',
        step: 'reserve_stock',
        attempts: 1,
        runAtMs: shop.now() + 500,
      });

      world.advance(500);
      expect((await shop.take('physical')).leases).toMatchObject([{ taskId: known(taskId), attempts: 0 }]);
      expect(await shop.task(known(taskId))).toMatchObject({ attempts: 0, lastError: null });
      expect((await shop.detail(known(order).id)).invoice?.number).toEndWith('-000001');
    });
  });
};

/** Of an older release, with a step that there is no more. */
const withAPause: Pipeline = {
  name: 'physical',
  steps: [
    { name: 'reserve_stock', historyState: 'stock_reserved', kind: 'tx', effect: 'take_stock' },
    { name: 'pause', historyState: 'paused', kind: 'external', service: 'notify_customer' },
  ],
};

const invoicedTwice: Pipeline = {
  name: 'physical',
  steps: [
    { name: 'reserve_stock', historyState: 'stock_reserved', kind: 'tx', effect: 'take_stock' },
    { name: 'invoice', historyState: 'invoiced', kind: 'tx', effect: 'issue_invoice' },
    { name: 'invoice_again', historyState: 'invoiced_again', kind: 'tx', effect: 'issue_invoice' },
  ],
};

/**
 * Pipelines of a release that this one does not know, read as data: their last effect is in no adapter's
 * table, so that it throws where a task comes to it.
 */
const haunted: Pipeline = JSON.parse(`{
  "name": "physical",
  "steps": [
    { "name": "reserve_stock", "historyState": "stock_reserved", "kind": "tx", "effect": "take_stock" },
    { "name": "pause", "historyState": "paused", "kind": "external", "service": "notify_customer" },
    { "name": "notify_customer", "historyState": "haunted", "kind": "tx", "effect": "haunt" }
  ]
}`);

const hauntedAtTheEnd: Pipeline = JSON.parse(`{
  "name": "physical",
  "steps": [
    { "name": "reserve_stock", "historyState": "stock_reserved", "kind": "tx", "effect": "take_stock" },
    { "name": "invoice", "historyState": "invoiced", "kind": "tx", "effect": "issue_invoice" },
    { "name": "haunt", "historyState": "haunted", "kind": "tx", "effect": "haunt" }
  ]
}`);
