import { describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { connect } from '../../adapters/postgres/connection.ts';
import { createStore } from '../../adapters/postgres/store.ts';
import { noCheckoutLimits } from '../../core/limits.ts';
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

  test('What a claim reads is planned a few times only, also for small batches', async () => {
    const { url, drop } = await createTestDatabase();
    const sql = connect({ url, poolSize: 1 });
    const world = createTestWorld();
    const store = createStore(sql, world);
    const shop = createFixture(store, world);
    const product = await shop.createProduct();
    const order = await shop.placeOrder(product);
    for (const limits of [{ declinesMax: 5, challengesMax: 5 }, noCheckoutLimits])
      for (let batch = 1; batch <= 20; batch++) {
        const requests = [shop.checkoutRequest([order], { customerId: 'a stranger' })];
        expect((await unwrap(store.audits.claim(requests, shop.now(), limits)))[0]?.isErr()).toBe(true);
      }
    const plans = await sql`
      select custom_plans::integer as custom, generic_plans::integer as generic from pg_prepared_statements
      where statement like '%as audits%' and statement not like '%pg_prepared_statements%'`;
    expect([...plans]).toEqual(Array(2).fill({ custom: 5, generic: 15 }));
    await sql.end();
    await drop();
  });
});
