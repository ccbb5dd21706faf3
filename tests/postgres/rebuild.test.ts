import { describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { migrate } from '../../adapters/postgres/migrate.ts';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { foldVersion, parseQuery } from '../../core/search.ts';
import { createFixture, unwrap } from '../contracts/fixture.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';

describe.skipIf(!(await postgresAvailable()))('search tokens', () => {
  test('A start rebuilds the search tokens of an older fold, and refuses those of a newer one', async () => {
    const database = await createTestDatabase();
    const world = createTestWorld();
    const store = await openPostgresStore(world, { url: database.url });
    const shop = createFixture(store, world);
    const product = await shop.createProduct({ name: 'Đồng hồ' });
    const order = await shop.placeOrder(product);
    const sql = postgres(database.url, { max: 1 });

    await sql`update product set name_unaccent = 'other', name_exact = 'other'`;
    await sql`update product_snapshot set name_unaccent = 'other'`;
    await sql`
      update order_search n set name_vector = s.name_vector from product_snapshot s where s.id = n.snapshot_id`;
    await sql`update search_version set version = ${foldVersion - 1}`;
    await migrate(database.url);
    const search = parseQuery('dong ho');
    const products = await unwrap(store.products.list({ search, type: null, after: null, limit: 1 }));
    expect(products.items).toMatchObject([{ id: product.id }]);
    const orders = await unwrap(store.orders.list({ ...everything, search }));
    expect(orders.items).toMatchObject([{ id: order.id }]);

    await sql`update search_version set version = ${foldVersion + 1}`;
    await expect(migrate(database.url)).rejects.toThrow(/start a newer version/);
    await Promise.all([store.close(), sql.end()]);
    await database.drop();
  });
});

const everything = {
  status: null,
  type: null,
  fromMs: null,
  toMs: null,
  customerId: null,
  after: null,
  limit: 1,
} as const;
