import { describe, expect, test } from 'bun:test';
import { createStoreOver } from '../../adapters/sqlite/store.ts';
import { parseQuery } from '../../core/search.ts';
import { unwrap } from '../contracts/fixture.ts';
import { createTestWorld } from '../world.ts';
import { openTestStore } from './harness.ts';

/** Another process has a slower clock, or the clock of this one was set back. */
describe('rows with an older id than those that are there', () => {
  const customerId = 'lan-1';
  const contact = { email: 'lan@example.com', language: 'en' };

  test('An order that is older than the first of all is exported and erased as the others', async () => {
    const { shop, store } = openTestStore();
    const { id: productId } = await shop.createProduct();
    const ids = Array.from({ length: 6 }, shop.newId);
    for (const id of ids.toReversed()) {
      const request = { id, customerId, contact, productId, quantity: 1, ttlMs: 86_400_000 };
      await unwrap(store.orders.place([request], shop.now()));
    }

    const exported = await unwrap(store.customers.orders({ customerId, after: null, limit: 9 }, shop.now()));
    expect(exported.map(({ order }) => order.id)).toEqual(ids);
    let after: string | null = null;
    do after = (await unwrap(store.customers.eraseSlice({ customerId, after, limit: 2 }, shop.now()))).next;
    while (after !== null);
    const erased = await unwrap(store.customers.orders({ customerId, after: null, limit: 9 }, shop.now()));
    expect(erased.map((each) => each.contact.email)).toEqual(ids.map(() => ''));
  });

  test('An import replaces a product whose row makes room for a new one of the same import', async () => {
    const { connection, shop, store, world } = openTestStore();
    const other = createTestWorld(shop.now() + 1);
    const otherStore = createStoreOver(connection, other);
    await shop.createProduct();
    world.advance(1_000);
    const known = shop.productDraft({ code: 'known' });
    await unwrap(store.products.upsert([known], shop.now(), 'replace'));

    const drafts = ['a', 'b', 'c', 'd', 'e'].map((code) => shop.productDraft({ code, name: `Mũ ${code}` }));
    const imported = [...drafts, { ...known, name: 'Mũ len' }];
    const written = await unwrap(otherStore.products.upsert(imported, other.clock.nowMs(), 'replace'));
    expect(written).toEqual({ created: 5, updated: 1 });
    const query = { search: parseQuery('mu'), type: null, after: null, limit: 9 };
    const { items } = await unwrap(store.products.list(query));
    expect(items.map(({ code, name }) => [code, name])).toEqual(
      [...imported.slice(-1), ...drafts.toReversed()].map(({ code, name }) => [code, name]),
    );
  });
});
