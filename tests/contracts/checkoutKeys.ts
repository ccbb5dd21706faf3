import { describe, expect, test } from 'bun:test';
import { defined, unwrap } from './fixture.ts';
import { type OpenStore, useSharedStore } from './testContext.ts';

/** Audit GUIDs: each belongs to its customer, and finds its checkout. */
export const checkoutKeysContract = (name: string, open: OpenStore): void => {
  describe(`${name}: checkout keys`, () => {
    const context = useSharedStore(open);

    test('Customers who use the same key never meet', async () => {
      const { fixture, store } = context();
      const product = await fixture.createProduct();
      const orders = [await fixture.placeOrder(product), await fixture.placeOrder(product)];
      const key = fixture.newId();
      const requests = orders.map((order) => fixture.checkoutRequest([order], { key }));
      const claims = await unwrap(store.audits.claim(requests, fixture.now()));
      expect(claims.map((claim) => claim._unsafeUnwrap().checkoutId)).toEqual(
        requests.map(({ checkoutId }) => checkoutId),
      );
      for (const request of requests) {
        const failure = { kind: 'checkout_in_progress', checkoutId: request.checkoutId } as const;
        const again = await fixture.tryClaimCheckout({ ...request, checkoutId: fixture.newId() });
        expect(again._unsafeUnwrapErr()).toEqual(failure);
      }
      const stranger = { ...defined(requests[0]), checkoutId: fixture.newId(), customerId: 'a stranger' };
      expect((await fixture.tryClaimCheckout(stranger))._unsafeUnwrapErr()).toEqual({
        kind: 'not_found',
        orderIds: stranger.orderIds,
      });
    });

    test('A checkout is found by the key of its customer, as it is now', async () => {
      const { fixture, store } = context();
      const order = await fixture.placeOrder(await fixture.createProduct());
      const request = fixture.checkoutRequest([order]);
      expect(await unwrap(store.audits.findByKey(request))).toBeNull();
      const { checkoutId } = await fixture.claimCheckout(request);
      const found = await unwrap(store.audits.findByKey(request));
      expect(found).toMatchObject({ id: checkoutId, payment: { status: 'initiated' } });
      expect(found).toEqual(await unwrap(store.audits.find(checkoutId)));
      for (const changes of [{ key: fixture.newId() }, { customerId: 'a stranger' }])
        expect(await unwrap(store.audits.findByKey({ ...request, ...changes }))).toBeNull();
    });
  });
};
