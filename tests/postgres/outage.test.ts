import { describe, expect, test } from 'bun:test';
import { migrate } from '../../adapters/postgres/migrate.ts';
import { postgresStore } from '../../adapters/postgres/store.ts';
import type { Store } from '../../core/store.ts';
import { postgresAvailable } from '../processes/postgres.ts';
import { postgresServer } from '../processes/server.ts';
import { testWorld } from '../world.ts';

describe.skipIf(!(await postgresAvailable()))('while PostgreSQL is stopped', () => {
  test('every port says that it is unavailable, and works again when the server does', async () => {
    const server = await postgresServer();
    const url = server.url('postgres');
    await migrate(url);
    const world = testWorld();
    const store = await postgresStore(world, { url, poolSize: 2 });

    await server.stop();
    for (const [name, ask] of Object.entries(asked)) {
      const answer = await ask(store);
      expect([name, answer.error?.kind]).toEqual([name, 'unavailable']);
    }
    expect(await store.mailbox.send(mail)).toMatchObject({ kind: 'deferred' });

    await server.start();
    for (const [name, ask] of Object.entries(asked))
      expect([name, (await ask(store)).isOk()]).toEqual([name, true]);
    await store.close();
    await server.remove();
  }, 30_000);
});

const everything = { search: null, type: null, after: null, limit: 20 };
const id = '019ca869-5000-7000-8000-000000000000';
const mail = { messageId: '<1@x>', orderId: id, to: 'a@x', subject: '', text: '', html: '' };

/** Through the driver, through Drizzle, in a transaction. */
const asked: Readonly<
  Record<string, (store: Store) => Promise<{ isOk(): boolean; readonly error?: { readonly kind: string } }>>
> = {
  ping: (store) => store.ping(),
  products: (store) => store.products.list(everything),
  product: (store) => store.products.find(id),
  order: (store) => store.orders.find(id),
  claim: (store) => store.audits.claim([], 0),
  tasks: (store) =>
    store.queue.tasks({ state: null, pipeline: null, orderId: null, after: null, limit: 1, nowMs: 0 }),
  secret: (store) => store.secret('a', 'b'),
};
