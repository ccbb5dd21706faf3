import { describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { migrate } from '../../adapters/postgres/migrate.ts';
import { postgresStore } from '../../adapters/postgres/store.ts';
import { foldVersion, parseQuery } from '../../core/search.ts';
import { shopOver, value } from '../contracts/shop.ts';
import { postgresAvailable, testDatabase } from '../processes/postgres.ts';
import { testWorld } from '../world.ts';

describe.skipIf(!(await postgresAvailable()))('stored names', () => {
  test('are folded anew where an older version folded them, and left to a newer one', async () => {
    const database = await testDatabase();
    const world = testWorld();
    const store = await postgresStore(world, { url: database.url });
    const shop = shopOver(store, world);
    const product = await shop.product({ name: 'Đồng hồ' });
    const order = await shop.order(product);
    const sql = postgres(database.url, { max: 1 });

    await sql`update product set name_unaccent = 'other', name_exact = 'other'`;
    await sql`update label set name_unaccent = 'other'`;
    await sql`update order_name n set name_vector = l.name_vector from label l where l.id = n.label_id`;
    await sql`update fold set version = ${foldVersion - 1}`;
    await migrate(database.url);
    const search = parseQuery('dong ho');
    const products = await value(store.products.list({ search, type: null, after: null, limit: 1 }));
    expect(products.items).toMatchObject([{ id: product.id }]);
    const orders = await value(store.orders.list({ ...everything, search }));
    expect(orders.items).toMatchObject([{ id: order.id }]);

    await sql`update fold set version = ${foldVersion + 1}`;
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
