import { expect, test } from 'bun:test';
import postgres from 'postgres';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { createEventFixture } from '../contracts/eventFixture.ts';
import { createFixture, defined, unwrap } from '../contracts/fixture.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';

test.skipIf(!(await postgresAvailable()))(
  'A test event and an event that is sent again wait for an end of their subscription, and then write nothing',
  async () => {
    const database = await createTestDatabase();
    const world = createTestWorld();
    const store = await openPostgresStore(world, { url: database.url });
    const fixture = createFixture(store, world);
    const { subscribe, claim, report } = createEventFixture(() => ({
      ...{ store, world, fixture, close: store.close },
    }));
    const subscriptionId = await subscribe(['order.placed']);
    await fixture.placeOrder(await fixture.createProduct());
    const attempt = { atMs: fixture.now(), responseStatus: 204, error: null };
    const events = await claim(subscriptionId);
    await report(subscriptionId, events, { kind: 'delivered' }, attempt);
    const { id } = defined(events[0]);
    const ender = postgres(database.url, { max: 1, onnotice: () => {} });
    const watcher = postgres(database.url, { max: 1, onnotice: () => {} });
    const waitingLocks = async () =>
      (await watcher`select from pg_locks where not granted and locktype = 'transactionid'`).length;
    try {
      await ender.unsafe(`begin; delete from subscription where id = '${subscriptionId}'`);
      const writing = Promise.all([
        unwrap(store.events.sendTest(subscriptionId, fixture.now())),
        unwrap(store.deliveries.resend({ subscriptionId, id }, fixture.now())),
      ]);
      let written = false;
      void writing.then(() => {
        written = true;
      });
      while (!written && (await waitingLocks()) < 2);
      await ender.unsafe('commit');
      await writing;
      expect([...(await watcher`select type from event`)]).toEqual([]);
    } finally {
      await Promise.all([ender.end(), watcher.end(), store.close()]);
    }
    await database.drop();
  },
);
