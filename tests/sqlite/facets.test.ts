import { expect, test } from 'bun:test';
import { facetsOf } from '../../adapters/sqlite/search/query.ts';
import { type OrderStatus, orderStatuses } from '../../core/order.ts';
import { parseQuery, tokensOf } from '../../core/search.ts';
import { unwrap } from '../contracts/fixture.ts';
import { openTestStore } from './harness.ts';

const facetOf = (customerId: string) => facetsOf({ customerId, type: null, status: null })[0] ?? '';

test('Two customers who share a facet do not find each other’s orders', async () => {
  const [one, other] = customersWithOneFacet();
  const { shop, store } = openTestStore();
  const product = await shop.createProduct();
  // So many that FTS5 is asked, and not each order compared.
  for (let count = 0; count < 2_000; count++) await shop.placeOrder(product, { customerId: one });
  const orders = [
    await shop.placeOrder(product, { customerId: one }),
    await shop.placeOrder(product, { customerId: other }),
  ];
  const any = { status: null, number: null, type: null, fromMs: null, toMs: null, after: null, limit: 10 };
  for (const { id, customerId } of orders) {
    const found = await unwrap(store.orders.list({ ...any, customerId, search: parseQuery('ao') }));
    expect(found.items.filter((each) => each.customerId !== customerId)).toEqual([]);
    expect(found.items[0]?.id).toBe(id);
  }
});

test('A search by status finds an order only while it has that status', async () => {
  const { shop, store, client } = openTestStore();
  const order = await shop.placeOrder(await shop.createProduct());
  const any = {
    customerId: null,
    number: null,
    type: null,
    fromMs: null,
    toMs: null,
    after: null,
    limit: 10,
  };
  const countMatches = async (status: OrderStatus) => {
    const page = await unwrap(store.orders.list({ ...any, status, search: parseQuery('ao') }));
    return page.items.length;
  };
  const facets = client.prepare<[], string>('select facets from order_search').pluck();
  const initialFacets = facets.get();
  for (const status of [
    'paying',
    'paid',
    'failed',
    'paid',
    'failed',
    'refunded',
    'pending',
    'cancelled',
  ] as const) {
    client.prepare('update orders set status = ? where id = ?').run(status, order.id);
    for (const other of orderStatuses)
      expect([other, await countMatches(other)]).toEqual([other, other === status ? 1 : 0]);
    const { customerId, product } = order;
    const expectedFacets = facetsOf({ customerId, type: product.type, status });
    expect(facets.get()).toBe(expectedFacets.join(' '));
    expect(facets.get() === initialFacets).toBe(expectedFacets.length === 2);
  }
});

test('A facet is one character that is not part of any token', () => {
  const facets = Array.from({ length: 2_000 }, (_, index) => facetOf(`customer-${index}`));
  expect(new Set(facets).size).toBeGreaterThan(1_900);
  for (const facet of [...facets, ...facetsOf({ customerId: null, type: 'physical', status: 'failed' })]) {
    expect([...facet]).toHaveLength(1);
    expect(tokensOf(facet)).toEqual([]);
    expect(tokensOf(`a${facet}b`).map(({ exact }) => exact)).toEqual(['a', 'b']);
  }
});

const customersWithOneFacet = (): readonly [string, string] => {
  const seen = new Map<string, string>();
  for (let index = 0; ; index++) {
    const customerId = `customer-${index}`;
    const known = seen.get(facetOf(customerId));
    if (known !== undefined) return [known, customerId];
    seen.set(facetOf(customerId), customerId);
  }
};
