import { describe, expect, test } from 'bun:test';
import { orderAmountMax } from '../../core/money.ts';
import type { OrderQuery } from '../../core/order.ts';
import { declined, defined, listAll, ttlMs, unwrap } from './fixture.ts';
import { type OpenStore, useSharedStore } from './testContext.ts';
import { unfilteredQuery } from './unfilteredQuery.ts';

/** Placing, cancelling and listing orders. */
export const ordersContract = (name: string, open: OpenStore): void => {
  describe(`${name}: orders`, () => {
    const context = useSharedStore(open);

    test('A placed order has the current name and price of its product and one history row', async () => {
      const { fixture, store } = context();
      const product = await fixture.createProduct({
        name: 'Đồng hồ',
        price: { amount: 1_299_000, currency: 'VND' },
      });
      const placed = await fixture.placeOrder(product, { quantity: 3, customerId: fixture.unique('an') });
      expect(placed).toEqual({
        id: placed.id,
        customerId: placed.customerId,
        product: { id: product.id, code: product.code, name: 'Đồng hồ', type: 'physical' },
        quantity: 3,
        total: { amount: 3_897_000, currency: 'VND' },
        status: 'pending',
        checkoutId: null,
        number: null,
        expiresAtMs: fixture.now() + ttlMs,
        disputed: false,
        createdAtMs: fixture.now(),
        updatedAtMs: fixture.now(),
      });
      expect(await unwrap(store.orders.find(placed.id))).toEqual({
        ...placed,
        payment: null,
        history: [{ seq: 1, state: 'pending', atMs: fixture.now(), detail: null }],
        invoice: null,
        licences: [],
        bookings: [],
        shipment: null,
        refunded: { ...placed.total, amount: 0 },
      });
    });

    test('A later change of a product does not change its orders', async () => {
      const { fixture, store } = context();
      const product = await fixture.createProduct();
      const before = await fixture.placeOrder(product);
      const draft = fixture.productDraft({
        code: product.code,
        name: 'Other',
        price: { amount: 1, currency: 'USD' },
      });
      await unwrap(store.products.upsert([draft], fixture.now(), 'replace'));
      expect(await fixture.findOrder(before.id)).toMatchObject(before);
      expect(await fixture.placeOrder(product)).toMatchObject({
        product: { name: 'Other' },
        total: { amount: 1, currency: 'USD' },
      });
    });

    test('An order that cannot be placed fails alone, at its position in the results', async () => {
      const { fixture, store } = context();
      const product = await fixture.createProduct({ price: { amount: orderAmountMax / 2, currency: 'VND' } });
      const contact = { email: 'an@example.com', language: null };
      const requests = [
        { productId: product.id, quantity: 2 },
        { productId: fixture.newId(), quantity: 1 },
        { productId: product.id, quantity: 3 },
        { productId: product.id, quantity: 1 },
      ].map((each) => ({ ...each, id: fixture.newId(), customerId: 'an', contact, ttlMs }));
      const placed = await unwrap(store.orders.place(requests, fixture.now()));

      expect(placed.map((each) => (each.isOk() ? each.value.id : each.error))).toEqual([
        requests[0]?.id ?? '',
        { kind: 'product_not_found', productId: requests[1]?.productId ?? '' },
        { kind: 'amount_too_large' },
        requests[3]?.id ?? '',
      ]);
      expect(placed[0]?._unsafeUnwrap().total.amount).toBe(orderAmountMax);
      for (const id of [requests[1]?.id, requests[2]?.id])
        expect(await unwrap(store.orders.find(id ?? ''))).toBeNull();
      expect(await unwrap(store.orders.place([], fixture.now()))).toEqual([]);
    });

    test('A batch with an existing order id throws and places no order', async () => {
      const { fixture, store } = context();
      const product = await fixture.createProduct();
      const existing = await fixture.placeOrder(product);
      const requests = [fixture.newId(), existing.id, fixture.newId()].map((id) => ({
        ...{ id, productId: product.id, quantity: 2, customerId: 'an', ttlMs },
        contact: { email: 'an@example.com', language: null },
      }));
      await expect(store.orders.place(requests, fixture.now())).rejects.toThrow();
      expect(await unwrap(store.orders.find(requests[0]?.id ?? ''))).toBeNull();
      expect(await unwrap(store.orders.find(requests[2]?.id ?? ''))).toBeNull();
      expect(await fixture.findOrder(existing.id)).toMatchObject(existing);
    });

    test('Only its customer can cancel a pending order, and a second time changes nothing', async () => {
      const { fixture, store, world } = context();
      const order = await fixture.placeOrder(await fixture.createProduct());
      const notFound = { kind: 'not_found' } as const;
      const cancel = (id: string, customerId: string) => store.orders.cancel(id, customerId, fixture.now());
      expect((await cancel(order.id, 'a stranger'))._unsafeUnwrapErr()).toEqual(notFound);
      expect((await cancel(fixture.newId(), order.customerId))._unsafeUnwrapErr()).toEqual(notFound);
      expect(await fixture.historyStates(order.id)).toEqual(['pending']);

      world.advance(9);
      const cancelled = { ...order, status: 'cancelled', updatedAtMs: fixture.now() } as const;
      expect(await unwrap(cancel(order.id, order.customerId))).toEqual(cancelled);
      expect(await fixture.findOrder(order.id)).toMatchObject(cancelled);
      expect(await fixture.historyStates(order.id)).toEqual(['pending', 'cancelled']);

      world.advance(9);
      expect(await unwrap(cancel(order.id, order.customerId))).toEqual(cancelled);
      expect((await cancel(order.id, 'a stranger'))._unsafeUnwrapErr()).toEqual(notFound);
      expect(await fixture.historyStates(order.id)).toEqual(['pending', 'cancelled']);
    });

    test('A paying or paid order cannot be cancelled, but an order with a declined payment can', async () => {
      const { fixture, store } = context();
      const product = await fixture.createProduct();
      const order = await fixture.placeOrder(product);
      const cancel = () => store.orders.cancel(order.id, order.customerId, fixture.now());
      const claim = await fixture.claimCheckout(fixture.checkoutRequest([order]));
      expect((await cancel())._unsafeUnwrapErr()).toEqual({ kind: 'order_not_pending', status: 'paying' });
      await fixture.recordOutcome(claim, declined);
      expect((await cancel()).isOk()).toBe(true);

      const paid = await fixture.placeOrder(product);
      await fixture.pay([paid]);
      const failure = await store.orders.cancel(paid.id, paid.customerId, fixture.now());
      expect(failure._unsafeUnwrapErr()).toEqual({ kind: 'order_not_pending', status: 'paid' });
    });

    test('Many concurrent cancellations of an order succeed, and only one of them writes', async () => {
      const { fixture, store } = context();
      const order = await fixture.placeOrder(await fixture.createProduct());
      await fixture.openConnections();
      const results = await Promise.all(
        Array.from({ length: 6 }, () => store.orders.cancel(order.id, order.customerId, fixture.now())),
      );
      expect(results.filter((result) => result.isOk())).toHaveLength(6);
      expect(await fixture.historyStates(order.id)).toEqual(['pending', 'cancelled']);
    });

    test('An order is either cancelled or claimed when both run at once', async () => {
      const { fixture, store } = context();
      const product = await fixture.createProduct();
      await fixture.openConnections();
      for (let round = 0; round < 10; round++) {
        const order = await fixture.placeOrder(product);
        const [cancelled, claimed] = await Promise.all([
          store.orders.cancel(order.id, order.customerId, fixture.now()),
          fixture.tryClaimCheckout(fixture.checkoutRequest([order])),
        ]);
        expect(cancelled.isOk()).toBe(!claimed.isOk());
        expect(await fixture.historyStates(order.id)).toEqual([
          'pending',
          cancelled.isOk() ? 'cancelled' : 'paying',
        ]);
      }
    });

    test('An order list is newest first and combines filters by customer, status and type', async () => {
      const { fixture, store } = context();
      const physical = await fixture.createProduct();
      const digital = await fixture.createProduct({ type: 'digital' });
      const customerId = fixture.unique('binh');
      const [a, b, c] = await fixture.placeOrders([physical, digital, physical], { customerId });
      await fixture.placeOrder(physical);
      await unwrap(store.orders.cancel(defined(a).id, customerId, fixture.now()));

      const ids = async (changes: Partial<OrderQuery>) =>
        (await unwrap(store.orders.list({ ...unfilteredQuery, customerId, ...changes }))).items.map(
          ({ id }) => id,
        );
      expect(await ids({})).toEqual([defined(c).id, defined(b).id, defined(a).id]);
      expect(await ids({ status: 'pending' })).toEqual([defined(c).id, defined(b).id]);
      expect(await ids({ status: 'cancelled' })).toEqual([defined(a).id]);
      expect(await ids({ type: 'physical' })).toEqual([defined(c).id, defined(a).id]);
      expect(await ids({ type: 'physical', status: 'pending' })).toEqual([defined(c).id]);
      expect(await ids({ customerId: fixture.unique('nobody') })).toEqual([]);
      const [newest] = (await unwrap(store.orders.list({ ...unfilteredQuery, customerId, limit: 1 }))).items;
      expect(newest).toEqual(defined(c));
    });

    test('A time filter includes its first millisecond and excludes its last', async () => {
      const { fixture, store, world } = context();
      const product = await fixture.createProduct();
      const customerId = fixture.unique('chi');
      const placeLater = async () => {
        world.advance(1_000);
        return { ...(await fixture.placeOrder(product, { customerId })), atMs: fixture.now() };
      };
      const [first, second, third] = [await placeLater(), await placeLater(), await placeLater()];
      const ids = async (fromMs: number | null, toMs: number | null) =>
        (await unwrap(store.orders.list({ ...unfilteredQuery, customerId, fromMs, toMs }))).items.map(
          ({ id }) => id,
        );

      expect(await ids(second.atMs, null)).toEqual([third.id, second.id]);
      expect(await ids(second.atMs + 1, null)).toEqual([third.id]);
      expect(await ids(null, second.atMs)).toEqual([first.id]);
      expect(await ids(null, second.atMs + 1)).toEqual([second.id, first.id]);
      expect(await ids(first.atMs, third.atMs)).toEqual([second.id, first.id]);
      expect(await ids(second.atMs, second.atMs)).toEqual([]);
      expect(await ids(third.atMs, first.atMs)).toEqual([]);
      expect(await ids(0, third.atMs + 1)).toHaveLength(3);
    });

    test('Pages of orders neither repeat nor skip an order while orders are placed and changed', async () => {
      const { fixture, store } = context();
      const product = await fixture.createProduct();
      const customerId = fixture.unique('dung');
      const existing = await fixture.placeOrders(Array(9).fill(product), { customerId });
      const paged = await listAll(async (after: string | null) => {
        const page = await store.orders.list({ ...unfilteredQuery, customerId, after, limit: 2 });
        await fixture.placeOrders([product, product], { customerId });
        if (after !== null) await unwrap(store.orders.cancel(after, customerId, fixture.now()));
        return page;
      });
      expect(paged.map(({ id }) => id)).toEqual(existing.map(({ id }) => id).toReversed());
    });

    test('The last page of orders has no next key, even when it is full', async () => {
      const { fixture, store } = context();
      const customerId = fixture.unique('em');
      const product = await fixture.createProduct();
      const [, newest] = await fixture.placeOrders([product, product], { customerId });
      const first = await unwrap(store.orders.list({ ...unfilteredQuery, customerId, limit: 1 }));
      expect(first.next).toBe(defined(newest).id);
      expect((await unwrap(store.orders.list({ ...unfilteredQuery, customerId, limit: 2 }))).next).toBeNull();
    });
  });
};
