import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type Database from 'better-sqlite3';
import { createConnection, openClient } from '../../adapters/sqlite/connection.ts';
import { migrate } from '../../adapters/sqlite/migrate.ts';
import { createStoreOver } from '../../adapters/sqlite/store.ts';
import type { ProductKey } from '../../core/product.ts';
import { parseQuery } from '../../core/search.ts';
import type { Store } from '../../core/store.ts';
import { createFixture, defined, listAll, unwrap } from '../contracts/fixture.ts';
import { unfilteredQuery } from '../contracts/unfilteredQuery.ts';
import { createTestWorld, type TestWorld } from '../world.ts';

/** More products than the first slice has, and so many that the search needs several more slices. */
const count = 2_000;

type Shop = {
  readonly client: Database.Database;
  readonly store: Store;
  readonly world: TestWorld;
  readonly search: (text: string, limit?: number) => Promise<readonly string[]>;
  /** How often the event loop was free since the shop opened. */
  readonly pauses: () => number;
  /** What happens whenever the event loop is free. */
  onPause: () => void;
};

const openShop = async (): Promise<Shop> => {
  const client = openClient({ path: ':memory:' });
  migrate(client, 0);
  const world = createTestWorld();
  let pauses = 0;
  const pausing: TestWorld = {
    ...world,
    yieldToEventLoop: async () => {
      pauses++;
      shop.onPause();
      await world.yieldToEventLoop();
    },
  };
  const store = createStoreOver(createConnection(client), pausing);
  const shop: Shop = {
    ...{ client, store, world },
    search: async (text, limit = 20) => {
      const query = { search: parseQuery(text), type: null, after: null, limit };
      return (await unwrap(store.products.list(query))).items.map(({ name }) => name);
    },
    pauses: () => pauses,
    onPause: () => undefined,
  };
  return shop;
};

