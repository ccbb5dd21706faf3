import { expect, test } from 'bun:test';
import postgres from 'postgres';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { createFixture, defined, unwrap } from '../contracts/fixture.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';
import { createLockWatch } from './lockWaits.ts';

test.skipIf(!(await postgresAvailable()))(
  'A checkout is read at one moment: an outcome is in its payment and its orders, or in neither',
  async () => {
    const database = await createTestDatabase();
    const world = createTestWorld();
    const store = await openPostgresStore(world, { url: database.url });
    const shop = createFixture(store, world);
    const claim = await shop.claimCheckout(
      shop.checkoutRequest([await shop.placeOrder(await shop.createProduct())]),
    );
    const holder = postgres(database.url, { max: 1, onnotice: () => {} });
    const watch = createLockWatch(database.url);
    await holder.unsafe('begin; lock table orders in access exclusive mode');
    const read = unwrap(store.audits.find(claim.checkoutId));
    await watch.untilWaiting(1);
    // What an outcome writes.
    await holder.unsafe("update payment set status = 'succeeded'; update orders set status = 'paid'; commit");
    const { payment, orders } = defined(await read);
    const statuses = [payment.status, ...orders.map(({ status }) => status)];
    expect([
      ['initiated', 'paying'],
      ['succeeded', 'paid'],
    ]).toContainEqual(statuses);
    await Promise.all([holder.end(), watch.close(), store.close()]);
    await database.drop();
  },
  60_000,
);
