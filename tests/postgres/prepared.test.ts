import { describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { connect } from '../../adapters/postgres/connection.ts';
import { createStore } from '../../adapters/postgres/store.ts';
import { createFixture, defined, unwrap } from '../contracts/fixture.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';

/** A statement that is planned at every call costs two to three times as much. */
describe.skipIf(!(await postgresAvailable()))('prepared statements', () => {
  test('Everything that is done for each order uses prepared statements only', async () => {
    const { url, drop } = await createTestDatabase();
    const messages: string[] = [];
    const { types, prepare } = connect({ url }).options;
    const sql = postgres(url, {
      max: 1,
      prepare,
      types: { bigint: defined(types.bigint) },
      connection: { client_min_messages: 'log', log_min_duration_statement: '0' },
      onnotice: ({ message = '' }) => messages.push(message.replace(/\s+/g, ' ')),
    });
    const world = createTestWorld();
    const store = createStore(sql, world);
    const shop = createFixture(store, world);
    const product = await shop.createProduct();
    messages.length = 0;

    await shop.pay([await shop.placeOrder(product)]);
    for (const lease of (await shop.claimTasks(product.type)).leases)
      await shop.report(lease, { kind: 'done', detail: null });
    await unwrap(store.inbox.receive([shop.inboxItem()], shop.now()));
    for (const lease of await shop.claimJobs('provider_event')) await shop.reportJob(lease, { kind: 'done' });

    const messagesLike = (pattern: RegExp) => messages.filter((message) => pattern.test(message));
    expect(messagesLike(/ execute (?!<unnamed>)/).length).toBeGreaterThan(10);
    expect(messagesLike(/ execute <unnamed>| statement: (?!begin|commit)/)).toEqual([]);
    await sql.end();
    await drop();
  });
});
