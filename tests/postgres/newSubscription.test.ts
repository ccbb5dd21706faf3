import { expect, test } from 'bun:test';
import postgres from 'postgres';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { createEventFixture, typesOf } from '../contracts/eventFixture.ts';
import { createFixture } from '../contracts/fixture.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';

test.skipIf(!(await postgresAvailable()))(
  'A new subscription waits for a transaction that has appended to a history without seeing it',
  async () => {
    const database = await createTestDatabase();
    const world = createTestWorld();
    const store = await openPostgresStore(world, { url: database.url });
    const fixture = createFixture(store, world);
    const { subscribe, hearAll } = createEventFixture(() => ({ store, world, fixture, close: store.close }));
    const { id } = await fixture.placeOrder(await fixture.createProduct());
    const holder = postgres(database.url, { max: 1, onnotice: () => {} });
    const append = (seq: number, state: string) =>
      `insert into order_state (order_id, seq, state, at_ms) values ('${id}', ${seq}, '${state}', 1)`;
    const watcher = postgres(database.url, { max: 1, onnotice: () => {} });
    try {
      await holder.unsafe(`begin; ${append(2, 'cancelled')}`);
      const subscribed = subscribe();
      let waits = 0;
      while (waits === 0) {
        const rows = await watcher`
          select from pg_locks where relation = 'order_state'::regclass and not granted`;
        waits = rows.length;
        const early = await Promise.race([subscribed.then(() => 'early'), Promise.resolve('waiting')]);
        expect(early).toBe('waiting');
      }
      await holder.unsafe('commit');
      const subscriptionId = await subscribed;
      await holder.unsafe(append(3, 'refunded'));
      expect(typesOf(await hearAll(subscriptionId))).toEqual(['order.refunded', 'refund.succeeded']);
    } finally {
      await Promise.all([holder.end(), watcher.end(), store.close()]);
    }
    await database.drop();
  },
);
