import { expect, test } from 'bun:test';
import { createConnection, openClient } from '../../adapters/sqlite/connection.ts';
import { migrate } from '../../adapters/sqlite/migrate.ts';
import { createStoreOver } from '../../adapters/sqlite/store.ts';
import { parseQuery } from '../../core/search.ts';
import { createFixture, unwrap } from '../contracts/fixture.ts';
import { unfilteredQuery } from '../contracts/unfilteredQuery.ts';
import { createTestWorld } from '../world.ts';

const openShop = async () => {
  const client = openClient({ path: ':memory:' });
  migrate(client, 0);
  const world = createTestWorld();
  let pauses = 0;
  const store = createStoreOver(createConnection(client), {
    ...world,
    yieldToEventLoop: async () => {
      pauses++;
      await world.yieldToEventLoop();
    },
  });
  const shop = createFixture(store, world);
  const product = await shop.createProduct({ name: 'Áo thun' });
  return {
    store,
    product,
    place: async (customerId: string, count: number, ofProduct = product): Promise<string[]> => {
      const ids: string[] = [];
      for (let placed = 0; placed < count; placed++)
        ids.push((await shop.placeOrder(ofProduct, { customerId })).id);
      return ids;
    },
    createProduct: shop.createProduct,
    search: async (customerId: string, text: string, limit = 20, after: string | null = null) => {
      const before = pauses;
      const query = { ...unfilteredQuery, customerId, search: parseQuery(text), limit, after };
      const page = await unwrap(store.orders.list(query));
      return { ids: page.items.map(({ id }) => id), next: page.next, pauses: pauses - before };
    },
  };
};

test('A search of a customer’s own orders reads one slice, however many orders others have placed since', async () => {
  const { store, place, search } = await openShop();
  const own = await place('lan', 3);
  await place('others', 1_500);
  for (const text of ['thun', 'áo', '"áo thun"', 'th']) {
    const found = await search('lan', text);
    expect(found.ids).toEqual(own.toReversed());
    expect(found.pauses).toBe(1);
  }
  expect((await search('lan', 'quần')).ids).toEqual([]);
  store.close();
});

test('A search of many own orders neither skips nor repeats one over its slices and pages', async () => {
  const { store, place, search, createProduct } = await openShop();
  const trousers = await createProduct({ name: 'Quần dài', code: 'QUAN' });
  const rare = await place('lan', 2, trousers);
  const own: string[] = [];
  for (let round = 0; round < 7; round++) {
    own.push(...(await place('lan', 100)));
    await place('others', 10);
  }
  const found: string[] = [];
  let after: string | null = null;
  do {
    const page = await search('lan', 'thun', 90, after);
    found.push(...page.ids);
    after = page.next;
  } while (after !== null);
  expect(found).toEqual(own.toReversed());
  const old = await search('lan', 'quần');
  expect(old.ids).toEqual(rare.toReversed());
  // 256 rows, 512, and the end.
  expect(old.pauses).toBe(2);
  store.close();
});
