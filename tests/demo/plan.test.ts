import { describe, expect, test } from 'bun:test';
import { demoProducts } from '../../demo/loadProducts.ts';
import { countUnitsSold, type PlanOptions, planHistory } from '../../demo/planHistory.ts';

const dayMs = 86_400_000;
const products = demoProducts.map((draft, index) => ({
  ...draft,
  stock: draft.stock ?? null,
  imageUrl: null,
  archived: false,
  id: String(index),
  createdAtMs: 0,
  updatedAtMs: 0,
}));
const options: PlanOptions = { orders: 5_000, fromMs: 0, toMs: 100 * dayMs, seed: 7, products };
const plan = (changes: Partial<PlanOptions> = {}) => [...planHistory({ ...options, ...changes })];
const planned = plan();
const longPlan = plan({ orders: 20_000 }).flatMap(({ checkouts }) => checkouts);

describe('a planned history', () => {
  test('A plan has exactly the requested number of orders', () => {
    for (const orders of [1, 2, 3, 399, 1_000, 1_001, 5_001]) {
      const lines = plan({ orders }).flatMap(({ checkouts }) =>
        checkouts.flatMap((checkout) => checkout.lines),
      );
      expect(lines).toHaveLength(orders);
    }
  });

  test('The same seed gives the same plan, and another seed another plan', () => {
    expect(plan()).toEqual(planned);
    expect(plan({ seed: 8 })).not.toEqual(planned);
  });

  test.each([
    ['one hundred days', { toMs: 100 * dayMs }],
    ['one second', { toMs: 1_000 }],
  ])('In a plan over %s each batch ends before the next begins', (_, changes) => {
    const moments = plan(changes).flatMap((batch) => [
      batch.placedMs,
      batch.claimedMs,
      batch.outcomeMs,
      batch.completedMs,
      batch.cancelledMs,
    ]);
    expect(moments).toEqual(moments.toSorted((a, b) => a - b));
    expect(moments[0]).toBeGreaterThanOrEqual(0);
    expect(moments.at(-1)).toBeLessThan(changes.toMs);
  });

  test('A short history has many small batches, and a long one has batches of 500 orders', () => {
    expect(plan({ orders: 1_000 }).length).toBeGreaterThan(190);
    const sizes: number[] = [];
    for (const { checkouts } of planHistory({ ...options, orders: 1_000_000 })) {
      sizes.push(checkouts.reduce((sum, { lines }) => sum + lines.length, 0));
      if (sizes.length === 20) break;
    }
    expect(sizes).toEqual(Array.from({ length: 20 }, () => 500));
  });

  test('Every checkout has one currency, and no product twice', () => {
    for (const { lines } of planned.flatMap(({ checkouts }) => checkouts)) {
      expect(new Set(lines.map(({ product }) => product.price.currency)).size).toBe(1);
      expect(new Set(lines.map(({ product }) => product.id)).size).toBe(lines.length);
    }
  });

  test('A tenth of the products gets a third of the orders, nearly every product sells, and most lines have one unit', () => {
    const lines = longPlan.flatMap(({ lines }) => lines);
    const perProduct = [...Map.groupBy(lines, ({ product }) => product.id).values()]
      .map((group) => group.length)
      .sort((a, b) => b - a);
    const topTenth = perProduct.slice(0, 40).reduce((total, orders) => total + orders, 0);
    expect(topTenth).toBeGreaterThan(lines.length / 3);
    expect(perProduct.length).toBeGreaterThan(demoProducts.length * 0.9);
    expect(lines.filter(({ quantity }) => quantity === 1).length).toBeGreaterThan(lines.length / 2);
  });

  test('Customers return, and each has one address', () => {
    const customers = longPlan.map(({ customer }) => customer);
    const visits = [...Map.groupBy(customers, ({ id }) => id).values()];
    expect(visits.length).toBeGreaterThan(900);
    expect(Math.max(...visits.map((group) => group.length))).toBeGreaterThan(20);
    for (const { contact } of customers) expect(contact.email).toMatch(/^[a-z]+\.[a-z]+\.\d+@example\.com$/);
    expect(new Set(customers.map(({ contact }) => contact.language))).toEqual(new Set(['vi', 'en', null]));
  });

  test('countUnitsSold adds up the paid lines by product', () => {
    const paid = planned.flatMap(({ checkouts }) =>
      checkouts.filter(({ outcome }) => outcome === 'paid').flatMap(({ lines }) => lines),
    );
    const units = paid.reduce((total, { quantity }) => total + quantity, 0);
    const sold = countUnitsSold(planned);
    expect([...sold.values()].reduce((total, one) => total + one, 0)).toBe(units);
    const [shirt] = products.filter(({ code }) => code === 'AT-001');
    const shirts = paid.filter(({ product }) => product.id === shirt?.id);
    expect(sold.get(shirt?.id ?? '') ?? 0).toBe(shirts.reduce((total, { quantity }) => total + quantity, 0));
  });

  test('Most checkouts are paid, and some have each other outcome', () => {
    const checkouts = planned.flatMap((batch) => batch.checkouts);
    const share = (outcome: string) =>
      checkouts.filter((checkout) => checkout.outcome === outcome).length / checkouts.length;
    expect(share('paid')).toBeGreaterThan(0.85);
    for (const outcome of ['declined', 'cancelled', 'abandoned'])
      expect(share(outcome)).toBeGreaterThan(0.01);
  });
});
