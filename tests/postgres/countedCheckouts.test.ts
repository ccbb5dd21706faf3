import { describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { declineWindowMs } from '../../core/limits.ts';
import { createFixture, declined, unwrap } from '../contracts/fixture.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';

/** More than two slices. */
const oldRows = 2_500;

describe.skipIf(!(await postgresAvailable()))('PostgreSQL: counted checkouts', () => {
  test('The maintenance of PostgreSQL deletes all checkouts that no longer count, and no others', async () => {
    const database = await createTestDatabase();
    const world = createTestWorld();
    const store = await openPostgresStore(world, { url: database.url, poolSize: 2 });
    const sql = postgres(database.url, { max: 1, onnotice: () => {} });
    const fixture = createFixture(store, world);
    const countRows = async () => (await sql`select from counted_checkout`).length;

    await sql`insert into counted_checkout (customer_id, checkout_id, created_ms)
      select 'lan', gen_random_uuid(), 0 from generate_series(1, ${oldRows})`;
    const order = await fixture.placeOrder(await fixture.createProduct());
    await fixture.recordOutcome(await fixture.claimCheckout(fixture.checkoutRequest([order])), declined);
    expect(await countRows()).toBe(oldRows + 1);
    for (const [passedMs, left] of [
      [0, 1],
      [declineWindowMs, 1],
      [1, 0],
    ] as const) {
      world.advance(passedMs);
      await unwrap(store.prune(fixture.now()));
      expect(await countRows()).toBe(left);
    }
    await sql.end();
    await store.close();
    await database.drop();
  });
});
