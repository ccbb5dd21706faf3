import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createStore } from '../../adapters/postgres/store.ts';
import type { ProductQuery } from '../../core/product.ts';
import { parseQuery } from '../../core/search.ts';
import { unwrap } from '../contracts/fixture.ts';
import { createTestDatabase, postgresAvailable, type TestDatabase } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';
import { connectExplained, type ExplainedConnection } from './explained.ts';

/** Products on sale, 70 pages, and archived ones that are newer, 700 pages: a list that read both would read all. */
const counts = { onSale: 2_000, archived: 20_000 };

describe.skipIf(!(await postgresAvailable()))('lists of products beside many archived ones', () => {
  let database: TestDatabase;
  let explained: ExplainedConnection;
  beforeAll(async () => {
    database = await createTestDatabase();
    explained = await connectExplained(database.url);
    await explained.sql`
      with numbered as (
        select k, k >= ${counts.onSale}::integer as archived
        from generate_series(0, ${counts.onSale + counts.archived - 1}::integer) as k
      ), snapshot as (
        insert into product_snapshot (type, name_unaccent) values ('physical', 'ao thun') returning id
      )
      insert into product
        (id, code, name, type, amount, currency, archived, created_ms, updated_ms, name_unaccent, name_exact, snapshot_id)
      select ('019ca869-5000-7000-8000-' || lpad(to_hex(k), 12, '0'))::uuid, 'P-' || k, 'Áo thun', 'physical', 1, 'VND',
        archived, 0, 0, 'ao thun' || case when k % 500 = 0 then ' hiem' else '' end || '  p ' || k,
        'áo thun' || case when k % 500 = 0 then ' hiếm' else '' end || '  p ' || k, snapshot.id
      from numbered, snapshot`;
    await explained.sql`
      insert into stock (product_id, limited, units, delivered) select id, false, 0, 0 from product`;
    await explained.sql.unsafe('vacuum analyze');
  }, 120_000);
  afterAll(async () => {
    await explained.sql.end();
    await database.drop();
  });

  const all: ProductQuery = { search: null, type: null, after: null, limit: 20 };
  const list = (query: Partial<ProductQuery>) =>
    unwrap(createStore(explained.sql, createTestWorld()).products.list({ ...all, ...query }));

  test.each<[string, Partial<ProductQuery>]>([
    ['the newest products', {}],
    ['the newest products of a type', { type: 'physical' }],
    ['a rare word', { search: parseQuery('hiem') }],
    ['the code of an archived product', { search: parseQuery(`"p ${counts.onSale + 7}"`) }],
    ['the newest archived products', { archived: true }],
    ['a rare word in archived products', { search: parseQuery('hiem'), archived: true }],
  ])('The list of %s does not read the others', async (_, query) => {
    await list(query);
    // The stock of a page's 21 products costs 3 pages each.
    expect(await explained.countPages(() => list(query))).toBeLessThan(150);
  });

  test('Only the products on sale are found', async () => {
    expect((await list({ search: parseQuery('hiem') })).items).toHaveLength(4);
    expect((await list({ search: parseQuery(`"p ${counts.onSale + 7}"`) })).items).toEqual([]);
    expect(
      (await list({ search: parseQuery(`"p ${counts.onSale + 7}"`), archived: true })).items,
    ).toHaveLength(1);
  });
});
