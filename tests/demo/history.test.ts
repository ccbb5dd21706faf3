import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { sqliteStore } from '../../adapters/sqlite/store.ts';
import type { OrderDetail } from '../../core/order.ts';
import { pipelineFor } from '../../core/pipelines/index.ts';
import type { Product } from '../../core/product.ts';
import type { Store } from '../../core/store.ts';
import type { Tally } from '../../demo/checkOut.ts';
import { demoProducts, loadDemoProducts } from '../../demo/loadProducts.ts';
import { findByCode } from '../../demo/stock.ts';
import { writeHistory } from '../../demo/writeHistory.ts';
import { createMemoryStore } from '../model/store.ts';
import { testWorld } from '../world.ts';

const orders = 400;
const dayMs = 86_400_000;
/** In March, so that the history runs through two years of invoices. */
const nowMs = testWorld().clock.nowMs();

const stores: readonly (readonly [string, () => Promise<Store>])[] = [
  ['memory', async () => createMemoryStore(testWorld())],
  ['SQLite', () => sqliteStore(testWorld(), { path: ':memory:' })],
];

const never = new AbortController().signal;

describe.each(stores)('a seeded history in %s', (_, open) => {
  let store: Store;
  let tally: Tally;
  let details: readonly OrderDetail[];
  let before: readonly Product[];
  let after: readonly Product[];

  beforeAll(async () => {
    store = await open();
    await loadDemoProducts(store.products, { nowMs: () => nowMs - 400 * dayMs });
    before = await products(store);
    const settings = { orders, days: 365, stop: never, onBatch: () => {} };
    tally = (await writeHistory(store, testWorld(nowMs), settings))._unsafeUnwrap();
    details = await everyOrder(store);
    after = await products(store);
  }, 60_000);
  afterAll(() => store.close());

  const withStatus = (status: string) => details.filter((order) => order.status === status);

  test('has the orders asked for, in every status that an order can rest in', () => {
    expect(details).toHaveLength(orders);
    expect(tally.placed).toBe(orders);
    expect(tally.paid).toBe(withStatus('completed').length);
    expect(tally.cancelled).toBe(withStatus('cancelled').length);
    expect(withStatus('completed').length).toBeGreaterThan(orders * 0.8);
    expect(withStatus('cancelled').length).toBeGreaterThan(0);
    expect(withStatus('pending').filter(({ payment }) => payment === null).length).toBeGreaterThan(0);
    const declined = withStatus('pending').filter(({ payment }) => payment?.status === 'declined');
    expect(declined.length).toBeGreaterThan(0);
    const resting = ['completed', 'cancelled', 'pending'].flatMap(withStatus);
    expect(resting).toHaveLength(orders);
  });

  test('owes nothing: no task and no open payment is left, and no mail was captured', async () => {
    const { counts } = (await store.queue.stats(nowMs))._unsafeUnwrap();
    expect(counts.filter(({ tasks }) => tasks > 0)).toEqual([]);
    const far = nowMs + 10 * dayMs;
    const open = await store.audits.claimOpenPayments({
      nowMs: far,
      againAtMs: () => far,
      limit: 10,
      only: null,
    });
    expect(open._unsafeUnwrap()).toEqual([]);
    const mails = await store.mailbox.list({ to: null, after: null, limit: 10 });
    expect(mails._unsafeUnwrap().items).toEqual([]);
  });

  test('tells each order’s life step by step, without a gap and forward in time', () => {
    for (const { history, status, product, createdAtMs } of details) {
      expect(history.map(({ seq }) => seq)).toEqual(history.map((_, index) => index + 1));
      const moments = [createdAtMs, ...history.map(({ atMs }) => atMs)];
      expect(moments).toEqual(moments.toSorted((a, b) => a - b));
      const steps = pipelineFor(product.type).steps.map(({ historyState: leaves }) => leaves);
      if (status === 'completed')
        expect(history.map(({ state }) => state)).toEqual([
          'pending',
          'paying',
          'paid',
          ...steps,
          'completed',
        ]);
    }
  });

  test('runs over the days asked for, and its ids go with its times', () => {
    const created = details.map(({ createdAtMs }) => createdAtMs);
    expect(Math.min(...created)).toBeGreaterThanOrEqual(nowMs - 365 * dayMs);
    expect(Math.min(...created)).toBeLessThan(nowMs - 363 * dayMs);
    expect(Math.max(...created)).toBeLessThan(nowMs);
    expect(Math.max(...created)).toBeGreaterThan(nowMs - 2 * dayMs);
    for (const { id, createdAtMs } of details)
      expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(createdAtMs);
    expect(created).toEqual(created.toSorted((a, b) => b - a));
  });

  test('numbers its invoices without a gap in each year, one for each completed order', () => {
    const numbers = details.flatMap(({ invoice }) => (invoice === null ? [] : [invoice.number])).toSorted();
    expect(numbers).toHaveLength(tally.paid);
    const years = Map.groupBy(numbers, (number) => number.slice(0, 4));
    expect([...years.keys()]).toEqual(['2025', '2026']);
    for (const [year, issued] of years)
      expect(issued).toEqual(issued.map((_, index) => `${year}-${String(index + 1).padStart(6, '0')}`));
  });

  test('numbers its invoices in the order of their dates', () => {
    const invoices = details.flatMap(({ invoice }) => invoice ?? []);
    const dates = invoices
      .toSorted((a, b) => (a.number < b.number ? -1 : 1))
      .map(({ issuedAtMs }) => issuedAtMs);
    expect(dates).toEqual(dates.toSorted((a, b) => a - b));
  });

  test('issues a licence key for each unit of what is digital, and no key twice', () => {
    for (const { status, product, quantity, licences } of details)
      expect(licences).toHaveLength(status === 'completed' && product.type === 'digital' ? quantity : 0);
    const keys = details.flatMap(({ licences }) => licences);
    expect(keys.length).toBeGreaterThan(0);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('leaves on each shelf what stood there, having delivered what was sold', () => {
    expect(after).toHaveLength(demoProducts.length);
    const stockOf = (all: readonly Product[]) => all.map(({ code, stock }) => [code, stock]).toSorted();
    expect(stockOf(after)).toEqual(stockOf(before));
  });

  test('takes one payment for a cart: what was charged is what its orders cost', () => {
    const carts = Map.groupBy(withStatus('completed'), ({ checkoutId }) => checkoutId);
    expect(carts.size).toBeLessThan(tally.paid);
    for (const [checkoutId, cart] of carts) {
      const total = cart.reduce((sum, { total }) => sum + total.amount, 0);
      for (const { payment, total: one } of cart)
        expect(payment).toMatchObject({
          status: 'succeeded',
          reference: `seed_${checkoutId}`,
          amount: { amount: total, currency: one.currency },
        });
    }
  });
});

const products = async (store: Store): Promise<readonly Product[]> => {
  const codes = new Set(demoProducts.map(({ code }) => code));
  return (await findByCode(store.products, codes))._unsafeUnwrap();
};

/** Newest first, each with its history. */
const everyOrder = async (store: Store): Promise<readonly OrderDetail[]> => {
  const nobody = { search: null, status: null, type: null, fromMs: null, toMs: null, customerId: null };
  const details: OrderDetail[] = [];
  let after: string | null = null;
  do {
    const answer: Awaited<ReturnType<Store['orders']['list']>> = await store.orders.list({
      ...nobody,
      after,
      limit: 100,
    });
    const page = answer._unsafeUnwrap();
    for (const { id } of page.items) {
      const detail = (await store.orders.find(id))._unsafeUnwrap();
      if (detail !== null) details.push(detail);
    }
    after = page.next;
  } while (after !== null);
  return details;
};
