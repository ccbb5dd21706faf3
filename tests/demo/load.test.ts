import { beforeAll, describe, expect, test } from 'bun:test';
import type { Product } from '../../core/product.ts';
import { parseQuery } from '../../core/search.ts';
import { demoProducts, loadDemoProducts } from '../../demo/loadProducts.ts';
import { findOwnProduct } from '../../demo/ownProduct.ts';
import { writeHistory } from '../../demo/writeHistory.ts';
import { createMemoryStore } from '../model/store.ts';
import { createTestWorld } from '../world.ts';

const world = createTestWorld();
const { products } = createMemoryStore(world);

const search = async (text: string): Promise<readonly Product[]> => {
  const page = await products.list({ search: parseQuery(text), type: null, after: null, limit: 20 });
  return page._unsafeUnwrap().items;
};
const searchNames = async (text: string) => (await search(text)).map(({ name }) => name);

beforeAll(async () => {
  const loaded = await loadDemoProducts(products, world.clock);
  expect(loaded._unsafeUnwrap()).toEqual({ created: demoProducts.length, updated: 0 });
});

describe('a second load of the demo products', () => {
  test('A second load changes nothing, not even a stock or price that was changed since the first', async () => {
    const [shirt] = await search('AT-001');
    if (shirt === undefined) throw new Error('the shirt is missing');
    const { code, name, type, price } = shirt;
    const changed = { code, name, type, price: { ...price, amount: 99_000 }, stock: 3 };
    await products.upsert([changed], world.clock.nowMs(), 'replace');

    const again = await loadDemoProducts(products, world.clock);
    expect(again._unsafeUnwrap()).toEqual({ created: 0, updated: 0 });
    expect((await products.find(shirt.id))._unsafeUnwrap()).toMatchObject(changed);
  });
});

describe('a product that is not one of the demo', () => {
  test('A shop with the demo alone has no product of its own, and one that is archived is found', async () => {
    const store = createMemoryStore(createTestWorld());
    await loadDemoProducts(store.products, world.clock);
    const find = async () => (await findOwnProduct(store.products))._unsafeUnwrap()?.code ?? null;
    expect(await find()).toBeNull();

    const price = { amount: 90_000, currency: 'VND' };
    const mug = { code: 'MUG-1', name: 'Mug', type: 'physical', price, stock: 5 };
    await store.products.upsert([mug], 1, 'keep');
    expect(await find()).toBe('MUG-1');

    const { items } = (
      await store.products.list({ search: null, type: null, after: null, limit: 1 })
    )._unsafeUnwrap();
    await store.products.change(items[0]?.id ?? '', { archived: true }, 2);
    expect(await find()).toBe('MUG-1');
  });
});

describe('an archived demo product', () => {
  test('A load and a seeded history leave an archived product archived, with its stock, and sell none of it', async () => {
    const store = createMemoryStore(createTestWorld());
    await loadDemoProducts(store.products, world.clock);
    const find = async (archived: boolean) => {
      const query = { search: parseQuery('AT-001'), type: null, archived, after: null, limit: 1 };
      return (await store.products.list(query))._unsafeUnwrap().items[0];
    };
    const shirt = await find(false);
    if (shirt === undefined) throw new Error('the shirt is missing');
    await store.products.change(shirt.id, { archived: true }, world.clock.nowMs());
    const options = { orders: 400, days: 30, stop: new AbortController().signal, onBatch: () => {} };
    const written = await writeHistory(store, createTestWorld(), options);
    expect(written._unsafeUnwrap().placed).toBe(400);
    expect(await find(false)).toBeUndefined();
    expect(await find(true)).toMatchObject({ id: shirt.id, stock: shirt.stock });
  });
});

describe('the search of demo products', () => {
  test.each([
    ['ao thun', 'Áo thun nam'],
    ['ÁO THUN', 'Áo thun nam'],
    ['áo thun nam'.normalize('NFD'), 'Áo thun nam'],
    ['dong ho', 'Đồng hồ'],
    ['"dong ho"', 'Đồng hồ'],
    ['lyzka', 'Łyżka drewniana z bukowego drewna'],
    ['zubrowka', 'Żubrówka łąkowa – zielnik i atlas roślin'],
    ['smorrebrod', 'Smørrebrød: den store kogebog'],
    ['strasse', 'Die Straße der Ölsardinen – Wandkarte'],
    ['coeur', 'Couverts en inox « Cœur de bœuf »'],
    ['isirgan', 'Isırgan çayı, 20 süzen poşet'],
    ['抹茶', '抹茶 宇治 一番茶 40g'],
    ['ผ้าไหมไทย', 'ผ้าไหมไทย ลายดอกพิกุล'],
    ['दार्जिलिंग', 'दार्जिलिंग चाय 250 ग्राम'],
    ['quan dai tay', 'Áo/quần dài tay cho bé sơ sinh'],
    ['th-001', 'Thẻ nhớ microSD 128 GB'],
    ['tam cam', null],
  ])('The query %s finds %p', async (text, name) => {
    if (name === null) expect(await searchNames(text)).toEqual([]);
    else expect(await searchNames(text)).toContain(name);
  });

  test('A phrase matches only if its words are next to each other', async () => {
    expect(await searchNames('"nam áo"')).toEqual([]);
    expect(await searchNames('nam áo')).toContain('Áo thun nam');
  });

  test('Exact accents come first: bò before bố, both on the first page', async () => {
    const listed = await searchNames('bò');
    expect(listed).toContain('Vải bố');
    expect(listed.indexOf('Thịt bò khô')).toBeGreaterThanOrEqual(0);
    expect(listed.indexOf('Thịt bò khô')).toBeLessThan(listed.indexOf('Vải bố'));
  });
});
