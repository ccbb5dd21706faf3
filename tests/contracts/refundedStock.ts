import { describe, expect, test } from 'bun:test';
import type { Pipeline } from '../../core/pipelines/pipeline.ts';
import type { Product } from '../../core/product.ts';
import { defined, refundSucceeded, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** When a refund puts the stock of its order back. */
export const refundedStockContract = (name: string, open: OpenStore): void => {
  describe(`${name}: stock of refunded orders`, () => {
    const context = useFreshStore(open);

    const stockOf = async (id: string) => defined(await unwrap(context().store.products.find(id))).stock;

    test('A full refund puts back the stock that was deducted and not shipped', async () => {
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
      expect(
        await stockAfterRefund(await createStocked('physical'), () => fixture.claimTasks(reservedOnly)),
      ).toBe(10);
      expect(
        await stockAfterRefund(await createStocked('physical'), () => fixture.claimTasks(reservedOnly), true),
      ).toBe(7);
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
  });
};

/** Stops after the stock is reserved. */
const reservedOnly: Pipeline = {
  name: 'physical',
  steps: [
    { name: 'reserve_stock', historyState: 'stock_reserved', kind: 'tx', effect: 'deduct_stock' },
    { name: 'pause', historyState: 'paused', kind: 'external', service: 'notify_customer' },
  ],
};
