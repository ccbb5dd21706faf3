import { describe, expect, test } from 'bun:test';
import type { Product } from '../../core/product.ts';
import { defined, refundSucceeded, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** When a refund puts the stock of its order back. */
export const refundedStockContract = (name: string, open: OpenStore): void => {
  describe(`${name}: stock of refunded orders`, () => {
    const context = useFreshStore(open);

    const stockOf = async (id: string) => defined(await unwrap(context().store.products.find(id))).stock;

    test('A full refund puts back the units that the claim took, unless they were shipped or licensed', async () => {
      const { fixture } = context();
      const quantity = 3;
      const stockAfterRefund = async (
        product: Product,
        work: (() => Promise<unknown>) | null,
        isPartial = false,
      ) => {
        const order = await fixture.placePaidOrder(product, { quantity });
        await work?.();
        const { id } = await fixture.requestRefund(order.id, isPartial ? 1 : null);
        await fixture.finishRefund(id, refundSucceeded);
        return stockOf(product.id);
      };
      const createStocked = (type: string) => fixture.createProduct({ type, stock: 10 });
      const runAllSteps = (type: string) => () => fixture.claimTasks(type);
      expect(await stockAfterRefund(await createStocked('physical'), null)).toBe(10);
      expect(await stockAfterRefund(await createStocked('physical'), null, true)).toBe(7);
      expect(await stockAfterRefund(await createStocked('digital'), null)).toBe(10);
      expect(await stockAfterRefund(await createStocked('service'), null)).toBe(10);
      expect(await stockAfterRefund(await createStocked('physical'), runAllSteps('physical'))).toBe(7);
      expect(await stockAfterRefund(await createStocked('service'), runAllSteps('service'))).toBe(10);
      expect(await stockAfterRefund(await createStocked('digital'), runAllSteps('digital'))).toBe(7);
      expect(
        await stockAfterRefund(
          await fixture.createProduct({ type: 'service', stock: null }),
          runAllSteps('service'),
        ),
      ).toBeNull();
    });

    test('The refund that ends an order restocks as it says, also what was shipped', async () => {
      const { fixture, store } = context();
      const stockAfterRefunds = async (
        type: string,
        ...refunds: readonly (readonly [number, boolean | null])[]
      ) => {
        const product = await fixture.createProduct({
          type,
          stock: 10,
          price: { amount: 100, currency: 'VND' },
        });
        const order = await fixture.placePaidOrder(product, { quantity: 3 });
        await fixture.claimTasks(type);
        for (const [amount, restock] of refunds) {
          const command = fixture.refundCommand(order.id, { amount: { amount, currency: null }, restock });
          const { refund } = await unwrap(store.refunds.request(command, fixture.now()));
          expect(refund.restock).toBe(restock);
          await fixture.finishRefund(refund.id, refundSucceeded);
          expect((await fixture.findRefund(refund.id)).restock).toBe(restock);
        }
        return stockOf(product.id);
      };
      expect(await stockAfterRefunds('physical', [300, null])).toBe(7);
      expect(await stockAfterRefunds('physical', [300, true])).toBe(10);
      expect(await stockAfterRefunds('physical', [300, false])).toBe(7);
      expect(await stockAfterRefunds('service', [300, false])).toBe(7);
      expect(await stockAfterRefunds('physical', [100, true])).toBe(7);
      expect(await stockAfterRefunds('physical', [100, true], [200, null])).toBe(7);
      expect(await stockAfterRefunds('physical', [100, false], [200, true])).toBe(10);
    });

    test('A refund with another restock is another command', async () => {
      const { fixture, store } = context();
      const order = await fixture.placePaidOrder(await fixture.createProduct());
      const command = fixture.refundCommand(order.id, { restock: true });
      await unwrap(store.refunds.request(command, fixture.now()));
      expect(await unwrap(store.refunds.request(command, fixture.now()))).toMatchObject({ replayed: true });
      for (const restock of [false, null])
        expect(
          (await store.refunds.request({ ...command, restock }, fixture.now()))._unsafeUnwrapErr(),
        ).toEqual({ kind: 'idempotency_key_reused' });
    });
  });
};
