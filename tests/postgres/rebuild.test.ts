import { describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { migrate } from '../../adapters/postgres/migrate.ts';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { foldVersion, parseQuery } from '../../core/search.ts';
import type { Store } from '../../core/store.ts';
import { createFixture, unwrap } from '../contracts/fixture.ts';
import { productsBy, refoldAll } from '../contracts/refold.ts';
import { unfilteredQuery } from '../contracts/unfilteredQuery.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';

/** A shop whose tokens an older fold has made, with one order that is cancelled. */
const openOldShop = async () => {
  const database = await createTestDatabase();
  const world = createTestWorld();
  const store = await openPostgresStore(world, { url: database.url });
  const fixture = createFixture(store, world);
  const names = ['Đồng hồ', 'Áo thun', 'Nike™ Air', 'ノートパソコン', 'Cà phê'];
  const products = await fixture.createProducts(names.map((name) => fixture.productDraft({ name })));
  const orders = await fixture.placeOrders([...products, ...products]);
  const cancelled = orders[0];
  if (cancelled === undefined) throw new Error('no order was placed');
  await unwrap(store.orders.cancel(cancelled.id, cancelled.customerId, fixture.now()));
  const sql = postgres(database.url, { max: 2 });
  await sql`update product set name_unaccent = 'other', name_exact = 'other'`;
  await sql`update product_snapshot set name_unaccent = 'other'`;
  await sql`update order_search n set name_vector = s.name_vector from product_snapshot s where s.id = n.snapshot_id`;
  await sql`update order_ended e set name_vector = s.name_vector from product_snapshot s where s.id = e.snapshot_id`;
  await sql`update search_version set version = ${foldVersion - 1}`;
  const close = async () => {
    await Promise.all([store.close(), sql.end()]);
    await database.drop();
  };
  const open = () => openPostgresStore(createTestWorld(), { url: database.url });
  return { url: database.url, store, fixture, products, cancelled, sql, open, close };
};

const ordersBy = async (store: Store, text: string, status: 'cancelled' | null = null) =>
  (
    await unwrap(
      store.orders.list({ ...unfilteredQuery, search: parseQuery(text), status, after: null, limit: 100 }),
    )
  ).items.length;

const expectNewTokens = async (store: Store): Promise<void> => {
  expect(await productsBy(store, 'dong ho')).toEqual(['Đồng hồ']);
  expect(await productsBy(store, 'パソコン')).toEqual(['ノートパソコン']);
  expect(await productsBy(store, 'other')).toEqual([]);
  expect(await ordersBy(store, 'ca phe')).toBe(2);
  expect(await ordersBy(store, 'dong ho')).toBe(2);
  expect(await ordersBy(store, 'dong ho', 'cancelled')).toBe(1);
  expect(await ordersBy(store, 'other')).toBe(0);
};

/** Folds until `part` waits for the transaction of `held`, ends that one, and folds the rest. */
const expectWait = async (store: Store, held: postgres.ReservedSql, part: string): Promise<void> => {
  let slice = await unwrap(store.refoldNames(100));
  while (slice?.isWaiting === false) slice = await unwrap(store.refoldNames(100));
  expect(slice).toEqual({ part, names: 0, isWaiting: true });
  await held`commit`;
  held.release();
  await refoldAll(store, 100);
  await expectNewTokens(store);
};

describe.skipIf(!(await postgresAvailable()))('search tokens', () => {
  test('Names of an older fold are folded anew in slices, while the shop is open', async () => {
    const shop = await openOldShop();
    const { store, fixture, sql } = shop;
    await migrate(shop.url);
    expect(await productsBy(store, 'dong ho')).toEqual([]);
    expect(await unwrap(store.refoldNames(2))).toEqual({ part: 'product', names: 2, isWaiting: false });
    const added = await fixture.createProduct({ name: 'Ghế gỗ', code: 'A0' });
    await fixture.placeOrder(added);
    expect(await productsBy(store, 'go')).toEqual(['Ghế gỗ']);
    await refoldAll(store, 2);
    expect(await productsBy(store, 'ghe go')).toEqual(['Ghế gỗ']);
    expect(await ordersBy(store, 'ghe')).toBe(1);
    await expectNewTokens(store);
    expect(await sql`select version from search_version`).toMatchObject([{ version: foldVersion }]);
    expect(await unwrap(store.refoldNames(2))).toBeNull();
    await shop.close();
  });

  test('A process that was killed while it folded is continued by the next, and each name is folded once', async () => {
    const shop = await openOldShop();
    let names = 0;
    for (let slices = 0; slices < 4; slices++) names += (await unwrap(shop.store.refoldNames(2)))?.names ?? 0;
    const next = await shop.open();
    names += await refoldAll(next, 2);
    // 5 products, their 5 snapshots, 10 orders, and the cancelled order.
    expect(names).toBe(21);
    await expectNewTokens(next);
    await next.close();
    await shop.close();
  });

  test('Several processes that start at once fold together, and each name once', async () => {
    const shop = await openOldShop();
    const others = await Promise.all([shop.open(), shop.open()]);
    const counts = await Promise.all([shop.store, ...others].map((store) => refoldAll(store, 1)));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(21);
    await expectNewTokens(shop.store);
    await Promise.all(others.map((store) => store.close()));
    await shop.close();
  });

  test('An order that is being placed with an old vector is waited for', async () => {
    const shop = await openOldShop();
    const { store, sql } = shop;
    const held = await sql.reserve();
    const [row] = await held<{ order_id: string; snapshot_id: number; customer_id: string }[]>`
      delete from order_search where order_id in (select order_id from order_search order by order_id desc limit 1)
      returning order_id, snapshot_id, customer_id`;
    await held`begin`;
    await held`insert into order_search ${held({ ...row, name_vector: "'other':1" })}`;
    await expectWait(store, held, 'locked by others');
    await shop.close();
  });

  test('An ended order that somebody holds is waited for', async () => {
    const shop = await openOldShop();
    const { store, sql } = shop;
    const held = await sql.reserve();
    await held`begin`;
    await held`select from order_ended for update`;
    await expectWait(store, held, 'order_ended');
    await shop.close();
  });

  test('A database is refused whose names a newer version has folded, or has begun to fold', async () => {
    const shop = await openOldShop();
    await shop.sql`update search_rebuild set version = ${foldVersion + 1}`;
    await expect(migrate(shop.url)).rejects.toThrow(/start a newer version/);
    expect(await unwrap(shop.store.refoldNames(10))).toBeNull();
    await shop.sql`update search_rebuild set version = 0`;
    await shop.sql`update search_version set version = ${foldVersion + 1}`;
    await expect(migrate(shop.url)).rejects.toThrow(/start a newer version/);
    expect(await unwrap(shop.store.refoldNames(10))).toBeNull();
    await shop.close();
  });
});
