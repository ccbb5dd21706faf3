import { describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { connect } from '../../adapters/postgres/connection.ts';
import { storeOver } from '../../adapters/postgres/store.ts';
import { known, shopOver, value } from '../contracts/shop.ts';
import { postgresAvailable, testDatabase } from '../processes/postgres.ts';
import { testWorld } from '../world.ts';

/** Planned anew each time, a statement costs two to three times as much. */
describe.skipIf(!(await postgresAvailable()))('what is done for every order', () => {
  test('is done by prepared statements alone', async () => {
    const { url, drop } = await testDatabase();
    const said: string[] = [];
    const { types, prepare } = connect({ url }).options;
    const sql = postgres(url, {
      max: 1,
      prepare,
      types: { bigint: known(types.bigint) },
      connection: { client_min_messages: 'log', log_min_duration_statement: '0' },
      onnotice: ({ message = '' }) => said.push(message.replace(/\s+/g, ' ')),
    });
    const world = testWorld();
    const store = storeOver(sql, world);
    const shop = shopOver(store, world);
    const product = await shop.product();
    said.length = 0;

    await shop.pay([await shop.order(product)]);
    for (const lease of (await shop.take(product.type)).leases)
      await shop.report(lease, { kind: 'done', detail: null });
    await value(store.inbox.receive([shop.told()], shop.now()));
    for (const lease of await shop.takeJobs('provider_event')) await shop.reportJob(lease, { kind: 'done' });

    const saying = (pattern: RegExp) => said.filter((line) => pattern.test(line));
    expect(saying(/ execute (?!<unnamed>)/).length).toBeGreaterThan(10);
    expect(saying(/ execute <unnamed>| statement: (?!begin|commit)/)).toEqual([]);
    await sql.end();
    await drop();
  });
});
