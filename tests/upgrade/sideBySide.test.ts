import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import Database from 'better-sqlite3';
import { migrate as migratePostgres } from '../../adapters/postgres/migrate.ts';
import { migrate as migrateSqlite } from '../../adapters/sqlite/migrate.ts';
import { check } from '../chaos/checker.ts';
import { createClientLogRecorder } from '../chaos/run/clientLogRecorder.ts';
import { createInProcessProvider } from '../chaos/run/provider.ts';
import { takeSnapshot } from '../chaos/run/takeSnapshot.ts';
import {
  addProduct,
  type Client,
  createClient,
  expectStatus,
  itemsOf,
  placeOrder,
  textAt,
  waitForStatus,
  waitForTasks,
} from '../processes/client.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';
import { type App, killAllApps, startApp, stopApp } from '../processes/processes.ts';
import { createTestFile } from '../processes/sqlite.ts';
import { tokenFor } from '../processes/tokens.ts';
import { createMigrationFolder } from '../stored/migrationFolder.ts';
import { checkOutRelease } from './release.ts';

/** What a later release may do: add. */
const expand = `-- Works beside 0.2.0.
alter table product add column later_note text;
create table later_thing (id text primary key);
`;
const more = { '999_expand.sql': expand };

/** Migrates as the new version does, and then as one does that is newer still. */
const createPostgres = async () => {
  const database = await createTestDatabase();
  await migratePostgres(database.url, { folder: createMigrationFolder('postgres', more) });
  return database;
};
const createSqlite = async () => {
  const database = await createTestFile();
  const client = new Database(database.url.replace('sqlite:', ''));
  client.pragma('journal_mode = wal');
  migrateSqlite(client, 0, { folder: createMigrationFolder('sqlite', more) });
  client.close();
  return database;
};
const databases = [
  ['SQLite', createSqlite] as const,
  ...((await postgresAvailable()) ? [['PostgreSQL', createPostgres] as const] : []),
];

describe.each(databases)('The last release beside this version on %s', (_, createDatabase) => {
  let release: ReturnType<typeof checkOutRelease>;
  let database: Awaited<ReturnType<typeof createDatabase>>;
  beforeAll(async () => {
    release = checkOutRelease();
    database = await createDatabase();
  }, 120_000);
  afterAll(async () => {
    await killAllApps();
    await database.drop();
    release.remove();
  });

  const start = (version: 'old' | 'new', pipelines = 'all'): Promise<App> =>
    startApp({
      databaseUrl: database.url,
      env: { QUEUE_POLL_MS: '50', WORKER_PIPELINES: pipelines },
      ...(version === 'old' && { root: release.tree }),
    });
  const operatorOf = async ({ url }: App) => createClient(url, await tokenFor('op@shop.test', 'operator'));
  const customerOf = async ({ url }: App) => createClient(url, await tokenFor('an@shop.test'));

  /** Places an order at one process and pays it at the other. */
  const buy = async (here: Client, there: Client, productId: string): Promise<string> => {
    const orderId = await placeOrder(here, productId);
    expectStatus(await there.checkOut(crypto.randomUUID(), [orderId], 'pm_card_visa'), 202);
    return orderId;
  };
  const idsOf = async (client: Client, q: string) =>
    itemsOf(expectStatus(await client.get(`/orders?q=${q}&limit=100`), 200))
      .map((body) => textAt({ body }, 'id'))
      .sort();

  test('Both take orders, pay, run pipelines, refund and find what the other one has sold', async () => {
    const sinceMs = Date.now();
    // Each of them runs the pipeline of the goods that the other one's checkouts sell too.
    const [older, newer] = await Promise.all([
      start('old', 'digital,refund'),
      start('new', 'physical,reconciliation'),
    ]);
    const [oldShop, newShop] = [await operatorOf(older), await operatorOf(newer)];
    const goods = await addProduct(oldShop, { code: 'GIAY', stock: 100 });
    const key = await addProduct(newShop, { code: 'KHOA', type: 'digital', stock: 100 });
    const [old, fresh] = [await customerOf(older), await customerOf(newer)];
    const sold: Record<'giay' | 'khoa', string[]> = { giay: [], khoa: [] };
    for (const [here, there] of [
      [old, fresh],
      [fresh, old],
      [old, old],
      [fresh, fresh],
    ] as const) {
      sold.giay.push(await buy(here, there, goods));
      sold.khoa.push(await buy(here, there, key));
    }
    for (const orderId of [...sold.giay, ...sold.khoa]) await waitForStatus(old, orderId, 'completed');
    for (const client of [old, fresh])
      for (const q of ['giay', 'khoa'] as const) expect(await idsOf(client, q)).toEqual(sold[q].toSorted());

    const [first = ''] = sold.giay;
    const refund = { orderId: first, reason: 'too small' };
    const headers = { 'idempotency-key': crypto.randomUUID() };
    expectStatus(await oldShop.post('/refunds', refund, headers), 202);
    await waitForStatus(fresh, first, 'refunded');
    await waitForTasks(newShop);
    const snapshot = await takeSnapshot({
      databaseUrl: database.url,
      provider: createInProcessProvider(database.url),
      operator: newShop,
      initialStocks: new Map([
        [goods, 100],
        [key, 100],
      ]),
      pricedProductId: null,
      recordedLog: createClientLogRecorder().log,
      carried: null,
      triedMails: [],
      sinceMs,
    });
    expect(check(snapshot)).toEqual([]);
    expect(snapshot.charges.length).toBe(8);
    for (const app of [older, newer]) expect((await stopApp(app)).code).toBe(0);
  }, 120_000);

  test('The last release goes on alone with what this version has left, which is how one rolls back', async () => {
    const newer = await start('new', 'digital');
    const goods = await addProduct(await operatorOf(newer), { code: 'MU', stock: 10 });
    const fresh = await customerOf(newer);
    const orderId = await buy(fresh, fresh, goods);
    expect((await stopApp(newer)).code).toBe(0);
    const older = await start('old');
    const old = await customerOf(older);
    await waitForStatus(old, orderId, 'completed');
    await waitForStatus(old, await buy(old, old, goods), 'completed');
    expect((await stopApp(older)).code).toBe(0);
  }, 120_000);
});
