import { afterEach, describe, expect, test } from 'bun:test';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../chaos/run/database.ts';
import { startSilentProxy } from '../postgres/silentProxy.ts';
import { createScratchFolder } from './cleanup.ts';
import {
  addProduct,
  type Client,
  createClient,
  expectStatus,
  placeOrder,
  type Reply,
  retryWhileUnavailable,
  waitForStatus,
} from './client.ts';
import { createTestDatabase, postgresAvailable } from './postgres.ts';
import { type App, killAllApps, startApp, stopApp } from './processes.ts';
import { tokenFor } from './tokens.ts';

afterEach(killAllApps);

/** The payment recovery must soon finish a charge whose outcome could not be recorded. */
const env = { RECONCILE_AFTER_MS: '500', PAYMENT_TIMEOUT_MS: '400' };

type Shop = { readonly app: App; readonly customer: Client; readonly productId: string };

const openShop = async (databaseUrl: string): Promise<Shop> => {
  const app = await startApp({ databaseUrl, env });
  const operator = createClient(app.url, await tokenFor('op@shop.test', 'operator'));
  const customer = createClient(app.url, await tokenFor('an@shop.test'));
  return { app, customer, productId: await addProduct(operator, { code: 'FAULT' }) };
};

const placeOrders = ({ customer, productId }: Shop, count: number): Promise<readonly string[]> =>
  Promise.all(Array.from({ length: count }, () => placeOrder(customer, productId)));

/** The answer to a probe may be a second old, and ended sessions take their time to end. */
const waitUntilNotReady = async ({ customer }: Shop): Promise<void> => {
  while ((await customer.get('/health/ready')).status === 200) await Bun.sleep(50);
};

/** Pays each order under its id. */
const payAll = ({ customer }: Shop, orderIds: readonly string[]): Promise<readonly Reply[]> =>
  Promise.all(orderIds.map((id) => customer.checkOut(id, [id], 'pm_card_visa')));

/** Sends the same keys again until each is paid. Then each order has one charge and one mail, and is completed. */
const expectAllPaidOnce = async (shop: Shop, orderIds: readonly string[], databaseUrl: string) => {
  const { customer } = shop;
  await Promise.all(
    orderIds.map(async (id) => {
      for (;;) {
        const { status } = await retryWhileUnavailable(() => customer.checkOut(id, [id], 'pm_card_visa'));
        // 409: the same key is still being confirmed.
        if (status !== 409) return expect(status).toBe(202);
        await Bun.sleep(50);
      }
    }),
  );
  for (const id of orderIds) await waitForStatus(customer, id, 'completed');
  const database = openDatabase(databaseUrl);
  const count = async (statement: string) =>
    Number(Object.values((await database.run(statement))[0] ?? {})[0]);
  expect(await count(`select count(*) from payment where status = 'succeeded'`)).toBe(orderIds.length);
  expect(await count(`select count(distinct id) from orders where status = 'completed'`)).toBe(
    orderIds.length,
  );
  while ((await count('select count(*) from task')) > 0) await Bun.sleep(50);
  expect(await count('select count(*) from captured_mail')).toBe(orderIds.length);
  expect(await count('select count(distinct message_id) from captured_mail')).toBe(orderIds.length);
  await database.close();
};

describe.skipIf(!(await postgresAvailable()))(
  'faults of a Postgres that a process shares with others',
  () => {
    test('Connections that go silent cost their requests a 503, and new ones take over, by themselves', async () => {
      const database = await createTestDatabase();
      const proxy = await startSilentProxy(database.url);
      const shop = await openShop(proxy.url);
      const orderIds = await placeOrders(shop, 12);
      // Opens connections for checkouts and for reads.
      const [firstId = '', ...otherIds] = orderIds;
      await payAll(shop, [firstId]);
      await waitForStatus(shop.customer, firstId, 'completed');

      expect(proxy.silence()).toBeGreaterThan(3);
      const [replies, reads] = await Promise.all([
        payAll(shop, otherIds),
        Promise.all(Array.from({ length: 20 }, () => shop.customer.get('/orders?limit=1'))),
      ]);
      for (const { status } of [...replies, ...reads]) expect([200, 202, 409, 503]).toContain(status);
      expect(replies.map(({ status }) => status)).toContain(503);
      await shop.app.ready();
      await expectAllPaidOnce(shop, orderIds, database.url);

      proxy.silence({ newOnes: true });
      expect(expectStatus(await shop.customer.get('/orders?limit=1'), 503)).toBeDefined();
      expectStatus(await shop.customer.get('/health/ready'), 503);
      expect(await stopApp(shop.app)).toEqual({ code: 0, signal: null });
      await proxy.close();
      await database.drop();
    }, 120_000);

    test('A database that is read-only for a while makes a process not ready, and nothing has to be restarted', async () => {
      const database = await createTestDatabase();
      const shop = await openShop(database.url);
      const orderIds = await placeOrders(shop, 8);
      const admin = openDatabase(database.url);
      const name = new URL(database.url).pathname.slice(1);
      const setReadOnly = async (value: 'on' | 'off') => {
        await admin.run(`set default_transaction_read_only = off`);
        await admin.run(`alter database ${name} set default_transaction_read_only = ${value}`);
        await admin.run(`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and ${value === 'on'}`);
      };
      const reader = await startApp({ databaseUrl: database.url, role: 'read', env });

      await setReadOnly('on');
      await shop.app.waitForOutput('the database cannot be used');
      await waitUntilNotReady(shop);
      for (const reply of await payAll(shop, orderIds)) expectStatus(reply, 503);
      expectStatus(await retryWhileUnavailable(() => shop.customer.get('/orders?limit=1')), 200);
      await reader.ready();

      await setReadOnly('off');
      await shop.app.ready();
      await expectAllPaidOnce(shop, orderIds, database.url);
      await admin.close();
      await database.drop();
    }, 120_000);

    test('A table that somebody locks holds up neither readiness nor other reads', async () => {
      const database = await createTestDatabase();
      const shop = await openShop(database.url);
      const orderIds = await placeOrders(shop, 40);
      const admin = openDatabase(database.url);
      await admin.run('begin');
      await admin.run('lock table task');
      const paying = payAll(shop, orderIds);
      for (let round = 0; round < 5; round++) {
        expectStatus(await shop.customer.get('/products?limit=1'), 200);
        expectStatus(await shop.customer.get('/health/ready'), 200);
      }
      // Charged, but the outcome is not recorded: the customer is never told that it failed.
      for (const { status } of await paying) expect([202, 503]).toContain(status);
      await admin.run('commit');
      await admin.close();
      await expectAllPaidOnce(shop, orderIds, database.url);
      await database.drop();
    }, 120_000);
  },
);

test('A SQLite file that is removed while its process runs takes no more orders', async () => {
  const folder = createScratchFolder('removed');
  const path = join(folder, 'shop.db');
  const shop = await openShop(`sqlite:${path}`);
  const [orderId = ''] = await placeOrders(shop, 1);
  for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`);
  expectStatus(await shop.customer.post('/orders', { productId: shop.productId, quantity: 1 }), 503);
  expectStatus(await shop.customer.checkOut(orderId, [orderId], 'pm_card_visa'), 503);
  await shop.app.waitForOutput('the database cannot be used');
  await waitUntilNotReady(shop);
  expectStatus(await shop.customer.get('/health/live'), 200);
  expect(await stopApp(shop.app)).toEqual({ code: 0, signal: null });
  rmSync(folder, { recursive: true });
}, 120_000);
