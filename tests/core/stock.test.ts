import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { allocate } from '../../core/stock.ts';

const want = (taskId: string, productId: string, quantity: number) => ({ taskId, productId, quantity });

describe('a shelf', () => {
  test('gives in turn, whole or not at all', () => {
    const wants = [want('a', 'p', 3), want('b', 'p', 4), want('c', 'p', 2), want('d', 'p', 1)];
    const { granted, taken } = allocate(new Map([['p', 5]]), wants);
    expect([...granted]).toEqual(['a', 'c']);
    expect([...taken]).toEqual([['p', 5]]);
  });

  test('that cannot run out gives all, and nothing is taken from it', () => {
    const { granted, taken } = allocate(new Map([['p', null]]), [want('a', 'p', 1_000_000)]);
    expect([...granted]).toEqual(['a']);
    expect([...taken]).toEqual([]);
  });

  test('never goes below zero, and refuses only what does not fit', () => {
    const shelves = fc.dictionary(fc.constantFrom('p', 'q', 'r'), fc.option(fc.nat(20)));
    const wantings = fc.array(fc.tuple(fc.constantFrom('p', 'q', 'r'), fc.integer({ min: 1, max: 9 })));
    fc.assert(
      fc.property(shelves, wantings, (stocks, asked) => {
        const shelf = new Map(Object.entries(stocks));
        const wants = asked.map(([productId, quantity], index) => want(String(index), productId, quantity));
        const { granted, taken } = allocate(shelf, wants);
        for (const [productId, stock] of shelf) {
          const mine = wants.filter((one) => one.productId === productId);
          const got = mine.filter(({ taskId }) => granted.has(taskId));
          if (stock === null) {
            expect(got).toEqual(mine);
            continue;
          }
          const units = got.reduce((sum, { quantity }) => sum + quantity, 0);
          expect(taken.get(productId) ?? 0).toBe(units);
          expect(units).toBeLessThanOrEqual(stock);
          for (const { taskId, quantity } of mine)
            if (!granted.has(taskId)) {
              const before = got.filter((one) => Number(one.taskId) < Number(taskId));
              expect(before.reduce((sum, one) => sum + one.quantity, 0) + quantity).toBeGreaterThan(stock);
            }
        }
      }),
    );
  });
});
