import { expect, test } from 'bun:test';
import { openStore } from '../../server/wiring.ts';
import { openDatabase } from '../chaos/run/database.ts';
import { known, shopOver, succeeded } from '../contracts/shop.ts';
import { testWorld } from '../world.ts';
import { databases } from './databases.ts';

/** Takes a database back to when each audit had its whole answer. */
const undone = (url: string, answer: string): readonly string[] => {
  const isFile = url.startsWith('sqlite:');
  return [
    'alter table payment drop column answer',
    `alter table audit add column answer ${isFile ? 'text' : 'jsonb'}`,
    `update audit set answer = '${answer}'`,
    `delete from migration where name = '013_answer.sql'`,
    ...(isFile
      ? []
      : ['alter table payment add constraint payment_id_fkey foreign key (id) references audit']),
  ];
};

test.each(databases)(
  'an answer that was stored whole is told to the word after the migration (%s)',
  async (_, fresh) => {
    const { url, drop } = await fresh();
    const world = testWorld();
    const open = () =>
      openStore(world, { databaseUrl: url, databasePooling: 'session', databasePoolSize: 1 });
    const before = await open();
    const shop = shopOver(before, world);
    const product = await shop.product();
    const request = shop.request(await shop.orders([product, product]));
    const answer = known((await shop.settle(await shop.claimed(request), succeeded)).response);
    await before.close();

    const database = openDatabase(url);
    for (const statement of undone(url, JSON.stringify(answer))) await database.run(statement);
    await database.close();

    const after = await open();
    const refused = (await shopOver(after, world).claim(request))._unsafeUnwrapErr();
    expect(refused).toEqual({ kind: 'already_answered', response: answer });
    await after.close();
    await drop();
  },
);
