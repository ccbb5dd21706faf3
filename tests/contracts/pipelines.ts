import { describe, expect, test } from 'bun:test';
import type { Order } from '../../core/order.ts';
import { pipelines } from '../../core/pipelines/index.ts';
import type { Product } from '../../core/product.ts';
import { defined, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** What the steps of each product type do. Effects that throw are in failedEffects.ts. */
export const pipelinesContract = (name: string, open: OpenStore): void => {
  describe(`${name}: pipelines`, () => {
    const context = useFreshStore(open);

    const stockOf = async ({ id }: Product) => defined(await unwrap(context().store.products.find(id))).stock;

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
      ['physical', ['invoiced', 'shipment_requested']],
      ['digital', ['licence_issued', 'invoiced']],
      ['service', ['booked', 'invoiced']],
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
        'stock_reserved',
        'paid',
        ...states,
        'completed',
        'customer_notified',
      ]);
      const detail = await fixture.findOrder(order.id);
      const number = `${new Date(fixture.now()).getUTCFullYear()}-000001`;
      expect(detail.invoice).toEqual({ number, issuedAtMs: fixture.now() });
      for (const { state, detail: rowDetail, atMs } of detail.history.slice(4)) {
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

    test.each([...pipelines.keys()])('A %s product with unlimited stock never runs out', async (type) => {
      const { fixture } = context();
      const product = await fixture.createProduct({ type, stock: null });
      const leases = await fixture.payAndLease(Array(4).fill(product));
      expect(leases).toHaveLength(4);
      expect(await stockOf(product)).toBeNull();
    });

    test('Invoice numbers have no gap and no duplicate and start again each year', async () => {
      const { fixture, world } = context();
      const types = [...pipelines.keys()];
      const products = await fixture.createProducts(types.map((type) => fixture.productDraft({ type })));
      const numbersOf = async (count: number) => {
        const orders: Order[] = [];
        for (let index = 0; index < count; index++)
          orders.push(await fixture.placeOrder(defined(products[index % types.length])));
        for (const order of orders) await fixture.pay([order]);
        await claimAll([...types, ...types], 3);
        const details = await Promise.all(orders.map(({ id }) => fixture.findOrder(id)));
        const issued = details.flatMap(({ invoice }) => invoice ?? []);
        expect(issued).toHaveLength(count);
        return issued.map(({ number }) => number).sort();
      };
      const expected = (year: number, count: number) =>
        Array.from({ length: count }, (_, index) => `${year}-${String(index + 1).padStart(6, '0')}`);

      world.clock.set(Date.UTC(2026, 11, 31, 23, 59, 59, 999));
      expect(await numbersOf(16)).toEqual(expected(2026, 16));
      world.advance(1);
      expect(await numbersOf(16)).toEqual(expected(2027, 16));
    });
  });
};
