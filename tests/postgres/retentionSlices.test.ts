import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { firstIdAt } from '../../core/id.ts';
import type { RetentionKind } from '../../core/retention.ts';
import type { Store } from '../../core/store.ts';
import { createFixture, type Fixture, unwrap } from '../contracts/fixture.ts';
import { createTestDatabase, postgresAvailable, type TestDatabase } from '../processes/postgres.ts';
import { createTestWorld, type TestWorld } from '../world.ts';

/** Without these, the server joins by running the inner side once for each row of the outer one. */
const otherPlans = ['hashjoin', 'mergejoin', 'hashagg', 'sort', 'material', 'memoize'];

describe.skipIf(!(await postgresAvailable()))('PostgreSQL: a slice of old rows', () => {
  let database: TestDatabase;
  let world: TestWorld;
  let store: Store;
  let shop: Fixture;

  beforeAll(async () => {
    database = await createTestDatabase();
    const sql = postgres(database.url, { max: 1, onnotice: () => {} });
    const [{ name } = { name: '' }] = await sql<{ name: string }[]>`select current_database() as name`;
    for (const plan of otherPlans) await sql.unsafe(`alter database "${name}" set enable_${plan} = off`);
    await sql.end();
    world = createTestWorld(10_000_000);
    store = await openPostgresStore(world, { url: database.url });
    shop = createFixture(store, world);
  });
  afterAll(async () => {
    await store.close();
    await database.drop();
  });

  const drop = (kind: RetentionKind, limit: number) =>
    unwrap(store.dropOld({ kind, beforeMs: shop.now() - 1_000, limit }));

  test('Is no larger than its limit with a plan that looks for each row again, for events of the provider', async () => {
    for (let each = 0; each < 5; each++)
      await unwrap(store.inbox.receive([{ ...shop.inboxItem(), taskId: null }], shop.now()));
    world.advance(10_000);
    expect(await drop('providerEvents', 2)).toEqual({ rows: 2, isMore: true });
  });

  test('Is no larger than its limit with a plan that looks for each row again, for the step ledger', async () => {
    const sql = postgres(database.url, { max: 1, onnotice: () => {} });
    for (let each = 0; each < 5; each++) {
      const old = firstIdAt(shop.now() - 10_000 - each);
      await sql`insert into step_ledger (task_id, step, intended_ms) values (${old}, 'a', 1)`;
    }
    await sql.end();
    expect(await drop('ledger', 2)).toEqual({ rows: 2, isMore: true });
  });

  test('Is no larger than its limit with a plan that looks for each row again, for captured mails', async () => {
    for (let each = 0; each < 5; each++)
      await store.mailbox.send({
        ...{ messageId: `<${each}@shop.example>`, checkoutId: null, orderIds: [], to: 'mai@shop.example' },
        ...{ subject: 's', text: 't', html: 'h', attachments: [] },
      });
    world.advance(10_000);
    expect(await drop('mails', 2)).toEqual({ rows: 2, isMore: true });
  });
});
