import { describe, expect, test } from 'bun:test';
import { declined, defined, providerUnavailable, succeeded, unwrap } from './fixture.ts';
import { type OpenStore, useSharedStore } from './testContext.ts';

/** Changes of the quantity of pending orders. */
export const quantityChangesContract = (name: string, open: OpenStore): void => {
  describe(`${name}: changes of a quantity`, () => {
    const context = useSharedStore(open);

    const change = (order: { readonly id: string; readonly customerId: string }, quantity: number) => {
      const { fixture, store } = context();
      const request = { orderId: order.id, customerId: order.customerId, quantity };
      return store.orders.changeQuantity(request, fixture.now());
    };

    test('A pending order gets the new quantity at its old price, and a history row', async () => {
      const { fixture, store, world } = context();
      const product = await fixture.createProduct({ price: { amount: 1_000, currency: 'VND' } });
      const order = await fixture.placeOrder(product, { quantity: 3 });
      const dearer = { price: { amount: 9_999, currency: 'VND' } };
      await unwrap(store.products.change(product.id, dearer, fixture.now()));
      world.advance(9);
      const changed = {
        ...order,
        quantity: 5,
        total: { amount: 5_000, currency: 'VND' },
        updatedAtMs: fixture.now(),
      };
      expect(await unwrap(change(order, 5))).toEqual(changed);
      const { history, ...found } = await fixture.findOrder(order.id);
      expect(found).toMatchObject(changed);
      const row = { seq: 2, state: 'quantity_changed', atMs: fixture.now(), detail: '3 → 5' };
      expect(history.slice(1)).toEqual([row]);

      world.advance(9);
      expect(await unwrap(change(order, 5))).toEqual(changed);
      expect(await fixture.historyStates(order.id)).toEqual(['pending', 'quantity_changed']);
      await fixture.pay([order]);
      expect(await fixture.historyStates(order.id)).toEqual([
        ...['pending', 'quantity_changed', 'paying', 'paid'],
      ]);
      expect((await fixture.findOrder(order.id)).payment?.amount).toEqual(changed.total);
    });

    test('An order of another customer, a missing one and one that is not pending stay as they are', async () => {
      const { fixture } = context();
      const product = await fixture.createProduct();
      const order = await fixture.placeOrder(product);
      const notFound = { kind: 'not_found' } as const;
      expect((await change({ ...order, customerId: 'a stranger' }, 2))._unsafeUnwrapErr()).toEqual(notFound);
      expect((await change({ ...order, id: fixture.newId() }, 2))._unsafeUnwrapErr()).toEqual(notFound);
      await fixture.pay([order]);
      const paid = { kind: 'order_not_pending', status: 'paid' } as const;
      expect((await change(order, 2))._unsafeUnwrapErr()).toEqual(paid);
      expect(await fixture.findOrder(order.id)).toMatchObject({ quantity: 1 });
    });

    test('A retry of a released key pays for the new quantity, and reserves it', async () => {
      const { fixture, store } = context();
      const product = await fixture.createProduct({ stock: 9, price: { amount: 10, currency: 'VND' } });
      const order = await fixture.placeOrder(product, { quantity: 2 });
      const request = fixture.checkoutRequest([order]);
      const first = await fixture.claimCheckout(request);
      await fixture.recordOutcome(first, providerUnavailable);
      await unwrap(change(order, 4));
      const claim = await fixture.claimCheckout(request);
      const amount = { amount: 40, currency: 'VND' };
      expect(claim).toMatchObject({ number: first.number, attempt: 2, amount, orders: [{ quantity: 4 }] });
      expect(defined(await unwrap(store.audits.find(claim.checkoutId))).payment.amount).toEqual(amount);
      await fixture.recordOutcome(claim, succeeded);
      expect(defined(await unwrap(store.products.find(product.id))).stock).toBe(5);
    });

    test('A stored response keeps the quantity and the total that it was given with', async () => {
      const { fixture } = context();
      const order = await fixture.placeOrder(await fixture.createProduct(), { quantity: 2 });
      const request = fixture.checkoutRequest([order]);
      const { response } = await fixture.recordOutcome(await fixture.claimCheckout(request), declined);
      await unwrap(change(order, 7));
      await fixture.claimCheckout(fixture.checkoutRequest([order]));
      expect((await fixture.tryClaimCheckout(request))._unsafeUnwrapErr()).toEqual({
        kind: 'already_answered',
        response: defined(response),
      });
    });

    test('A claim has the quantity of before or of after a change that runs at once, with its amount', async () => {
      const { fixture } = context();
      const product = await fixture.createProduct({ stock: 1_000, price: { amount: 10, currency: 'VND' } });
      await fixture.openConnections();
      for (let round = 0; round < 12; round++) {
        const order = await fixture.placeOrder(product, { quantity: 2 });
        const [changed, claimed] = await Promise.all([
          change(order, 5),
          fixture.tryClaimCheckout(fixture.checkoutRequest([order])),
        ]);
        const claim = claimed._unsafeUnwrap();
        const quantity = changed.isOk() ? 5 : 2;
        const found = await fixture.findOrder(order.id);
        expect(found).toMatchObject({ status: 'paying', quantity });
        expect(claim.amount.amount).toBe(10 * quantity);
        expect(claim.orders[0]?.quantity).toBe(quantity);
        expect(found.payment?.amount).toEqual(claim.amount);
        expect(await fixture.historyStates(order.id)).toEqual([
          'pending',
          ...(changed.isOk() ? ['quantity_changed'] : []),
          ...['paying', 'stock_reserved'],
        ]);
      }
    });

    test('Changes at once are written one after the other', async () => {
      const { fixture } = context();
      const order = await fixture.placeOrder(await fixture.createProduct());
      await fixture.openConnections();
      await Promise.all([2, 3, 4, 5, 6, 7].map((quantity) => unwrap(change(order, quantity))));
      const { history, quantity, total } = await fixture.findOrder(order.id);
      expect(history.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
      expect(history.at(-1)?.detail?.endsWith(` → ${quantity}`)).toBe(true);
      expect(total.amount).toBe(quantity * order.total.amount);
    });
  });
};
