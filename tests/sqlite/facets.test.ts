import { expect, test } from 'bun:test';
import { facetsOf } from '../../adapters/sqlite/search/query.ts';
import { type OrderStatus, orderStatuses } from '../../core/order.ts';
import { parseQuery, tokensOf } from '../../core/search.ts';
import { value } from '../contracts/shop.ts';
import { openPlace } from './rowPositions.ts';

const facetOf = (customerId: string) => facetsOf({ customerId, type: null, status: null })[0] ?? '';

test('two customers who share a facet do not see each other', async () => {
  const [one, other] = sharingAFacet();
  const { shop, store } = openPlace();
  const product = await shop.product();
  const orders = await Promise.all([one, other].map((customerId) => shop.order(product, { customerId })));
  const any = { status: null, type: null, fromMs: null, toMs: null, after: null, limit: 10 };
  for (const { id, customerId } of orders) {
    const found = await value(store.orders.list({ ...any, customerId, search: parseQuery('ao') }));
    expect(found.items.map((each) => each.id)).toEqual([id]);
  }
});

test('an order is found by how it ended, and no longer where it goes on', async () => {
  const { shop, store, client } = openPlace();
  const order = await shop.order(await shop.product());
  const any = { customerId: null, type: null, fromMs: null, toMs: null, after: null, limit: 10 };
  const found = async (status: OrderStatus) => {
    const page = await value(store.orders.list({ ...any, status, search: parseQuery('ao') }));
    return page.items.length;
  };
  const facets = client.prepare<[], string>('select facets from order_name').pluck();
  const asPlaced = facets.get();
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
      expect([other, await found(other)]).toEqual([other, other === status ? 1 : 0]);
    const { customerId, product } = order;
    const facetsNow = facetsOf({ customerId, type: product.type, status });
    expect(facets.get()).toBe(facetsNow.join(' '));
    expect(facets.get() === asPlaced).toBe(facetsNow.length === 2);
  }
});

test('a facet is one character, and no word or part of one', () => {
  const facets = Array.from({ length: 2_000 }, (_, index) => facetOf(`customer-${index}`));
  expect(new Set(facets).size).toBeGreaterThan(1_900);
  for (const facet of [...facets, ...facetsOf({ customerId: null, type: 'physical', status: 'failed' })]) {
    expect([...facet]).toHaveLength(1);
    expect(tokensOf(facet)).toEqual([]);
    expect(tokensOf(`a${facet}b`).map(({ exact }) => exact)).toEqual(['a', 'b']);
  }
});

const sharingAFacet = (): readonly [string, string] => {
  const seen = new Map<string, string>();
  for (let index = 0; ; index++) {
    const customerId = `customer-${index}`;
    const known = seen.get(facetOf(customerId));
    if (known !== undefined) return [known, customerId];
    seen.set(facetOf(customerId), customerId);
  }
};
