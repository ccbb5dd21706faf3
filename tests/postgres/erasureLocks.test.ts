import { describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { createFixture, unwrap } from '../contracts/fixture.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';

describe.skipIf(!(await postgresAvailable()))('PostgreSQL: locks of erasures', () => {
  test('An erasure that waits for a claim of the customer is refused, and changes nothing', async () => {
    const database = await createTestDatabase();
    const world = createTestWorld();
    const store = await openPostgresStore(world, { url: database.url });
    const fixture = createFixture(store, world);
    const holder = postgres(database.url, { max: 1, onnotice: () => {} });
    try {
      const customerId = 'lan';
      const product = await fixture.createProduct();
      const orders = await fixture.placeOrders([product, product], { customerId });
      const [first, second] = orders.map(({ id }) => id);
      await holder.unsafe(`begin; update orders set status = 'paying' where id = '${second}'`);
      const erased = store.customers.eraseSlice({ customerId, after: null, limit: 10 }, fixture.now());
      let waiting = 0;
      while (waiting === 0) {
        const [row] = await holder`
          select count(*)::integer as waiting from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`;
        waiting = row?.waiting;
      }
      await holder.unsafe('commit');
      expect((await erased)._unsafeUnwrapErr()).toEqual({
        ...{ kind: 'order_in_progress', orderIds: [second ?? ''] },
      });
      const page = await unwrap(
        store.customers.orders({ customerId, after: null, limit: 10 }, fixture.now()),
      );
      expect(page.map(({ contact }) => contact.email)).not.toContain('');
      expect((await fixture.findOrder(first ?? '')).status).toBe('pending');
    } finally {
      await holder.end();
      await store.close();
      await database.drop();
    }
  });
});
