import { describe, expect, test } from 'bun:test';
import postgres from 'postgres';
import { connect } from '../../adapters/postgres/connection.ts';
import { createStore } from '../../adapters/postgres/store.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';

describe.skipIf(!(await postgresAvailable()))('PostgreSQL: captured mails', () => {
  test('Mails that are sent at once are written by one transaction', async () => {
    const database = await createTestDatabase();
    const store = createStore(connect({ url: database.url }), createTestWorld());
    const mails = Array.from({ length: 20 }, (_, number) => ({
      messageId: `<${number}@cartwright.test>`,
      checkoutId: null,
      orderIds: [],
      to: 'an@example.com',
      subject: 'Áo',
      text: 'Áo',
      html: '<p>Áo</p>',
      attachments: [],
    }));
    await Promise.all(mails.map((mail) => store.mailbox.send(mail)));
    const sql = postgres(database.url, { max: 1 });
    const [row] = await sql`
      select count(*)::integer as mails, count(distinct xmin::text)::integer as transactions from captured_mail`;
    expect(row).toEqual({ mails: 20, transactions: 1 });
    await Promise.all([sql.end(), store.close()]);
    await database.drop();
  });
});
