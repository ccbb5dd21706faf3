import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { openSqliteStore } from '../../adapters/sqlite/store.ts';
import type { OrderDetail } from '../../core/order.ts';
import { pipelineFor } from '../../core/pipelines/index.ts';
import type { Product } from '../../core/product.ts';
import type { Store } from '../../core/store.ts';
import type { OrderCounts } from '../../demo/checkOut.ts';
import { demoProducts, loadDemoProducts } from '../../demo/loadProducts.ts';
import { findByCode } from '../../demo/stock.ts';
import { writeHistory } from '../../demo/writeHistory.ts';
import { createMemoryStore } from '../model/store.ts';
import { createTestWorld } from '../world.ts';

const orders = 400;
const dayMs = 86_400_000;
/** In March, so that the history has invoices of two years. */
const nowMs = createTestWorld().clock.nowMs();

const stores: readonly (readonly [string, () => Promise<Store>])[] = [
  ['memory', async () => createMemoryStore(createTestWorld())],
  ['SQLite', () => openSqliteStore(createTestWorld(), { path: ':memory:' })],
];

const neverAborted = new AbortController().signal;

describe.each(stores)('a seeded history in %s', (_, open) => {
  let store: Store;
  let orderCounts: OrderCounts;
  let details: readonly OrderDetail[];
  let productsBefore: readonly Product[];
  let productsAfter: readonly Product[];

  beforeAll(async () => {
    store = await open();
    await loadDemoProducts(store.products, { nowMs: () => nowMs - 400 * dayMs });
    productsBefore = await readProducts(store);
    const options = { orders, days: 365, stop: neverAborted, onBatch: () => {} };
    orderCounts = (await writeHistory(store, createTestWorld(nowMs), options))._unsafeUnwrap();
    details = await readOrders(store);
    productsAfter = await readProducts(store);
  }, 120_000);
  afterAll(() => store.close());

  const withStatus = (status: string) => details.filter((order) => order.status === status);

  test('A seeded history has the requested number of orders, in every status that needs no further work', () => {
    expect(details).toHaveLength(orders);
    expect(orderCounts.placed).toBe(orders);
    expect(orderCounts.paid).toBe(withStatus('completed').length);
    expect(orderCounts.cancelled).toBe(withStatus('cancelled').length);
    expect(withStatus('completed').length).toBeGreaterThan(orders * 0.8);
    expect(withStatus('cancelled').length).toBeGreaterThan(0);
    expect(withStatus('pending').filter(({ payment }) => payment === null).length).toBeGreaterThan(0);
    const declined = withStatus('pending').filter(({ payment }) => payment?.status === 'declined');
    expect(declined.length).toBeGreaterThan(0);
    const withoutWork = ['completed', 'cancelled', 'pending'].flatMap(withStatus);
    expect(withoutWork).toHaveLength(orders);
  });

  test('A seeded history leaves no task and no open payment, and sends no mail', async () => {
    const { counts } = (await store.queue.stats(nowMs))._unsafeUnwrap();
    expect(counts.filter(({ tasks }) => tasks > 0)).toEqual([]);
    const tenDaysLaterMs = nowMs + 10 * dayMs;
    const open = await store.audits.claimOpenPayments({
      nowMs: tenDaysLaterMs,
      nextRecoveryAtMs: () => tenDaysLaterMs,
      limit: 10,
      onlyPaymentId: null,
    });
    expect(open._unsafeUnwrap()).toEqual([]);
    const mails = await store.mailbox.list({ to: null, after: null, limit: 10 });
    expect(mails._unsafeUnwrap().items).toEqual([]);
  });

  test('The history of each order has every step, without a gap and in order of time', () => {
    for (const { history, status, product, createdAtMs } of details) {
      expect(history.map(({ seq }) => seq)).toEqual(history.map((_, index) => index + 1));
      const moments = [createdAtMs, ...history.map(({ atMs }) => atMs)];
      expect(moments).toEqual(moments.toSorted((a, b) => a - b));
      const stepStates = pipelineFor(product.type).steps.map(({ historyState }) => historyState);
      const isLimited = productsAfter.find(({ id }) => id === product.id)?.stock !== null;
      if (status === 'completed')
        expect(history.map(({ state }) => state)).toEqual([
          'pending',
          'paying',
          ...(isLimited ? ['stock_reserved'] : []),
          'paid',
          ...stepStates.slice(0, -1),
          'completed',
          ...stepStates.slice(-1),
        ]);
    }
  });

  test('A seeded history covers the requested days, and the order ids contain their times', () => {
    const created = details.map(({ createdAtMs }) => createdAtMs);
    expect(Math.min(...created)).toBeGreaterThanOrEqual(nowMs - 365 * dayMs);
    expect(Math.min(...created)).toBeLessThan(nowMs - 363 * dayMs);
    expect(Math.max(...created)).toBeLessThan(nowMs);
    expect(Math.max(...created)).toBeGreaterThan(nowMs - 2 * dayMs);
    for (const { id, createdAtMs } of details)
      expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(createdAtMs);
    expect(created).toEqual(created.toSorted((a, b) => b - a));
  });

  test('Invoice numbers have no gap within a year, one for each paid checkout', () => {
    const invoiced = details.filter(({ invoice }) => invoice !== null);
    expect(invoiced).toHaveLength(orderCounts.paid);
    const numbers = [...new Set(invoiced.map(({ invoice }) => invoice?.number ?? ''))].toSorted();
    expect(numbers).toHaveLength(new Set(invoiced.map(({ checkoutId }) => checkoutId)).size);
    const years = Map.groupBy(numbers, (number) => number.slice(0, 4));
    expect([...years.keys()]).toEqual(['2025', '2026']);
    for (const [year, issued] of years)
      expect(issued).toEqual(issued.map((_, index) => `${year}-${String(index + 1).padStart(6, '0')}`));
  });

  test('Invoice numbers are in the order of their dates', () => {
    const invoices = details.flatMap(({ invoice }) => invoice ?? []);
    const dates = invoices
      .toSorted((a, b) => (a.number < b.number ? -1 : 1))
      .map(({ issuedAtMs }) => issuedAtMs);
    expect(dates).toEqual(dates.toSorted((a, b) => a - b));
  });

  test('Each unit of a digital product has its own licence key', () => {
    for (const { status, product, quantity, licences } of details)
      expect(licences).toHaveLength(status === 'completed' && product.type === 'digital' ? quantity : 0);
    const keys = details.flatMap(({ licences }) => licences);
    expect(keys.length).toBeGreaterThan(0);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('The stock of each product is the same before and after a seeding', () => {
    expect(productsAfter).toHaveLength(demoProducts.length);
    const stockOf = (all: readonly Product[]) => all.map(({ code, stock }) => [code, stock]).toSorted();
    expect(stockOf(productsAfter)).toEqual(stockOf(productsBefore));
  });

  test('A checkout has one payment, of the total of its orders', () => {
    const checkouts = Map.groupBy(withStatus('completed'), ({ checkoutId }) => checkoutId);
    expect(checkouts.size).toBeLessThan(orderCounts.paid);
    for (const [checkoutId, checkoutOrders] of checkouts) {
      const total = checkoutOrders.reduce((sum, { total }) => sum + total.amount, 0);
      for (const { payment, total: orderTotal } of checkoutOrders)
        expect(payment).toMatchObject({
          status: 'succeeded',
          reference: `seed_${checkoutId}`,
          amount: { amount: total, currency: orderTotal.currency },
        });
    }
  });
});

const readProducts = async (store: Store): Promise<readonly Product[]> => {
  const codes = new Set(demoProducts.map(({ code }) => code));
  return (await findByCode(store.products, codes))._unsafeUnwrap();
};

/** Newest first, each with its history. */
const readOrders = async (store: Store): Promise<readonly OrderDetail[]> => {
  const noFilter = {
    search: null,
    status: null,
    type: null,
    fromMs: null,
    toMs: null,
    customerId: null,
    number: null,
  };
  const details: OrderDetail[] = [];
  let after: string | null = null;
  do {
    const result: Awaited<ReturnType<Store['orders']['list']>> = await store.orders.list({
      ...noFilter,
      after,
      limit: 100,
    });
    const page = result._unsafeUnwrap();
    for (const { id } of page.items) {
      const detail = (await store.orders.find(id))._unsafeUnwrap();
      if (detail !== null) details.push(detail);
    }
    after = page.next;
  } while (after !== null);
  return details;
};
