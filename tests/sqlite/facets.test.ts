import { expect, test } from 'bun:test';
import { facetsOf } from '../../adapters/sqlite/search.ts';
import { parseQuery, wordsOf } from '../../core/search.ts';
import { value } from '../contracts/shop.ts';
import { openPlace } from './place.ts';

const facetOf = (customerId: string) => facetsOf({ customerId, type: null })[0] ?? '';

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

test('a facet is one character, and no word or part of one', () => {
  const facets = Array.from({ length: 2_000 }, (_, index) => facetOf(`customer-${index}`));
  expect(new Set(facets).size).toBeGreaterThan(1_900);
  for (const facet of [...facets, ...facetsOf({ customerId: null, type: 'physical' })]) {
    expect([...facet]).toHaveLength(1);
    expect(wordsOf(facet)).toEqual([]);
    expect(wordsOf(`a${facet}b`).map(({ exact }) => exact)).toEqual(['a', 'b']);
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
