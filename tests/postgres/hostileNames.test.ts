import { expect, test } from 'bun:test';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { createFixture, unwrap } from '../contracts/fixture.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';

test.if(await postgresAvailable())(
  'An upsert of many names of many words leaves the event loop free before it opens its transaction',
  async () => {
    const database = await createTestDatabase();
    const world = createTestWorld();
    let pauses = 0;
    const yieldToEventLoop = async () => {
      pauses++;
      await world.yieldToEventLoop();
    };
    const store = await openPostgresStore({ ...world, yieldToEventLoop }, { url: database.url });
    const { productDraft, now } = createFixture(store, world);
    const drafts = Array.from({ length: 100 }, () => productDraft({ name: '\ufdfa'.repeat(200) }));
    const before = pauses;
    expect(await unwrap(store.products.upsert(drafts, now(), 'replace'))).toEqual({
      created: 100,
      updated: 0,
    });
    expect(pauses - before).toBeGreaterThanOrEqual(4);
    await store.close();
    await database.drop();
  },
);
