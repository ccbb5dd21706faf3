import { describe, expect, test } from 'bun:test';
import { connect } from '../../adapters/postgres/connection.ts';
import { createStore, openPostgresStore } from '../../adapters/postgres/store.ts';
import { exportCustomer } from '../../core/usecases/exportCustomer.ts';
import { createFixture } from '../contracts/fixture.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';

describe.skipIf(!(await postgresAvailable()))('PostgreSQL: statements of an export', () => {
  test('An export takes the same few statements for a page of orders as for one order', async () => {
    const database = await createTestDatabase();
    const world = createTestWorld();
    const shop = await openPostgresStore(world, { url: database.url });
    let statements = 0;
    const sql = connect({ url: database.url, slow: { ms: Number.MIN_VALUE, onSlow: () => statements++ } });
    const store = createStore(sql, world);
    try {
      const fixture = createFixture(shop, world);
      const product = await fixture.createProduct();
      const place = (customerId: string, count: number) =>
        fixture.placeOrders(Array(count).fill(product), {
          ...{ customerId, contact: { email: `${customerId}@example.com`, language: null } },
        });
      await fixture.payAlone(await place('one', 1));
      await fixture.payAlone(await place('page', 19));
      await fixture.payAlone(await place('pages', 59));
      const count = async (customerId: string) => {
        statements = 0;
        let orders = 0;
        for await (const part of exportCustomer(store, customerId, world))
          if (part.kind === 'order') orders++;
        return { orders, statements };
      };
      // Reads of the catalogue by the driver come first.
      await count('one');
      const one = await count('one');
      expect(one.orders).toBe(1);
      expect(one.statements).toBeLessThanOrEqual(8);
      expect(await count('page')).toEqual({ orders: 19, statements: one.statements });
      // Five for each further page.
      expect(await count('pages')).toEqual({ orders: 59, statements: one.statements + 2 * 5 });
    } finally {
      await store.close();
      await shop.close();
      await database.drop();
    }
  });
});
