import { expect, test } from 'bun:test';
import { createConnection, openClient } from '../../adapters/sqlite/connection.ts';
import { migrate } from '../../adapters/sqlite/migrate.ts';
import { createStoreOver } from '../../adapters/sqlite/store.ts';
import { declineWindowMs } from '../../core/limits.ts';
import { createFixture, declined, unwrap } from '../contracts/fixture.ts';
import { createTestWorld } from '../world.ts';

/** More than two slices. */
const oldRows = 2_500;

test('The maintenance of SQLite deletes all checkouts that no longer count, and no others', async () => {
  const client = openClient({ path: ':memory:' });
  const world = createTestWorld();
  migrate(client, 0);
  const store = createStoreOver(createConnection(client), world);
  const fixture = createFixture(store, world);
  const countRows = () => client.prepare<[], number>('select count(*) from counted_checkout').pluck().get();

  client.exec(`insert into counted_checkout (customer_id, checkout_id, created_ms)
    with recursive i(n) as (select 1 union all select n + 1 from i where n < ${oldRows}) select 'lan', n, 0 from i`);
  const order = await fixture.placeOrder(await fixture.createProduct());
  await fixture.recordOutcome(await fixture.claimCheckout(fixture.checkoutRequest([order])), declined);
  expect(countRows()).toBe(oldRows + 1);
  for (const [passedMs, left] of [
    [0, 1],
    [declineWindowMs, 1],
    [1, 0],
  ] as const) {
    world.advance(passedMs);
    await unwrap(store.prune(fixture.now()));
    expect(countRows()).toBe(left);
  }
  await store.close();
});
