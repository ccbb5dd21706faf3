import { describe, expect, test } from 'bun:test';
import type { Order } from '../../core/order.ts';
import type { Product } from '../../core/product.ts';
import { defined, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** What the steps of each product type do. Effects that throw are in failedEffects.ts. */
export const pipelinesContract = (name: string, open: OpenStore): void => {
  describe(`${name}: pipelines`, () => {
    const context = useFreshStore(open);

    const stockOf = async ({ id }: Product) => defined(await unwrap(context().store.products.find(id))).stock;

    const restock = async ({ code, name, type, price }: Product, stock: number) => {
      const { fixture, store } = context();
      await unwrap(store.products.upsert([{ code, name, type, price, stock }], fixture.now(), 'replace'));
    };

    /** Claims from all pipelines concurrently until no task is ready. Returns the leases. */
    const claimAll = async (pipelines: readonly string[], limit: number) => {
      const leases = [];
      await context().fixture.openConnections();
      for (let more = true; more; ) {
        const rounds = await Promise.all(
          pipelines.map((pipeline) => context().fixture.claimTasks(pipeline, { limit })),
        );
        leases.push(...rounds.flatMap((each) => each.leases));
        more = rounds.some(({ processed }) => processed > 0);
      }
      return leases;
    };

    test.each([
      ['physical', ['stock_reserved', 'invoiced', 'shipment_requested', 'customer_notified']],
      ['digital', ['licence_issued', 'invoiced', 'customer_notified']],
      ['service', ['booked', 'invoiced', 'customer_notified']],
    ])('An order of the type %s runs through all its steps', async (type, states) => {
      const { fixture, world } = context();
      const product = await fixture.createProduct({ type, stock: 10 });
      const order = await fixture.placeOrder(product, { quantity: 3 });
      await fixture.pay([order]);
      world.advance(70);
      const [lease] = (await fixture.claimTasks(type)).leases;
      expect(await stockOf(product)).toBe(7);
      await fixture.report(defined(lease), { kind: 'done', detail: null });

      expect(await fixture.historyStates(order.id)).toEqual([
        'pending',
        'paying',
        'paid',
        ...states,
        'completed',
      ]);
      const detail = await fixture.findOrder(order.id);
      const number = `${new Date(fixture.now()).getUTCFullYear()}-000001`;
      expect(detail.invoice).toEqual({ number, issuedAtMs: fixture.now() });
      for (const { state, detail: rowDetail, atMs } of detail.history.slice(3)) {
        expect(atMs).toBe(fixture.now());
        expect(rowDetail).toBe(state === 'invoiced' ? number : null);
      }
      expect(detail.licences).toHaveLength(type === 'digital' ? 3 : 0);
      for (const key of detail.licences)
        expect(key).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}$/);
      expect(new Set(detail.licences).size).toBe(detail.licences.length);
      expect(await fixture.listTasks()).toEqual([]);
    });

    test('An invoice has the year of the time zone of the shop', async () => {
      const { fixture, world } = context();
      world.setTimeZone('Asia/Ho_Chi_Minh');
      world.clock.set(Date.UTC(2026, 11, 31, 16, 59, 59, 999));
      const product = await fixture.createProduct({ type: 'service' });
      const numberOf = async () => {
        const order = await fixture.placeOrder(product);
        await fixture.pay([order]);
        await fixture.claimTasks('service');
        return (await fixture.findOrder(order.id)).invoice?.number;
      };
      expect(await numberOf()).toBe('2026-000001');
      world.advance(1);
      expect(await numberOf()).toBe('2027-000001');
    });

    test('A claim limits the units of its tasks, and later claims get the rest', async () => {
      const { fixture } = context();
      const product = await fixture.createProduct({ stock: null });
      for (const quantity of [60_000, ...Array(6).fill(10_000)])
        await fixture.pay([await fixture.placeOrder(product, { quantity })]);
      const processed = [];
      for (let round = 0; round < 4; round++)
        processed.push((await fixture.claimTasks('physical')).processed);
      expect(processed).toEqual([1, 5, 1, 0]);
    });

    test.each(['physical', 'digital', 'service'])(
      'A %s product with unlimited stock never runs out',
      async (type) => {
        const { fixture } = context();
        const product = await fixture.createProduct({ type, stock: null });
        const leases = await fixture.payAndLease(Array(4).fill(product));
        expect(leases).toHaveLength(4);
        expect(await stockOf(product)).toBeNull();
      },
    );

    test.each(['physical', 'digital', 'service'])(
      'An order of the type %s fails when the stock ran out after its checkout',
      async (type) => {
        const { fixture, store } = context();
        const product = await fixture.createProduct({ type, stock: 5 });
        const orders: Order[] = [];
        for (const quantity of [3, 4, 2]) orders.push(await fixture.placeOrder(product, { quantity }));
        const tasks = [];
        for (const order of orders) tasks.push(...(await fixture.pay([order])));
        const { processed, leases } = await fixture.claimTasks(type);
        expect(processed).toBe(3);
        expect(leases.map(({ taskId }) => taskId).sort()).toEqual(
          [defined(tasks[0]), defined(tasks[2])].sort(),
        );
        expect(await stockOf(product)).toBe(0);

        const error = `out of stock: ${product.code}`;
        const [, failed] = orders;
        expect(await fixture.historyStates(defined(failed).id)).toEqual([
          'pending',
          'paying',
          'paid',
          'failed',
        ]);
        const detail = await fixture.findOrder(defined(failed).id);
        expect(detail).toMatchObject({ status: 'failed', invoice: null, licences: [] });
        expect(detail.history.at(-1)).toMatchObject({ detail: error });
        const stopped = { state: 'failed', lastError: error, attempts: 1 };
        expect(await fixture.findTask(defined(tasks[1]))).toMatchObject(stopped);

        await restock(product, 4);
        expect(await unwrap(store.queue.retry([defined(tasks[1])], fixture.now()))).toBe(1);
        expect((await fixture.claimTasks(type)).leases).toMatchObject([
          { taskId: defined(tasks[1]), attempts: 0 },
        ]);
        expect(await fixture.findTask(defined(tasks[1]))).toMatchObject({
          state: 'running',
          lastError: null,
        });
        expect(await stockOf(product)).toBe(0);
        expect((await fixture.historyStates(defined(failed).id)).slice(3, 5)).toEqual(['failed', 'retried']);
      },
    );

    test('Concurrent workers deduct exactly the available stock', async () => {
      const { fixture } = context();
      const types = ['physical', 'digital', 'service'];
      const products = await fixture.createProducts([
        ...types.map((type) => fixture.productDraft({ type, stock: 20 })),
        fixture.productDraft({ stock: 9 }),
      ]);
      const orders: Order[] = [];
      for (let index = 0; index < 60; index++)
        orders.push(await fixture.placeOrder(defined(products[index % 4]), { quantity: 1 + (index % 3) }));
      for (const order of orders) await fixture.pay([order]);
      await claimAll([...types, ...types], 4);

      const ended = await Promise.all(orders.map(({ id }) => fixture.findOrder(id)));
      for (const product of products) {
        const sold = ended.filter((order) => order.product.id === product.id && order.status === 'paid');
        const soldUnits = sold.reduce((sum, { quantity }) => sum + quantity, 0);
        const left = defined(await stockOf(product));
        expect(left).toBeGreaterThanOrEqual(0);
        expect(soldUnits + left).toBe(defined(product.stock));
        const failed = ended.filter((order) => order.product.id === product.id && order.status === 'failed');
        for (const { quantity } of failed) expect(quantity).toBeGreaterThan(left);
      }
      for (const { quantity, product, status, licences } of ended)
        expect(licences).toHaveLength(product.type === 'digital' && status === 'paid' ? quantity : 0);
      const keys = ended.flatMap(({ licences }) => licences);
      expect(new Set(keys).size).toBe(keys.length);
    });

    test('Invoice numbers have no gap and no duplicate and start again each year', async () => {
      const { fixture, world } = context();
      const types = ['physical', 'digital', 'service'];
      const products = await fixture.createProducts([
        ...types.map((type) => fixture.productDraft({ type, stock: null })),
        fixture.productDraft({ stock: 2 }),
      ]);
      const numbersOf = async (count: number) => {
        const orders: Order[] = [];
        for (let index = 0; index < count; index++)
          orders.push(await fixture.placeOrder(defined(products[index % 4])));
        for (const order of orders) await fixture.pay([order]);
        await claimAll([...types, ...types], 3);
        const details = await Promise.all(orders.map(({ id }) => fixture.findOrder(id)));
        const issued = details.flatMap(({ invoice }) => invoice ?? []);
        expect(issued).toHaveLength(details.filter(({ status }) => status === 'paid').length);
        return issued.map(({ number }) => number).sort();
      };
      const expected = (year: number, count: number) =>
        Array.from({ length: count }, (_, index) => `${year}-${String(index + 1).padStart(6, '0')}`);

      // The fourth product runs out in each year, so some tasks fail before their invoice.
      world.clock.set(Date.UTC(2026, 11, 31, 23, 59, 59, 999));
      expect(await numbersOf(16)).toEqual(expected(2026, 14));
      world.advance(1);
      await restock(defined(products[3]), 3);
      expect(await numbersOf(16)).toEqual(expected(2027, 15));
      expect(await stockOf(defined(products[3]))).toBe(0);
    });
  });
};
