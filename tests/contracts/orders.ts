import { describe, expect, test } from 'bun:test';
import { orderAmountMax } from '../../core/money.ts';
import type { OrderQuery } from '../../core/order.ts';
import { type Open, sharedPlace } from './open.ts';
import { declined, known, pagesOf, value } from './shop.ts';

export const ordersContract = (name: string, open: Open): void => {
  describe(`${name}: orders`, () => {
    const place = sharedPlace(open);

    test('an order is placed with name and price as they are, and its first row of history', async () => {
      const { shop, store } = place();
      const product = await shop.product({ name: 'Đồng hồ', price: { amount: 1_299_000, currency: 'VND' } });
      const placed = await shop.order(product, { quantity: 3, customerId: shop.fresh('an') });
      expect(placed).toEqual({
        id: placed.id,
        customerId: placed.customerId,
        product: { id: product.id, code: product.code, name: 'Đồng hồ', type: 'physical' },
        quantity: 3,
        total: { amount: 3_897_000, currency: 'VND' },
        status: 'pending',
        checkoutId: null,
        createdAtMs: shop.now(),
        updatedAtMs: shop.now(),
      });
      expect(await value(store.orders.find(placed.id))).toEqual({
        ...placed,
        payment: null,
        history: [{ seq: 1, state: 'pending', atMs: shop.now(), detail: null }],
        invoice: null,
        licences: [],
      });
    });

    test('a product that changes later changes no order', async () => {
      const { shop, store } = place();
      const product = await shop.product();
      const before = await shop.order(product);
      const draft = shop.draft({ code: product.code, name: 'Other', price: { amount: 1, currency: 'USD' } });
      await value(store.products.upsert([draft], shop.now(), 'replace'));
      expect(await shop.detail(before.id)).toMatchObject(before);
      expect(await shop.order(product)).toMatchObject({
        product: { name: 'Other' },
        total: { amount: 1, currency: 'USD' },
      });
    });

    test('an item that cannot be placed fails alone, in its place', async () => {
      const { shop, store } = place();
      const product = await shop.product({ price: { amount: orderAmountMax / 2, currency: 'VND' } });
      const contact = { email: 'an@example.com', language: null };
      const requests = [
        { productId: product.id, quantity: 2 },
        { productId: shop.freshId(), quantity: 1 },
        { productId: product.id, quantity: 3 },
        { productId: product.id, quantity: 1 },
      ].map((each) => ({ ...each, id: shop.freshId(), customerId: 'an', contact }));
      const placed = await value(store.orders.place(requests, shop.now()));

      expect(placed.map((each) => (each.isOk() ? each.value.id : each.error))).toEqual([
        requests[0]?.id ?? '',
        { kind: 'not_found' },
        { kind: 'amount_too_large' },
        requests[3]?.id ?? '',
      ]);
      expect(placed[0]?._unsafeUnwrap().total.amount).toBe(orderAmountMax);
      for (const id of [requests[1]?.id, requests[2]?.id])
        expect(await value(store.orders.find(id ?? ''))).toBeNull();
      expect(await value(store.orders.place([], shop.now()))).toEqual([]);
    });

    test('an id that is there already is a bug, and nothing of its batch is placed', async () => {
      const { shop, store } = place();
      const product = await shop.product();
      const there = await shop.order(product);
      const requests = [shop.freshId(), there.id, shop.freshId()].map((id) => ({
        ...{ id, productId: product.id, quantity: 2, customerId: 'an' },
        contact: { email: 'an@example.com', language: null },
      }));
      await expect(store.orders.place(requests, shop.now())).rejects.toThrow();
      expect(await value(store.orders.find(requests[0]?.id ?? ''))).toBeNull();
      expect(await value(store.orders.find(requests[2]?.id ?? ''))).toBeNull();
      expect(await shop.detail(there.id)).toMatchObject(there);
    });

    test('its owner cancels it while it is pending, and nobody else', async () => {
      const { shop, store, world } = place();
      const order = await shop.order(await shop.product());
      const notFound = { kind: 'not_found' } as const;
      const cancel = (id: string, customerId: string) => store.orders.cancel(id, customerId, shop.now());
      expect((await cancel(order.id, 'a stranger'))._unsafeUnwrapErr()).toEqual(notFound);
      expect((await cancel(shop.freshId(), order.customerId))._unsafeUnwrapErr()).toEqual(notFound);
      expect(await shop.history(order.id)).toEqual(['pending']);

      world.advance(9);
      const cancelled = { ...order, status: 'cancelled', updatedAtMs: shop.now() } as const;
      expect(await value(cancel(order.id, order.customerId))).toEqual(cancelled);
      expect(await shop.detail(order.id)).toMatchObject(cancelled);
      expect(await shop.history(order.id)).toEqual(['pending', 'cancelled']);

      const again = await cancel(order.id, order.customerId);
      expect(again._unsafeUnwrapErr()).toEqual({ kind: 'order_not_pending', status: 'cancelled' });
      expect(await shop.history(order.id)).toEqual(['pending', 'cancelled']);
    });

    test('an order that is being paid or is paid is not cancelled; one that was declined is', async () => {
      const { shop, store } = place();
      const product = await shop.product();
      const order = await shop.order(product);
      const cancel = () => store.orders.cancel(order.id, order.customerId, shop.now());
      const claim = await shop.claimed(shop.request([order]));
      expect((await cancel())._unsafeUnwrapErr()).toEqual({ kind: 'order_not_pending', status: 'paying' });
      await shop.settle(claim, declined);
      expect((await cancel()).isOk()).toBe(true);

      const paid = await shop.order(product);
      await shop.pay([paid]);
      const refused = await store.orders.cancel(paid.id, paid.customerId, shop.now());
      expect(refused._unsafeUnwrapErr()).toEqual({ kind: 'order_not_pending', status: 'paid' });
    });

    test('of many that cancel at once, one does', async () => {
      const { shop, store } = place();
      const order = await shop.order(await shop.product());
      await shop.crowd();
      const answers = await Promise.all(
        Array.from({ length: 6 }, () => store.orders.cancel(order.id, order.customerId, shop.now())),
      );
      expect(answers.filter((answer) => answer.isOk())).toHaveLength(1);
      expect(await shop.history(order.id)).toEqual(['pending', 'cancelled']);
    });

    test('an order is either cancelled or claimed, however close the two come', async () => {
      const { shop, store } = place();
      const product = await shop.product();
      await shop.crowd();
      for (let round = 0; round < 10; round++) {
        const order = await shop.order(product);
        const [cancelled, claimed] = await Promise.all([
          store.orders.cancel(order.id, order.customerId, shop.now()),
          shop.claim(shop.request([order])),
        ]);
        expect(cancelled.isOk()).toBe(!claimed.isOk());
        expect(await shop.history(order.id)).toEqual(['pending', cancelled.isOk() ? 'cancelled' : 'paying']);
      }
    });

    test('the newest come first; customer, status and type narrow them together', async () => {
      const { shop, store } = place();
      const physical = await shop.product();
      const digital = await shop.product({ type: 'digital' });
      const customerId = shop.fresh('binh');
      const [a, b, c] = await shop.orders([physical, digital, physical], { customerId });
      await shop.order(physical);
      await value(store.orders.cancel(known(a).id, customerId, shop.now()));

      const ids = async (changes: Partial<OrderQuery>) =>
        (await value(store.orders.list({ ...everything, customerId, ...changes }))).items.map(({ id }) => id);
      expect(await ids({})).toEqual([known(c).id, known(b).id, known(a).id]);
      expect(await ids({ status: 'pending' })).toEqual([known(c).id, known(b).id]);
      expect(await ids({ status: 'cancelled' })).toEqual([known(a).id]);
      expect(await ids({ type: 'physical' })).toEqual([known(c).id, known(a).id]);
      expect(await ids({ type: 'physical', status: 'pending' })).toEqual([known(c).id]);
      expect(await ids({ customerId: shop.fresh('nobody') })).toEqual([]);
      const [newest] = (await value(store.orders.list({ ...everything, customerId, limit: 1 }))).items;
      expect(newest).toEqual(known(c));
    });

    test('a span of time has its first millisecond and not its last', async () => {
      const { shop, store, world } = place();
      const product = await shop.product();
      const customerId = shop.fresh('chi');
      const placedAt = async () => {
        world.advance(1_000);
        return { ...(await shop.order(product, { customerId })), atMs: shop.now() };
      };
      const [first, second, third] = [await placedAt(), await placedAt(), await placedAt()];
      const ids = async (fromMs: number | null, toMs: number | null) =>
        (await value(store.orders.list({ ...everything, customerId, fromMs, toMs }))).items.map(
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

    test('pages repeat and skip nothing while orders are placed and change', async () => {
      const { shop, store } = place();
      const product = await shop.product();
      const customerId = shop.fresh('dung');
      const there = await shop.orders(Array(9).fill(product), { customerId });
      const paged = await pagesOf(async (after: string | null) => {
        const page = await store.orders.list({ ...everything, customerId, after, limit: 2 });
        await shop.orders([product, product], { customerId });
        if (after !== null) await value(store.orders.cancel(after, customerId, shop.now()));
        return page;
      });
      expect(paged.map(({ id }) => id)).toEqual(there.map(({ id }) => id).toReversed());
    });

    test('the last page says so, even where it is full', async () => {
      const { shop, store } = place();
      const customerId = shop.fresh('em');
      const product = await shop.product();
      const [, newest] = await shop.orders([product, product], { customerId });
      const first = await value(store.orders.list({ ...everything, customerId, limit: 1 }));
      expect(first.next).toBe(known(newest).id);
      expect((await value(store.orders.list({ ...everything, customerId, limit: 2 }))).next).toBeNull();
    });
  });
};

const everything: OrderQuery = {
  search: null,
  status: null,
  type: null,
  fromMs: null,
  toMs: null,
  customerId: null,
  after: null,
  limit: 100,
};
