import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { findShortages, type StockLevels, takeUnits, unitsToHold } from '../../core/stock.ts';
import { order } from './samples.ts';

const orderOf = (id: string, productId: string, quantity: number) =>
  order(id, { product: { id: productId, code: productId, name: productId, type: 'physical' }, quantity });

describe('Shortages of a checkout', () => {
  test('A product is short if all its orders together need more than is left', () => {
    const orders = [orderOf('a', 'p', 2), orderOf('b', 'q', 1), orderOf('c', 'p', 3)];
    const levels = (p: number, q: number | null): StockLevels =>
      new Map([
        ['p', p],
        ['q', q],
      ]);
    expect(findShortages(orders, levels(5, 1))).toEqual([]);
    expect(findShortages(orders, levels(4, null))).toEqual([
      { productId: 'p', left: 4, orderIds: ['a', 'c'] },
    ]);
    expect(findShortages(orders, levels(0, 0))).toEqual([
      { productId: 'p', left: 0, orderIds: ['a', 'c'] },
      { productId: 'q', left: 0, orderIds: ['b'] },
    ]);
  });

  test('No level goes below zero while only checkouts without shortages take their units', () => {
    const anyLevels = fc.dictionary(fc.constantFrom('p', 'q', 'r'), fc.option(fc.nat(20)));
    const anyOrder = fc.tuple(fc.constantFrom('p', 'q', 'r'), fc.integer({ min: 1, max: 9 }));
    const anyCheckouts = fc.array(fc.array(anyOrder, { minLength: 1, maxLength: 3 }));
    fc.assert(
      fc.property(anyLevels, anyCheckouts, (units, checkouts) => {
        const before: StockLevels = new Map(Object.entries(units));
        const levels = new Map(before);
        const taken = new Map<string, number>();
        for (const lines of checkouts) {
          const orders = lines.map(([productId, quantity], index) =>
            orderOf(String(index), productId, quantity),
          );
          if (findShortages(orders, levels).length > 0) continue;
          for (const each of orders) {
            const held = unitsToHold(each, levels);
            taken.set(each.product.id, (taken.get(each.product.id) ?? 0) + held);
          }
          takeUnits(levels, orders);
        }
        for (const [productId, level] of before) {
          const left = levels.get(productId) ?? null;
          expect(left === null).toBe(level === null);
          if (left === null) expect(taken.get(productId) ?? 0).toBe(0);
          else expect(left).toBeGreaterThanOrEqual(0);
          expect((left ?? 0) + (taken.get(productId) ?? 0)).toBe(level ?? 0);
        }
      }),
    );
  });
});
