import { expect, test } from 'bun:test';
import postgres from 'postgres';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { createFixture, unwrap } from '../contracts/fixture.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';
import { createLockWatch } from './lockWaits.ts';

test.skipIf(!(await postgresAvailable()))(
  'Of two imports that create a product at once, the second leaves alone what it does not name',
  async () => {
    const database = await createTestDatabase();
    const world = createTestWorld();
    const store = await openPostgresStore(world, { url: database.url });
    const shop = createFixture(store, world);
    const imageUrl = 'https://shop.example/shirt.png';
    const draft = shop.productDraft({ stock: 5 });
    const upsert = (changes: Partial<typeof draft>) =>
      unwrap(store.products.upsert([{ ...draft, ...changes }], shop.now(), 'replace'));
    const holder = postgres(database.url, { max: 1, onnotice: () => {} });
    const watch = createLockWatch(database.url);
    // The first import has written its product, and waits to write the stock.
    await holder.unsafe('begin; lock table stock in share mode');
    const first = upsert({ imageUrl });
    await watch.untilWaiting(1);
    const second = upsert({ name: 'Áo len' });
    await watch.untilWaiting(2);
    await holder.unsafe('rollback');
    expect(await Promise.all([first, second])).toEqual([
      { created: 1, updated: 0 },
      { created: 0, updated: 1 },
    ]);
    const query = { search: null, type: null, after: null, limit: 10 };
    const { items } = await unwrap(store.products.list(query));
    expect(items).toMatchObject([{ name: 'Áo len', imageUrl, stock: 5 }]);
    await Promise.all([holder.end(), watch.close(), store.close()]);
    await database.drop();
  },
  60_000,
);
