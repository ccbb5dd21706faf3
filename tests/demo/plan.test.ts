import { describe, expect, test } from 'bun:test';
import { demoProducts } from '../../demo/loadProducts.ts';
import { type PlanSettings, planHistory, soldIn } from '../../demo/planHistory.ts';

const dayMs = 86_400_000;
const products = demoProducts.map((draft, index) => ({
  ...draft,
  id: String(index),
  createdAtMs: 0,
  updatedAtMs: 0,
}));
const settings: PlanSettings = { orders: 5_000, fromMs: 0, toMs: 100 * dayMs, seed: 7, products };
const plan = (changes: Partial<PlanSettings> = {}) => [...planHistory({ ...settings, ...changes })];
const planned = plan();
const long = plan({ orders: 20_000 }).flatMap(({ carts }) => carts);

describe('a planned history', () => {
  test('has as many orders as were asked for, in any number', () => {
    for (const orders of [1, 2, 3, 399, 1_000, 1_001, 5_001]) {
      const lines = plan({ orders }).flatMap(({ carts }) => carts.flatMap((cart) => cart.lines));
      expect(lines).toHaveLength(orders);
    }
  });

  test('is the same for the same seed, and another for another', () => {
    expect(plan()).toEqual(planned);
    expect(plan({ seed: 8 })).not.toEqual(planned);
  });

  test.each([
    ['a hundred days', { toMs: 100 * dayMs }],
    ['a crowded second', { toMs: 1_000 }],
  ])('goes forward in time, each batch at its end before the next begins: %s', (_, changes) => {
    const moments = plan(changes).flatMap((batch) => [
      batch.placedMs,
      batch.claimedMs,
      batch.settledMs,
      batch.deliveredMs,
      batch.cancelledMs,
    ]);
    expect(moments).toEqual(moments.toSorted((a, b) => a - b));
    expect(moments[0]).toBeGreaterThanOrEqual(0);
    expect(moments.at(-1)).toBeLessThan(changes.toMs);
  });

  test('spreads a short history over many moments, and cuts a long one into batches of some hundred', () => {
    expect(plan({ orders: 1_000 }).length).toBeGreaterThan(190);
    const sizes: number[] = [];
    for (const { carts } of planHistory({ ...settings, orders: 1_000_000 })) {
      sizes.push(carts.reduce((sum, { lines }) => sum + lines.length, 0));
      if (sizes.length === 20) break;
    }
    expect(sizes).toEqual(Array.from({ length: 20 }, () => 500));
  });

  test('has carts in one currency, with no product twice', () => {
    for (const { lines } of planned.flatMap(({ carts }) => carts)) {
      expect(new Set(lines.map(({ product }) => product.price.currency)).size).toBe(1);
      expect(new Set(lines.map(({ product }) => product.id)).size).toBe(lines.length);
    }
  });

  test('sells much of a little and something of nearly everything, mostly one of each', () => {
    const lines = long.flatMap((cart) => cart.lines);
    const perProduct = [...Map.groupBy(lines, ({ product }) => product.id).values()]
      .map((group) => group.length)
      .sort((a, b) => b - a);
    const topTenth = perProduct.slice(0, 40).reduce((total, orders) => total + orders, 0);
    expect(topTenth).toBeGreaterThan(lines.length / 3);
    expect(perProduct.length).toBeGreaterThan(demoProducts.length * 0.9);
    expect(lines.filter(({ quantity }) => quantity === 1).length).toBeGreaterThan(lines.length / 2);
  });

  test('has customers who come back, each with one address', () => {
    const customers = long.map(({ customer }) => customer);
    const visits = [...Map.groupBy(customers, ({ id }) => id).values()];
    expect(visits.length).toBeGreaterThan(900);
    expect(Math.max(...visits.map((group) => group.length))).toBeGreaterThan(20);
    for (const { contact } of customers) expect(contact.email).toMatch(/^[a-z]+\.[a-z]+\.\d+@example\.com$/);
    expect(new Set(customers.map(({ contact }) => contact.language))).toEqual(new Set(['vi', 'en', null]));
  });

  test('knows what will be sold: the paid lines, by product', () => {
    const paid = planned.flatMap(({ carts }) =>
      carts.filter(({ fate }) => fate === 'paid').flatMap(({ lines }) => lines),
    );
    const units = paid.reduce((total, { quantity }) => total + quantity, 0);
    const sold = soldIn(planned);
    expect([...sold.values()].reduce((total, one) => total + one, 0)).toBe(units);
    const [shirt] = products.filter(({ code }) => code === 'AT-001');
    const shirts = paid.filter(({ product }) => product.id === shirt?.id);
    expect(sold.get(shirt?.id ?? '') ?? 0).toBe(shirts.reduce((total, { quantity }) => total + quantity, 0));
  });

  test('has most carts paid, and some of each other fate', () => {
    const carts = planned.flatMap((batch) => batch.carts);
    const share = (fate: string) => carts.filter((cart) => cart.fate === fate).length / carts.length;
    expect(share('paid')).toBeGreaterThan(0.85);
    for (const fate of ['declined', 'cancelled', 'left']) expect(share(fate)).toBeGreaterThan(0.01);
  });
});
