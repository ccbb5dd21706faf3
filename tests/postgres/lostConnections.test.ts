import { describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { createFixture, succeeded } from '../contracts/fixture.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';

describe.skipIf(!(await postgresAvailable()))('lost connections', () => {
  test('A connection lost during a transaction gives the error unavailable, and the store reconnects', async () => {
    const database = await createTestDatabase();
    const world = createTestWorld();
    const store = await openPostgresStore(world, { url: database.url, poolSize: 4 });
    const shop = createFixture(store, world);
    const orders = await shop.placeOrders(Array(100).fill(await shop.createProduct()));
    const killer = postgres(database.url, { max: 1 });

    const kinds = new Set<string>();
    for (let round = 0; round < 10; round++) {
      const ordersOfRound = orders.slice(round * 10, round * 10 + 10);
      const claims = ordersOfRound.map((order) =>
        store.audits.claim([shop.checkoutRequest([order])], shop.now()),
      );
      const terminated = killer`
        select count(pg_terminate_backend(pid)) from pg_stat_activity
        where datname = current_database() and state is not null and pid <> pg_backend_pid()`;
      const [results] = await Promise.all([Promise.all(claims), terminated]);
      for (const result of results) kinds.add(result.isOk() ? 'claimed' : result.error.kind);
    }
    expect([...kinds].filter((kind) => kind !== 'claimed' && kind !== 'unavailable')).toEqual([]);
    expect(kinds).toContain('unavailable');

    const order = await shop.placeOrder(await shop.createProduct());
    expect(
      await shop.recordOutcome(await shop.claimCheckout(shop.checkoutRequest([order])), succeeded),
    ).toMatchObject({
      applied: true,
    });
    await Promise.all([store.close(), killer.end()]);
    await database.drop();
    // A connection that is terminated while it opens fails only after the connect timeout of some seconds.
  }, 120_000);
});
