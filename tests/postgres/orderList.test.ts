import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { ok } from 'neverthrow';
import { connect, type Sql } from '../../adapters/postgres/connection.ts';
import { createOrderList, type ScanLimits } from '../../adapters/postgres/orders/list.ts';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { type Order, type OrderQuery, type OrderStatus, orderStatuses } from '../../core/order.ts';
import { parseQuery } from '../../core/search.ts';
import { createFixture, type Fixture, listAll } from '../contracts/fixture.ts';
import { matchesSearch, searchTokensOf } from '../model/search.ts';
import { createTestDatabase, postgresAvailable, type TestDatabase } from '../processes/postgres.ts';
import { createTestWorld, type TestWorld } from '../world.ts';

/**
 * Limits so small that within some hundred orders every kind of scan is used, and given up for the next one. A query of
 * the snapshots that costs nothing comes at once; one that costs a million orders comes last.
 */
const smallLimits: readonly ScanLimits[] = [
  { firstScanRows: 1, sampleRows: 1, longScanRows: 1, snapshotsMax: 0, costs: { snapshotQuery: 0, name: 0 } },
  { firstScanRows: 2, sampleRows: 3, longScanRows: 5, snapshotsMax: 3, costs: { snapshotQuery: 9, name: 1 } },
  {
    firstScanRows: 1,
    sampleRows: 2,
    longScanRows: 2,
    snapshotsMax: 100,
    costs: { snapshotQuery: 0, name: 0 },
  },
  {
    firstScanRows: 50,
    sampleRows: 7,
    longScanRows: 100,
    snapshotsMax: 2,
    costs: { snapshotQuery: 60, name: 2 },
  },
  {
    firstScanRows: 4,
    sampleRows: 7,
    longScanRows: 9,
    snapshotsMax: 9,
    costs: { snapshotQuery: 1e6, name: 0 },
  },
];

describe.skipIf(!(await postgresAvailable()))('scans of the order list', () => {
  const world = createTestWorld();
  let database: TestDatabase;
  let sql: Sql;
  let all: readonly Order[];
  beforeAll(async () => {
    database = await createTestDatabase();
    sql = connect({ url: database.url, poolSize: 2 });
    const store = await openPostgresStore(world, { url: database.url, poolSize: 2 });
    await placeHistory(createFixture(store, world), world, sql);
    all = await listAll((after: string | null) => store.orders.list({ ...everything, after, limit: 100 }));
    await store.close();
  }, 120_000);
  afterAll(async () => {
    await sql.end();
    await database.drop();
  });

  for (const text of ['', 'ao', 'ao xua', 'xua', '"so mi"', 'ao khac', 'cuoi', 'khong co', 'sku 3'])
    test(`Every kind of scan lists the same orders for the text "${text}"`, async () => {
      let found = 0;
      for (const filter of filters(all)) {
        const query = { ...everything, ...filter, search: parseQuery(text) };
        const expected = all.filter((order) => matchesQuery(order, query));
        found += expected.length;
        for (const [index, limits] of [undefined, ...smallLimits].entries()) {
          const list = createOrderList(sql, limits);
          const limit = index % 2 === 0 ? 3 : 10;
          const listed = await listAll(async (after: string | null) =>
            ok(await list({ ...query, after, limit })),
          );
          expect({ text, filter, limits, listed }).toEqual({ text, filter, limits, listed: expected });
        }
      }
      expect(found > 0).toBe(text !== 'khong co');
    }, 120_000);

  test('The orders of this test have all statuses and many product names', () => {
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set(orderStatuses));
    expect(new Set(all.map(({ product }) => product.name)).size).toBeGreaterThan(10);
  });
});

/**
 * Some days of a shop. Old products come first, then others, some of them renamed. Each order soon gets one of the
 * statuses. The last order is of a product that was last ordered at the same time as many others. Statuses that need
 * many calls are written to the rows directly.
 */
const placeHistory = async (shop: Fixture, world: TestWorld, sql: Sql): Promise<void> => {
  const draft = (k: number, age: string) => ({
    name: `${k % 2 === 0 ? 'Áo' : 'Quần'} ${k % 3 === 0 ? 'sơ mi' : 'kaki'} ${age}`,
    code: `sku ${k}`,
    type: k % 4 === 0 ? 'digital' : 'physical',
    stock: null,
  });
  const drafts = (from: number, count: number, age: string) =>
    Array.from({ length: count }, (_, index) => shop.productDraft(draft(from + index, age)));
  const ages = [
    await shop.createProducts(drafts(0, 12, 'xưa')),
    await shop.createProducts(drafts(12, 8, 'giữa')),
    await shop.createProducts(drafts(0, 5, 'khác')),
    await shop.createProducts(drafts(30, 20, 'đông')),
    await shop.createProducts(drafts(20, 2, 'cuối')),
  ];
  for (const products of ages)
    for (let round = 0; round < 4; round++) {
      world.advance(50 * 60_000);
      for (const [index, product] of products.entries()) {
        const order = await shop.placeOrder(product, { customerId: index % 5 === 0 ? 'an' : 'binh' });
        const status = orderStatuses[(index + round) % orderStatuses.length] ?? 'pending';
        await changeStatus(shop, sql, order, status);
      }
    }
  world.advance(3 * 3_600_000);
  for (const product of ages[3]?.slice(0, 1) ?? []) await shop.placeOrder(product, { customerId: 'an' });
};

const changeStatus = async (shop: Fixture, sql: Sql, order: Order, status: OrderStatus): Promise<void> => {
  if (status === 'pending') return;
  if (status === 'paying') return void (await shop.claimCheckout(shop.checkoutRequest([order])));
  await shop.pay([order]);
  if (status === 'paid') return;
  if (status === 'completed') await sql`delete from task where ${order.id} = any(order_ids)`;
  await sql`update orders set status = 'failed' where id = ${order.id}`;
  await sql`update orders set status = ${status} where id = ${order.id}`;
};

const filters = (all: readonly Order[]): readonly Partial<OrderQuery>[] => {
  const middleMs = all[Math.floor(all.length / 2)]?.createdAtMs ?? 0;
  return [
    {},
    ...orderStatuses.map((status) => ({ status })),
    { type: 'digital' },
    { type: 'digital', status: 'failed' },
    { type: `it's`, status: 'completed' },
    { fromMs: middleMs },
    { toMs: middleMs, status: 'refunded' },
    { fromMs: middleMs - 3 * 3_600_000, toMs: middleMs + 3_600_000, status: 'paid' },
    { customerId: 'an' },
    { customerId: 'an', status: 'cancelled', toMs: middleMs },
  ];
};

const matchesQuery = (
  order: Order,
  { search, status, type, customerId, fromMs, toMs }: OrderQuery,
): boolean =>
  (search === null || matchesSearch(search, searchTokensOf(order.product.name, order.product.code))) &&
  (status === null || order.status === status) &&
  (type === null || order.product.type === type) &&
  (customerId === null || order.customerId === customerId) &&
  (fromMs === null || order.createdAtMs >= fromMs) &&
  (toMs === null || order.createdAtMs < toMs);

const everything: OrderQuery = {
  search: null,
  status: null,
  type: null,
  fromMs: null,
  toMs: null,
  customerId: null,
  number: null,
  after: null,
  limit: 20,
};
