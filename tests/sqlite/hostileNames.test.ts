import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type Database from 'better-sqlite3';
import { createConnection, openClient } from '../../adapters/sqlite/connection.ts';
import { migrate } from '../../adapters/sqlite/migrate.ts';
import { createStoreOver } from '../../adapters/sqlite/store.ts';
import { foldVersion, parseQuery } from '../../core/search.ts';
import type { Store } from '../../core/store.ts';
import { createFixture, type Fixture, unwrap } from '../contracts/fixture.ts';
import { createTestWorld } from '../world.ts';

/** One letter that decomposes into four words, as often as a name can have it. */
const hostileName = (index: number): string => `${'\ufdfa'.repeat(195)} ${index}`;
const count = 200;

describe('many names of many words in SQLite', () => {
  let client: Database.Database;
  let store: Store;
  let fixture: Fixture;
  let onPause: () => void;

  beforeEach(() => {
    client = openClient({ path: ':memory:' });
    migrate(client, 0);
    const world = createTestWorld();
    onPause = () => undefined;
    const yieldToEventLoop = async () => {
      onPause();
      await world.yieldToEventLoop();
    };
    store = createStoreOver(createConnection(client), { ...world, yieldToEventLoop });
    fixture = createFixture(store, world);
  });

  afterEach(() => store.close());

  const drafts = (name: (index: number) => string = hostileName) =>
    Array.from({ length: count }, (_, index) =>
      fixture.productDraft({ code: `code ${index}`, name: name(index) }),
    );
  const upsert = async (name?: (index: number) => string) =>
    unwrap(store.products.upsert(drafts(name), fixture.now(), 'replace'));
  const unindexed = () =>
    client.prepare<[], number>('select count(*) from product_unindexed').pluck().get() ?? 0;
  const find = async (text: string) => {
    const query = { search: parseQuery(text), type: null, after: null, limit: 100 };
    return (await unwrap(store.products.list(query))).items.map(({ name }) => name);
  };

  test('An upsert of them is found when it returns, and leaves the event loop free after each few names', async () => {
    const left: number[] = [];
    onPause = () => left.push(unindexed());
    expect(await upsert()).toEqual({ created: count, updated: 0 });
    expect(unindexed()).toBe(0);
    const written = left.map((each, index) => (left[index - 1] ?? count) - each);
    expect(left.length).toBeGreaterThan(5);
    expect(Math.max(...written)).toBeLessThan(30);
    expect(await find('"code 7"')).toHaveLength(1);
    expect(await find('صلى')).toHaveLength(100);
  });

  test('An upsert of few names writes them in its own transaction', async () => {
    let pauses = 0;
    onPause = () => pauses++;
    await upsert((index) => `Áo thun ${index}`);
    expect(pauses).toBe(0);
  });

  test('Names that a killed process has not indexed are indexed by the next pruning', async () => {
    onPause = () => {
      throw new Error('killed');
    };
    await expect(upsert()).rejects.toThrow('killed');
    expect(unindexed()).toBeGreaterThan(100);
    onPause = () => undefined;
    await unwrap(store.prune(fixture.now()));
    expect(unindexed()).toBe(0);
    expect(await find('code 199')).toHaveLength(1);
  });

  test('A product that is renamed or archived before its turn has the tokens of what it is then', async () => {
    let renamed: Promise<unknown> | null = null;
    onPause = () => {
      const row = client
        .prepare<[], { id: string }>('select product_id as id from product_unindexed limit 1')
        .get();
      renamed ??= store.products.change(row?.id ?? '', { name: 'Ghế gỗ', archived: true }, fixture.now());
    };
    await upsert();
    await renamed;
    const search = { search: parseQuery('ghe go'), type: null, after: null, limit: 10 };
    expect((await unwrap(store.products.list({ ...search, archived: true }))).items).toHaveLength(1);
    expect((await unwrap(store.products.list(search))).items).toEqual([]);
  });

  test('A slice of names that are folded anew ends sooner if the names have many words', async () => {
    await upsert();
    client.exec(`update product_search set name = 'other'`);
    client.pragma(`user_version = ${foldVersion - 1}`);
    const slices: number[] = [];
    for (;;) {
      const slice = await unwrap(store.refoldNames(100));
      if (slice === null) break;
      slices.push(slice.names);
    }
    expect(Math.max(...slices)).toBeLessThan(30);
    expect(slices.reduce((sum, names) => sum + names, 0)).toBe(count);
    expect(await find('صلى')).toHaveLength(100);
  });
});
