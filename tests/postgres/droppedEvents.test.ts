import { expect, test } from 'bun:test';
import postgres from 'postgres';
import { createBacklogs } from '../../adapters/postgres/events/backlogs.ts';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { createEventFixture } from '../contracts/eventFixture.ts';
import { createFixture, unwrap } from '../contracts/fixture.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';
import { connectExplained } from './explained.ts';

// If one of them went in between, the server could give its place to another event, which would be deleted instead.
test.skipIf(!(await postgresAvailable()))(
  'Old events stay locked from the moment their places are read until they are deleted',
  async () => {
    const database = await createTestDatabase();
    const world = createTestWorld();
    const store = await openPostgresStore(world, { url: database.url });
    const fixture = createFixture(store, world);
    const { subscribe } = createEventFixture(() => ({ ...{ store, world, fixture, close: store.close } }));
    const { sql } = await connectExplained(database.url);
    const other = postgres(database.url, { max: 1, onnotice: () => {} });
    try {
      const subscriptionId = await subscribe(['order.placed']);
      await fixture.placeOrder(await fixture.createProduct());
      const free: number[] = [];
      /** Looks which events somebody else could take, before the statement that deletes. */
      const watched = new Proxy(sql, {
        get: (target, name) =>
          name !== 'begin'
            ? Reflect.get(target, name)
            : (work: (tx: unknown) => Promise<unknown>) =>
                sql.begin((tx) =>
                  work(
                    new Proxy(tx, {
                      apply: (call, _, [texts, ...values]: Parameters<typeof tx>) => {
                        const statement = Reflect.apply(call, undefined, [texts, ...values]);
                        if (!String(texts).includes('delete from event where')) return statement;
                        return other`select from event for update skip locked`.then(({ length }) => {
                          free.push(length);
                          return statement;
                        });
                      },
                    }),
                  ),
                ),
      });
      const dropped = await unwrap(createBacklogs(watched).drop(fixture.now() + 1, 9));
      expect(dropped).toEqual([{ subscriptionId, events: 1 }]);
      expect(free).toEqual([0]);
    } finally {
      await Promise.all([sql.end(), other.end(), store.close()]);
    }
    await database.drop();
  },
);