describe('search of SQLite', () => {
  let shop: Shop;

  beforeEach(async () => {
    shop = await openShop();
    const { productDraft } = createFixture(shop.store, shop.world);
    const names = Array.from({ length: count }, (_, index) => `Áo ${index < 5 ? 'cũ' : 'mới'} ${index}`);
    const drafts = names.map((name) => productDraft({ name }));
    for (let from = 0; from < count; from += 500)
      await unwrap(
        shop.store.products.upsert(drafts.slice(from, from + 500), shop.world.clock.nowMs(), 'replace'),
      );
  });

  afterEach(() => shop.store.close());

  test('Products that a killed process has left to the search can be written again', async () => {
    const { productDraft } = createFixture(shop.store, shop.world);
    const drafts = Array.from({ length: 500 }, () => productDraft({ name: `Ghế ${'dài '.repeat(50)}` }));
    const write = (name: string) => {
      const named = drafts.map((draft) => ({ ...draft, name: `${draft.name} ${name}` }));
      return shop.store.products.upsert(named, shop.world.clock.nowMs(), 'replace');
    };
    await unwrap(write('a'));
    // As if the process was killed before the search had them.
    shop.client.exec('insert into product_unindexed select id from product');
    expect((await write('b')).isOk()).toBe(true);
  });

  test('A search that the newest rows answer reads one slice', async () => {
    const before = shop.pauses();
    expect(await shop.search('áo mới', 100)).toHaveLength(100);
    expect(shop.pauses() - before).toBeLessThanOrEqual(1);
  });

  test('A search for old rows leaves the event loop free between slices', async () => {
    const before = shop.pauses();
    const done: string[] = [];
    const old = shop.search('cũ').then((found) => {
      done.push('search');
      return found;
    });
    const reads = (async () => {
      for (let reads = 0; reads < 3; reads++) {
        await new Promise((resolve) => setImmediate(resolve));
        await unwrap(shop.store.products.find('none'));
        done.push('read');
      }
    })();
    expect(await old).toEqual(['Áo cũ 4', 'Áo cũ 3', 'Áo cũ 2', 'Áo cũ 1', 'Áo cũ 0']);
    await reads;
    expect(done.indexOf('search')).toBe(3);
    // 256, 512, 1,024 and the rest, once for the accents as typed and once for all others.
    expect(shop.pauses() - before).toBe(8);
  });

  test('The more words are asked for, the fewer rows a slice reads', async () => {
    // Each pair of letters is a token.
    const letters = String.fromCodePoint(...Array.from({ length: 25 }, (_, index) => 0x4e00 + index));
    const before = shop.pauses();
    expect(await shop.search('từ')).toEqual([]);
    const one = shop.pauses() - before;
    expect(await shop.search(letters)).toEqual([]);
    expect(shop.pauses() - before - one).toBeGreaterThan(one);
  });

  test('Searches that need several slices run one after the other, and a short search does not wait for them', async () => {
    const done: string[] = [];
    const pauses: number[] = [];
    const search = async (name: string, text: string) => {
      await shop.search(text);
      done.push(name);
      pauses.push(shop.pauses());
    };
    await Promise.all([
      search('first old', 'cũ'),
      search('second old', 'cũ'),
      search('third old', 'cũ'),
      search('new', 'mới'),
    ]);
    expect(done).toEqual(['new', 'first old', 'second old', 'third old']);
    // If their slices took turns, the last slices of all three would follow one another.
    expect((pauses[3] ?? 0) - (pauses[1] ?? 0)).toBeGreaterThan(4);
  });

  test('A search takes smaller slices where the rows take longer', async () => {
    const before = shop.pauses();
    await shop.search('không có');
    const fast = shop.pauses() - before;
    const nowMs = shop.world.clock.nowMs;
    let time = nowMs();
    Object.assign(shop.world.clock, { nowMs: () => (time += 10) });
    await shop.search('không có');
    expect(shop.pauses() - before - fast).toBeGreaterThan(4 * fast);
  });

  test('A search neither skips nor repeats a row whose position moves between two slices', async () => {
    const { client } = shop;
    const positions = client
      .prepare<[], number>('select position from product order by position desc')
      .pluck();
    const moveRow = client.prepare<[number]>('update product set position = position + 1 where position = ?');
    const moveTokens = client.prepare<[number]>(
      'update product_search set rowid = rowid + 1 where rowid = ?',
    );
    let moves = 0;
    shop.onPause = () => {
      if (++moves > 3) return;
      for (const position of positions.all()) {
        moveRow.run(position);
        moveTokens.run(position);
      }
    };
    const found = await listAll((after: ProductKey | null) =>
      shop.store.products.list({ search: parseQuery('"ao'), type: 'physical', after, limit: 100 }),
    );
    expect(moves).toBeGreaterThan(3);
    expect(found.map(({ name }) => Number(name.split(' ').at(-1)))).toEqual(
      Array.from({ length: count }, (_, index) => count - 1 - index),
    );
  });

  test('A search of orders in a range of time reads only the slices of that range', async () => {
    const { store, world } = shop;
    const shopOf = createFixture(store, world);
    const product = defined((await unwrap(store.products.list({ ...all, limit: 1 }))).items[0]);
    const startMs = world.clock.nowMs();
    for (let batch = 0; batch < 4; batch++) {
      await shopOf.placeOrders(Array.from({ length: 500 }, () => product));
      world.advance(1_000);
    }
    const before = shop.pauses();
    const query = { ...unfilteredQuery, search: parseQuery('khong co'), after: null, limit: 20 };
    await unwrap(store.orders.list({ ...query, fromMs: startMs + 2_900, toMs: startMs + 3_500 }));
    expect(shop.pauses() - before).toBeLessThanOrEqual(2);
    await unwrap(store.orders.list({ ...query, toMs: startMs + 900 }));
    expect(shop.pauses() - before).toBeLessThanOrEqual(4);
    await unwrap(store.orders.list(query));
    expect(shop.pauses() - before).toBeGreaterThan(6);
  });
});

const all = { search: null, type: null, after: null };
