import { describe, expect, test } from 'bun:test';
import { connect } from '../../adapters/postgres/connection.ts';
import { migrate } from '../../adapters/postgres/migrate.ts';
import { openPostgresStore } from '../../adapters/postgres/store.ts';
import type { Store } from '../../core/store.ts';
import { postgresAvailable } from '../processes/postgres.ts';
import { startPostgresServer } from '../processes/server.ts';
import { createTestWorld } from '../world.ts';

describe.skipIf(!(await postgresAvailable()))('outage of PostgreSQL', () => {
  test('Every port is unavailable while PostgreSQL is stopped, and works again when it runs again', async () => {
    const server = await startPostgresServer();
    const url = server.url('postgres');
    await migrate(url);
    const world = createTestWorld();
    const store = await openPostgresStore(world, { url, poolSize: 2 });

    await server.stop();
    for (const [name, call] of Object.entries(calls)) {
      const result = await call(store);
      expect([name, result.error?.kind]).toEqual([name, 'unavailable']);
    }
    expect(await store.mailbox.send(mail)).toMatchObject({ kind: 'deferred' });

    await server.start();
    for (const [name, call] of Object.entries(calls))
      expect([name, (await call(store)).isOk()]).toEqual([name, true]);
    await store.close();
    await server.remove();
  }, 120_000);

  test('Every port is unavailable while PostgreSQL lets nobody into the database, and works again after it', async () => {
    const server = await startPostgresServer();
    const admin = connect({ url: server.url('postgres'), poolSize: 1 });
    await admin`create database shop`;
    const url = server.url('shop');
    await migrate(url);
    const store = await openPostgresStore(createTestWorld(), { url, poolSize: 2 });
    // As in a restore, or when a password is changed: open connections end, and new ones are refused.
    await admin`alter database shop allow_connections false`;
    await admin`select pg_terminate_backend(pid) from pg_stat_activity where datname = 'shop'`;
    for (const [name, call] of Object.entries(calls)) {
      const result = await call(store);
      expect([name, result.error?.kind]).toEqual([name, 'unavailable']);
    }
    const refused = await store.ping();
    expect(refused).toMatchObject({
      error: {
        reason: expect.stringContaining('not currently accepting connections'),
        database: { code: '55000' },
      },
    });

    await admin`alter database shop allow_connections true`;
    for (const [name, call] of Object.entries(calls))
      expect([name, (await call(store)).isOk()]).toEqual([name, true]);
    await store.close();
    await admin.end();
    await server.remove();
  }, 120_000);
});

const everything = { search: null, type: null, after: null, limit: 20 };
const id = '019ca869-5000-7000-8000-000000000000';
const checkout = { checkoutId: id, key: id, customerId: 'a', orderIds: [id], method: 'm', recoverAtMs: 0 };
const mail = {
  messageId: '<1@x>',
  checkoutId: null,
  orderIds: [id],
  to: 'a@x',
  subject: '',
  text: '',
  html: '',
  attachments: [],
};

/** Calls that use the driver, Drizzle or a transaction. */
const calls: Readonly<
  Record<string, (store: Store) => Promise<{ isOk(): boolean; readonly error?: { readonly kind: string } }>>
> = {
  ping: (store) => store.ping(),
  products: (store) => store.products.list(everything),
  product: (store) => store.products.find(id),
  upsert: (store) => store.products.upsert([], 0, 'replace'),
  order: (store) => store.orders.find(id),
  claim: (store) => store.audits.claim([checkout], 0),
  'claim alone': (store) => store.audits.claimAlone(checkout, 0),
  tasks: (store) =>
    store.queue.tasks({
      state: null,
      pipeline: null,
      step: null,
      error: null,
      orderId: null,
      after: null,
      limit: 1,
      nowMs: 0,
    }),
  secret: (store) => store.secret('a', 'b'),
};
