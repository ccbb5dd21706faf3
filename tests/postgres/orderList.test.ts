import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { ok } from 'neverthrow';
import { connect, type Sql } from '../../adapters/postgres/connection.ts';
import { createOrderList, type ScanLimits } from '../../adapters/postgres/orders/list.ts';
import { postgresStore } from '../../adapters/postgres/store.ts';
import { type Order, type OrderQuery, orderStatuses } from '../../core/order.ts';
import { parseQuery } from '../../core/search.ts';
import { pagesOf, type Shop, shopOver } from '../contracts/shop.ts';
import { findableBy, finds } from '../model/search.ts';
import { postgresAvailable, type TestDatabase, testDatabase } from '../processes/postgres.ts';
import { type TestWorld, testWorld } from '../world.ts';

/** So short that each way is taken, and given up for the next, within some hundred orders. */
const short: readonly ScanLimits[] = [
  { firstScanRows: 1, secondScanRows: 1, matchesForSecondScan: 1, snapshotsMax: 0 },
  { firstScanRows: 2, secondScanRows: 5, matchesForSecondScan: 2, snapshotsMax: 3 },
  { firstScanRows: 1, secondScanRows: 2, matchesForSecondScan: 2, snapshotsMax: 100 },
  { firstScanRows: 50, secondScanRows: 100, matchesForSecondScan: 5, snapshotsMax: 2 },
];

describe.skipIf(!(await postgresAvailable()))('whichever way a list of orders is made', () => {
  const world = testWorld();
  let database: TestDatabase;
  let sql: Sql;
  let all: readonly Order[];
  beforeAll(async () => {
    database = await testDatabase();
    sql = connect({ url: database.url, poolSize: 2 });
    const store = await postgresStore(world, { url: database.url, poolSize: 2 });
    await live(shopOver(store, world), world, sql);
    all = await pagesOf((after: string | null) => store.orders.list({ ...everything, after, limit: 100 }));
    await store.close();
  }, 60_000);
  afterAll(async () => {
    await sql.end();
    await database.drop();
  });

  for (const text of ['', 'ao', 'ao xua', 'xua', '"so mi"', 'ao khac', 'cuoi', 'khong co', 'sku 3'])
    test(`it answers the same: ${text}`, async () => {
      let found = 0;
      for (const part of parts(all)) {
        const query = { ...everything, ...part, search: parseQuery(text) };
        const expected = all.filter((order) => fits(order, query));
        found += expected.length;
        for (const [at, strides] of [undefined, ...short].entries()) {
          const list = createOrderList(sql, strides);
          const limit = at % 2 === 0 ? 3 : 10;
          const listed = await pagesOf(async (after: string | null) =>
            ok(await list({ ...query, after, limit })),
          );
          expect({ text, part, strides, listed }).toEqual({ text, part, strides, listed: expected });
        }
      }
      expect(found > 0).toBe(text !== 'khong co');
    }, 120_000);

  test('orders of all statuses were there, under many names', () => {
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set(orderStatuses));
    expect(new Set(all.map(({ product }) => product.name)).size).toBeGreaterThan(10);
  });
});

/**
 * Some days of a shop: old products, then others of which some are renamed, each order soon in a status of its
 * own; and at last one more of a product that was sold last with many others. What the shop cannot do in a few
 * words is written to the rows.
 */
const live = async (shop: Shop, world: TestWorld, sql: Sql): Promise<void> => {
  const draft = (k: number, age: string) => ({
    name: `${k % 2 === 0 ? 'Áo' : 'Quần'} ${k % 3 === 0 ? 'sơ mi' : 'kaki'} ${age}`,
    code: `sku ${k}`,
    type: k % 4 === 0 ? 'digital' : 'physical',
    stock: null,
  });
  const drafts = (from: number, count: number, age: string) =>
    Array.from({ length: count }, (_, at) => shop.draft(draft(from + at, age)));
  const ages = [
    await shop.products(drafts(0, 12, 'xưa')),
    await shop.products(drafts(12, 8, 'giữa')),
    await shop.products(drafts(0, 5, 'khác')),
    await shop.products(drafts(30, 20, 'đông')),
    await shop.products(drafts(20, 2, 'cuối')),
  ];
  for (const products of ages)
    for (let round = 0; round < 4; round++) {
      world.advance(50 * 60_000);
      for (const [at, product] of products.entries()) {
        const order = await shop.order(product, { customerId: at % 5 === 0 ? 'an' : 'binh' });
        await lead(shop, sql, order, at + round);
      }
    }
  world.advance(3 * 3_600_000);
  for (const product of ages[3]?.slice(0, 1) ?? []) await shop.order(product, { customerId: 'an' });
};

const lead = async (shop: Shop, sql: Sql, order: Order, fate: number): Promise<void> => {
  const status = orderStatuses[fate % orderStatuses.length] ?? 'pending';
  if (status === 'pending') return;
  if (status === 'paying') return void (await shop.claimed(shop.request([order])));
  await shop.pay([order]);
  if (status === 'paid') return;
  if (status === 'completed') await sql`delete from task where order_id = ${order.id}`;
  await sql`update orders set status = 'failed' where id = ${order.id}`;
  await sql`update orders set status = ${status} where id = ${order.id}`;
};

const parts = (all: readonly Order[]): readonly Partial<OrderQuery>[] => {
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

const fits = (order: Order, { search, status, type, customerId, fromMs, toMs }: OrderQuery): boolean =>
  (search === null || finds(search, findableBy(order.product.name, order.product.code))) &&
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
  after: null,
  limit: 20,
};
