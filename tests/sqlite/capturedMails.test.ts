import { expect, test } from 'bun:test';
import { createMailbox } from '../../adapters/sqlite/mailbox/mailbox.ts';
import { openTestStore } from './harness.ts';

test('SQLite: mails that are sent at once are written by one transaction', async () => {
  const { connection, store, world } = openTestStore();
  let transactions = 0;
  const write: typeof connection.write = (work) => {
    transactions++;
    return connection.write(work);
  };
  const mailbox = createMailbox({ ...connection, write }, world);
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
  await Promise.all(mails.map(mailbox.send));
  const listed = await mailbox.list({ to: null, after: null, limit: 100 });
  expect([listed._unsafeUnwrap().items.length, transactions]).toEqual([20, 1]);
  await store.close();
});
