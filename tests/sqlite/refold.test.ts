import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { createConnection, openClient } from '../../adapters/sqlite/connection.ts';
import { migrate } from '../../adapters/sqlite/migrate.ts';
import { createStoreOver } from '../../adapters/sqlite/store.ts';
import { foldVersion, parseQuery } from '../../core/search.ts';
import type { Store } from '../../core/store.ts';
import { createFixture, unwrap } from '../contracts/fixture.ts';
import { productsBy, refoldAll } from '../contracts/refold.ts';
import { unfilteredQuery } from '../contracts/unfilteredQuery.ts';
import { createTestWorld } from '../world.ts';
import { withTestFolder } from './harness.ts';

const open = (path: string) => {
  const client = openClient({ path });
  const world = createTestWorld();
  migrate(client, world.clock.nowMs());
  const store = createStoreOver(createConnection(client), world);
  return { client, store, fixture: createFixture(store, world) };
};

/** Runs a test with a shop whose tokens an older fold has made, with 5 products and 10 orders. */
const withOldShop = (run: (path: string, shop: ReturnType<typeof open>) => Promise<void>) =>
  withTestFolder(async (folder) => {
    const path = join(folder, 'shop.db');
    const shop = open(path);
    const { fixture, client } = shop;
    const names = ['Đồng hồ', 'Áo thun', 'Nike™ Air', 'ノートパソコン', 'Cà phê'];
    const products = await fixture.createProducts(names.map((name) => fixture.productDraft({ name })));
    await fixture.placeOrders([...products, ...products]);
    client.exec(`update product_search set name = 'other', exact_name = 'other'`);
    client.exec(`update order_search set name = 'other'`);
    client.pragma(`user_version = ${foldVersion - 1}`);
    await run(path, shop);
    await shop.store.close();
  });

const ordersBy = async (store: Store, text: string) =>
  (await unwrap(store.orders.list({ ...unfilteredQuery, search: parseQuery(text), after: null, limit: 100 })))
    .items.length;

const expectNewTokens = async (store: Store): Promise<void> => {
  expect(await productsBy(store, 'đồng hồ')).toEqual(['Đồng hồ']);
  expect(await productsBy(store, 'パソコン')).toEqual(['ノートパソコン']);
  expect(await productsBy(store, 'other')).toEqual([]);
  expect(await ordersBy(store, 'ca phe')).toBe(2);
  expect(await ordersBy(store, 'other')).toBe(0);
};

test('Names of an older fold are folded anew in slices, while the shop is open', () =>
  withOldShop(async (path, { client, store, fixture }) => {
    const next = open(path);
    expect(await productsBy(store, 'dong ho')).toEqual([]);
    expect(await unwrap(store.refoldNames(2))).toEqual({ part: 'product', names: 2, isWaiting: false });
    await fixture.placeOrder(await fixture.createProduct({ name: 'Ghế gỗ' }));
    expect(await productsBy(store, 'ghe go')).toEqual(['Ghế gỗ']);
    await refoldAll(store, 2);
    await expectNewTokens(store);
    expect(await ordersBy(store, 'ghe go')).toBe(1);
    expect(client.pragma('user_version', { simple: true })).toBe(foldVersion);
    expect(await unwrap(next.store.refoldNames(2))).toBeNull();
    await next.store.close();
  }));

test('A process that was killed while it folded is continued by the next, and each name is folded once', () =>
  withOldShop(async (path, { store }) => {
    let names = 0;
    for (let slices = 0; slices < 4; slices++) names += (await unwrap(store.refoldNames(2)))?.names ?? 0;
    const next = open(path);
    names += await refoldAll(next.store, 2);
    expect(names).toBe(15);
    await expectNewTokens(next.store);
    await next.store.close();
  }));

test('Several processes that start at once fold together, and each name once', () =>
  withOldShop(async (path, { store }) => {
    const others = [open(path), open(path)];
    const counts = await Promise.all(
      [store, ...others.map((other) => other.store)].map((each) => refoldAll(each, 1)),
    );
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(15);
    await expectNewTokens(store);
    for (const other of others) await other.store.close();
  }));

test('A name whose tokens are the same is not written again', () =>
  withOldShop(async (_, { client, store }) => {
    await refoldAll(store, 10);
    client.exec('update search_rebuild set version = 0');
    client.pragma(`user_version = ${foldVersion - 1}`);
    const changes = client.prepare<[], number>('select total_changes()').pluck();
    const before = changes.get() ?? 0;
    expect(await refoldAll(store, 10)).toBe(15);
    // Only the position of each slice: two parts, each with an empty slice at its end.
    expect((changes.get() ?? 0) - before).toBeLessThan(5);
  }));

test('A database is refused whose names a newer version has begun to fold', () =>
  withOldShop(async (path, { client, store }) => {
    client.exec(`update search_rebuild set version = ${foldVersion + 1}`);
    expect(() => open(path)).toThrow(/start a newer version/);
    expect(await unwrap(store.refoldNames(10))).toBeNull();
  }));
