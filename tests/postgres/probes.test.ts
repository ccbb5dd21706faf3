import { describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { createFixture, unwrap } from '../contracts/fixture.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';

const rounds = 60;

describe.skipIf(!(await postgresAvailable()))('probes of several processes', () => {
  test('Processes that look for a probe at the same time send one', async () => {
    const database = await createTestDatabase();
    const world = createTestWorld();
    const store = await openPostgresStore(world, { url: database.url, poolSize: 12 });
    const shop = createFixture(store, world);
    const sql = postgres(database.url, { max: 1 });
    await shop.payAlone(await shop.placeOrders(Array(12).fill(await shop.createProduct())));
    const fault = { pipeline: 'physical', step: 'notify_customer', reason: 'down', probeAtMs: shop.now() };
    await unwrap(store.pauses.beginForFault({ id: shop.newId(), ...fault }, shop.now()));
    await shop.claimTasks('physical');
    for (let round = 0; round < rounds; round++) {
      await sql`update task set state = 'parked'`;
      await sql`update pause set probe_task_id = null, probe_at_ms = ${shop.now()}`;
      const sent = await Promise.all(
        Array.from({ length: 10 }, () => unwrap(store.pauses.sendProbes(shop.now()))),
      );
      expect(sent.reduce((sum, each) => sum + each, 0)).toBe(1);
    }
    await sql.end();
    await store.close();
    await database.drop();
  }, 120_000);
});
