import { describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { postgresStore } from '../../adapters/postgres/store.ts';
import { shopOver, succeeded } from '../contracts/shop.ts';
import { postgresAvailable, testDatabase } from '../processes/postgres.ts';
import { testWorld } from '../world.ts';

describe.skipIf(!(await postgresAvailable()))('connections that the server ends', () => {
  test('in the middle of transactions are heard of as values, and made anew', async () => {
    const database = await testDatabase();
    const world = testWorld();
    const store = await postgresStore(world, { url: database.url, poolSize: 4 });
    const shop = shopOver(store, world);
    const orders = await shop.orders(Array(100).fill(await shop.product()));
    const killer = postgres(database.url, { max: 1 });

    const heard = new Set<string>();
    for (let round = 0; round < 10; round++) {
      const mine = orders.slice(round * 10, round * 10 + 10);
      const claims = mine.map((order) => store.audits.claim([shop.request([order])], shop.now()));
      const ended = killer`
        select count(pg_terminate_backend(pid)) from pg_stat_activity
        where datname = current_database() and state is not null and pid <> pg_backend_pid()`;
      const [answers] = await Promise.all([Promise.all(claims), ended]);
      for (const answer of answers) heard.add(answer.isOk() ? 'claimed' : answer.error.kind);
    }
    expect([...heard].filter((kind) => kind !== 'claimed' && kind !== 'unavailable')).toEqual([]);
    expect(heard).toContain('unavailable');

    const order = await shop.order(await shop.product());
    expect(await shop.settle(await shop.claimed(shop.request([order])), succeeded)).toMatchObject({
      applied: true,
    });
    await Promise.all([store.close(), killer.end()]);
    await database.drop();
    // A connection that is ended while it is being made is given up after the connect timeout of some seconds.
  }, 60_000);
});
