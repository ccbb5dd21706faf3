import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { allocate } from '../../core/stock.ts';

const stockRequest = (taskId: string, productId: string, quantity: number) => ({
  taskId,
  productId,
  quantity,
});

describe('Stock allocation', () => {
  test('The requests get their whole quantity or nothing, in their order', () => {
    const requests = [
      stockRequest('a', 'p', 3),
      stockRequest('b', 'p', 4),
      stockRequest('c', 'p', 2),
      stockRequest('d', 'p', 1),
    ];
    const { fulfilled, deducted } = allocate(new Map([['p', 5]]), requests);
    expect([...fulfilled]).toEqual(['a', 'c']);
    expect([...deducted]).toEqual([['p', 5]]);
  });

  test('A product that cannot run out fulfils every request, and nothing is deducted from it', () => {
    const { fulfilled, deducted } = allocate(new Map([['p', null]]), [stockRequest('a', 'p', 1_000_000)]);
    expect([...fulfilled]).toEqual(['a']);
    expect([...deducted]).toEqual([]);
  });

  test('No level goes below zero, and only requests that do not fit are refused', () => {
    const anyLevels = fc.dictionary(fc.constantFrom('p', 'q', 'r'), fc.option(fc.nat(20)));
    const anyRequests = fc.array(fc.tuple(fc.constantFrom('p', 'q', 'r'), fc.integer({ min: 1, max: 9 })));
    fc.assert(
      fc.property(anyLevels, anyRequests, (units, quantities) => {
        const levels = new Map(Object.entries(units));
        const requests = quantities.map(([productId, quantity], index) =>
          stockRequest(String(index), productId, quantity),
        );
        const { fulfilled, deducted } = allocate(levels, requests);
        for (const [productId, stock] of levels) {
          const ofProduct = requests.filter((one) => one.productId === productId);
          const accepted = ofProduct.filter(({ taskId }) => fulfilled.has(taskId));
          if (stock === null) {
            expect(accepted).toEqual(ofProduct);
            continue;
          }
          const acceptedUnits = accepted.reduce((sum, { quantity }) => sum + quantity, 0);
          expect(deducted.get(productId) ?? 0).toBe(acceptedUnits);
          expect(acceptedUnits).toBeLessThanOrEqual(stock);
          for (const { taskId, quantity } of ofProduct)
            if (!fulfilled.has(taskId)) {
              const before = accepted.filter((one) => Number(one.taskId) < Number(taskId));
              expect(before.reduce((sum, one) => sum + one.quantity, 0) + quantity).toBeGreaterThan(stock);
            }
        }
      }),
    );
  });
});
