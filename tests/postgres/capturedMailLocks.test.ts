import { expect, test } from 'bun:test';
import postgres from 'postgres';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';
import { createLockWatch } from './lockWaits.ts';
import { countDeadlocks } from './statistics.ts';

const mailOf = (name: string) => ({
  messageId: `<${name}@shop.example>`,
  ...{ checkoutId: null, orderIds: [], to: 'an@example.com', subject: name, text: name, html: name },
  attachments: [],
});

test.skipIf(!(await postgresAvailable()))(
  'Two processes that capture the same mails in different orders never deadlock',
  async () => {
    const database = await createTestDatabase();
    const openMailbox = () => openPostgresStore(createTestWorld(), { url: database.url });
    const [one, other] = await Promise.all([openMailbox(), openMailbox()]);
    const send = ({ mailbox }: typeof one, names: readonly string[]) =>
      Promise.all(names.map((name) => mailbox.send(mailOf(name))));
    const holder = postgres(database.url, { max: 1, onnotice: () => {} });
    const watch = createLockWatch(database.url);
    // The one waits for the mail between its two others.
    await holder.unsafe(`begin; insert into captured_mail (message_id, checkout_id, order_ids, recipient, subject, text, html,
      attachments, at_ms) values ('<b@shop.example>', null, '{}', '', '', '', '', '[]', 0)`);
    const sentByOne = send(one, ['c', 'b', 'a']);
    await watch.untilWaiting(1);
    const sentByOther = send(other, ['a', 'c']);
    await Promise.race([sentByOther, watch.untilWaiting(2)]);
    await holder.unsafe('rollback');
    const accepted = { kind: 'accepted' };
    expect([...(await sentByOne), ...(await sentByOther)]).toEqual(Array(5).fill(accepted));
    await Promise.all([holder.end(), watch.close(), one.close(), other.close()]);
    expect(await countDeadlocks(database)).toBe(0);
    await database.drop();
  },
  60_000,
);
