import { describe, expect, test } from 'bun:test';
import { buildOutcomeRecord } from '../../core/buildOutcomeRecord.ts';
import { nothingToPay } from '../../core/outcome.ts';
import { defined, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** Checkouts whose orders cost nothing: they are paid without a charge. */
export const nothingToPayContract = (name: string, open: OpenStore): void => {
  describe(`${name}: nothing to pay`, () => {
    const context = useFreshStore(open);

    test('A checkout with nothing to pay is paid without a charge, and there is nothing to refund', async () => {
      const { fixture, store, world } = context();
      const order = await fixture.placeOrder(
        await fixture.createProduct({ price: { amount: 0, currency: 'VND' } }),
      );
      const request = fixture.checkoutRequest([order]);
      const record = buildOutcomeRecord(
        await fixture.claimCheckout(request),
        nothingToPay,
        'request-1',
        world,
      );
      const recorded = await unwrap(store.audits.recordOutcomes([record], fixture.now()));
      expect(recorded).toMatchObject([{ applied: true, paymentStatus: 'succeeded' }]);
      const { payment } = defined(await unwrap(store.audits.find(record.checkoutId)));
      expect(payment).toMatchObject({ status: 'succeeded', reference: null, action: null });
      expect(await fixture.historyStates(order.id)).toEqual(['pending', 'paying', 'paid']);
      expect(await fixture.listTasks({ orderId: order.id })).toHaveLength(1);

      const again = (await fixture.tryClaimCheckout(request))._unsafeUnwrapErr();
      expect(again).toEqual({ kind: 'already_answered', response: defined(record.response) });
      const refund = await store.refunds.request(fixture.refundCommand(order.id), fixture.now());
      expect(refund._unsafeUnwrapErr()).toEqual({
        kind: 'refund_too_large',
        left: { amount: 0, currency: 'VND' },
      });
    });

    test('A checkout with nothing to pay takes its units, and is refused if there are too few', async () => {
      const { fixture, store, world } = context();
      const product = await fixture.createProduct({ price: { amount: 0, currency: 'VND' }, stock: 3 });
      const order = await fixture.placeOrder(product, { quantity: 2 });
      const claim = await fixture.claimCheckout(fixture.checkoutRequest([order]));
      await unwrap(
        store.audits.recordOutcomes(
          [buildOutcomeRecord(claim, nothingToPay, 'request-1', world)],
          fixture.now(),
        ),
      );
      expect(await fixture.historyStates(order.id)).toEqual(['pending', 'paying', 'stock_reserved', 'paid']);
      expect(defined(await unwrap(store.products.find(product.id))).stock).toBe(1);

      const late = await fixture.placeOrder(product, { quantity: 2 });
      const refused = await fixture.tryClaimCheckout(fixture.checkoutRequest([late]));
      expect(refused._unsafeUnwrapErr()).toMatchObject({
        kind: 'out_of_stock',
        products: [{ productId: product.id, left: 1 }],
      });
    });
  });
};
