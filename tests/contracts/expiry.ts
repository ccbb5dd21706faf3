import { describe, expect, test } from 'bun:test';
import { declined, defined, providerUnavailable, succeeded, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** Orders that nobody paid in time. */
export const expiryContract = (name: string, open: OpenStore): void => {
  describe(`${name}: orders that expire`, () => {
    const context = useFreshStore(open);
    const minute = { ttlMs: 60_000 };

    /** All slices of a sweep. Returns how many orders were cancelled. */
    const cancelExpired = async (sweep: 1 | 2 = 1, untilMs = context().fixture.now()): Promise<number> => {
      const { fixture, store } = context();
      let all = 0;
      for (;;) {
        const query = { sweep, untilMs, nowMs: fixture.now(), limit: 2 };
        const { cancelled, more } = await unwrap(store.orders.cancelExpired(query));
        all += cancelled;
        if (!more) return all;
      }
    };

    test('A pending order is cancelled at its time and not before it, and its history says why', async () => {
      const { fixture, world } = context();
      const order = await fixture.placeOrder(await fixture.createProduct(), minute);
      world.advance(59_999);
      expect(await cancelExpired()).toBe(0);
      world.advance(1);
      expect(await cancelExpired()).toBe(1);
      const cancelled = { ...order, status: 'cancelled', updatedAtMs: fixture.now() } as const;
      const { history, ...found } = await fixture.findOrder(order.id);
      expect(found).toMatchObject(cancelled);
      expect(history.slice(1)).toEqual([
        { seq: 2, state: 'cancelled', atMs: fixture.now(), detail: 'expired' },
      ]);
      expect(await cancelExpired()).toBe(0);
    });

    test('Slices reach every expired order, also those of one moment and those with another life', async () => {
      const { fixture, store, world } = context();
      const product = await fixture.createProduct();
      const expired = [...(await fixture.placeOrders(Array(7).fill(product), minute))];
      const long = await fixture.placeOrder(product, { ttlMs: 120_000 });
      for (let index = 0; index < 5; index++) {
        world.advance(2);
        expired.push(await fixture.placeOrder(product, { ttlMs: 10_000 }));
      }
      await fixture.pay([await fixture.placeOrder(product, minute)]);
      const dropped = await fixture.placeOrder(product, minute);
      await unwrap(store.orders.cancel(dropped.id, dropped.customerId, fixture.now()));
      world.advance(60_000);
      expect(await cancelExpired()).toBe(12);
      expect(await cancelExpired()).toBe(0);
      for (const { id } of expired) expect((await fixture.findOrder(id)).status).toBe('cancelled');
      expect((await fixture.findOrder(long.id)).status).toBe('pending');
      expect(await fixture.historyStates(dropped.id)).toEqual(['pending', 'cancelled']);
      world.advance(60_000);
      expect(await cancelExpired()).toBe(1);
    });

    test('The second sweep finds an order that came in behind the first one', async () => {
      const { fixture, world } = context();
      const product = await fixture.createProduct();
      await fixture.placeOrder(product, minute);
      world.advance(70_000);
      expect(await cancelExpired(1)).toBe(1);
      const late = await fixture.placeOrder(product, { ttlMs: -5_000 });
      await cancelExpired(1);
      world.advance(60_000);
      expect(await cancelExpired(2, fixture.now() - 60_000)).toBeLessThanOrEqual(1);
      expect(await fixture.historyStates(late.id)).toEqual(['pending', 'cancelled']);
    });

    test('A claim takes an order until the last millisecond, and then refuses it as a cancelled one', async () => {
      const { fixture, world } = context();
      const product = await fixture.createProduct();
      const [early, late, fresh] = [
        await fixture.placeOrder(product, { ...minute, customerId: 'an' }),
        await fixture.placeOrder(product, { ...minute, customerId: 'an' }),
        await fixture.placeOrder(product, { customerId: 'an' }),
      ];
      world.advance(59_999);
      const claim = await fixture.claimCheckout(fixture.checkoutRequest([early]));
      world.advance(1);
      const refused = await fixture.tryClaimCheckout(fixture.checkoutRequest([fresh, late]));
      expect(refused._unsafeUnwrapErr()).toEqual({
        kind: 'order_not_payable',
        orders: [{ orderId: late.id, status: 'cancelled' }],
      });
      for (const { id } of [late, fresh]) expect(await fixture.historyStates(id)).toEqual(['pending']);
      // What was claimed in time is paid, however long its charge takes.
      expect(await cancelExpired()).toBe(1);
      await fixture.recordOutcome(claim, succeeded);
      expect(await fixture.historyStates(early.id)).toEqual(['pending', 'paying', 'paid']);
    });

    test('An order that is released in time stays pending, and one that is released later is cancelled', async () => {
      const { fixture, world } = context();
      const product = await fixture.createProduct({ stock: 10 });
      const orders = [
        await fixture.placeOrder(product, { ...minute, customerId: 'an', quantity: 2 }),
        await fixture.placeOrder(product, { ttlMs: 60_001, customerId: 'an', quantity: 3 }),
      ];
      const request = fixture.checkoutRequest(orders);
      const claim = await fixture.claimCheckout(request);
      world.advance(60_000);
      const { response } = await fixture.recordOutcome(claim, declined);
      const statuses = ['cancelled', 'pending'] as const;
      expect(defined(response).orders.map(({ status }) => status)).toEqual([...statuses]);
      for (const [index, { id }] of orders.entries()) {
        const { history, ...order } = await fixture.findOrder(id);
        expect(order).toMatchObject({ status: defined(statuses[index]), updatedAtMs: fixture.now() });
        expect(history.slice(3)).toEqual([
          { seq: 4, state: 'pending', atMs: fixture.now(), detail: 'declined: card_declined' },
          ...(index === 0 ? [{ seq: 5, state: 'cancelled', atMs: fixture.now(), detail: 'expired' }] : []),
        ]);
      }
      const listed = await context().store.products.find(product.id);
      expect(listed._unsafeUnwrap()?.stock).toBe(10);
      // The order's seq counts both rows: the next change of the history fits.
      world.advance(1);
      expect(await cancelExpired()).toBe(1);
      expect(await fixture.historyStates(defined(orders[1]).id)).toEqual([
        ...['pending', 'paying', 'stock_reserved', 'pending', 'cancelled'],
      ]);
    });

    test('A key that may be sent again is refused once its orders have expired', async () => {
      const { fixture, world } = context();
      const order = await fixture.placeOrder(await fixture.createProduct(), minute);
      const request = fixture.checkoutRequest([order]);
      await fixture.recordOutcome(await fixture.claimCheckout(request), providerUnavailable);
      world.advance(60_000);
      expect((await fixture.tryClaimCheckout(request))._unsafeUnwrapErr()).toMatchObject({
        kind: 'order_not_payable',
        orders: [{ status: 'cancelled' }],
      });
    });

    test('An order that has expired is found by its new status', async () => {
      const { fixture, store, world } = context();
      const order = await fixture.placeOrder(await fixture.createProduct(), minute);
      world.advance(60_000);
      await cancelExpired();
      const query = { search: null, type: null, fromMs: null, toMs: null, customerId: null, number: null };
      const page = await unwrap(store.orders.list({ ...query, status: 'cancelled', after: null, limit: 9 }));
      expect(page.items.map(({ id }) => id)).toEqual([order.id]);
    });

    test('An order is either paid for or cancelled when a claim and maintenance run at once', async () => {
      const { fixture, store, world } = context();
      const product = await fixture.createProduct();
      await fixture.openConnections();
      for (let round = 0; round < 10; round++) {
        const orders = await fixture.placeOrders([product, product, product], minute);
        world.advance(60_000);
        const atMs = fixture.now();
        // The claim was sent in time and waits; other processes have come to the end of that time.
        const [claims, slices] = await Promise.all([
          unwrap(store.audits.claim([fixture.checkoutRequest(orders)], atMs - 1)),
          Promise.all([
            ...[1, 2].map(() =>
              unwrap(store.orders.cancelExpired({ sweep: 1, untilMs: atMs, nowMs: atMs, limit: 2 })),
            ),
          ]),
        ]);
        const isClaimed = defined(claims[0]).isOk();
        const cancelled = slices.reduce((sum, slice) => sum + slice.cancelled, 0) + (await cancelExpired());
        expect(cancelled).toBe(isClaimed ? 0 : orders.length);
        for (const { id } of orders)
          expect(await fixture.historyStates(id)).toEqual(['pending', isClaimed ? 'paying' : 'cancelled']);
      }
    });

    test('Each order is cancelled once when many processes sweep at once', async () => {
      const { fixture, store, world } = context();
      const orders = await fixture.placeOrders(Array(40).fill(await fixture.createProduct()), minute);
      await fixture.openConnections();
      world.advance(60_000);
      const atMs = fixture.now();
      const slices = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          unwrap(
            store.orders.cancelExpired({
              sweep: index % 2 === 0 ? 1 : 2,
              untilMs: atMs,
              nowMs: atMs,
              limit: 7,
            }),
          ),
        ),
      );
      const first = slices.reduce((sum, slice) => sum + slice.cancelled, 0);
      expect(first + (await cancelExpired(1))).toBe(orders.length);
      for (const { id } of orders) expect(await fixture.historyStates(id)).toEqual(['pending', 'cancelled']);
    });
  });
};
