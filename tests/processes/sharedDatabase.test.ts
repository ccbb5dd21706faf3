import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { check } from '../chaos/checker.ts';
import { createClientLogRecorder } from '../chaos/run/clientLogRecorder.ts';
import { type Database, openDatabase } from '../chaos/run/database.ts';
import { createInProcessProvider } from '../chaos/run/provider.ts';
import { takeSnapshot } from '../chaos/run/takeSnapshot.ts';
import { addProduct, type Client, createClient, placeOrder, textAt, waitForStatus } from './client.ts';
import { databases } from './databases.ts';
import { type App, killAllApps, startApp, stopApp, stopAtOnce } from './processes.ts';
import { tokenFor } from './tokens.ts';

describe.each(databases)('processes that share %s', (_, createDatabase) => {
  let database: Awaited<ReturnType<typeof createDatabase>>;
  let apps: { readonly all: App; readonly checkout: App; readonly worker: App };
  let directDatabase: Database;
  let operator: Client;
  let productId: string;
  const createCustomer = async (app: App): Promise<Client> =>
    createClient(app.url, await tokenFor('an@shop.test'));

  beforeAll(async () => {
    database = await createDatabase();
    const env = { QUEUE_POLL_MS: '50', RECONCILE_AFTER_MS: '1000' };
    const start = (role: keyof typeof apps) => startApp({ databaseUrl: database.url, role, env });
    const [all, checkout, worker] = await Promise.all([start('all'), start('checkout'), start('worker')]);
    directDatabase = openDatabase(database.url);
    apps = { all, checkout, worker };
    operator = createClient(all.url, await tokenFor('op@shop.test', 'operator'));
    productId = await addProduct(operator, { code: 'SHARED', stock: 100 });
  }, 120_000);
  afterAll(async () => {
    await directDatabase.close();
    await killAllApps();
    await database.drop();
  });

  test('A double click at two processes is charged once, and each task is done once', async () => {
    const sinceMs = Date.now();
    const [here, there] = await Promise.all([createCustomer(apps.all), createCustomer(apps.checkout)]);
    const checkouts = await Promise.all(
      Array.from({ length: 20 }, async () => ({
        key: crypto.randomUUID(),
        orderId: await placeOrder(here, productId),
      })),
    );
    const replies = await Promise.all(
      checkouts.flatMap(({ key, orderId }) =>
        [here, there].map((client) => client.checkOut(key, [orderId], 'pm_card_visa')),
      ),
    );
    const accepted = replies.filter(({ status }) => status === 202);
    expect(new Set(accepted.map((reply) => textAt(reply, 'checkoutId'))).size).toBe(checkouts.length);
    expect(replies.every(({ status }) => status === 202 || status === 409)).toBe(true);
    for (const { orderId } of checkouts) await waitForStatus(here, orderId, 'completed');
    // Orders are completed before their mails are sent.
    while ((await directDatabase.run('select id from task')).length > 0) await sleep(20);

    const snapshot = await takeSnapshot({
      databaseUrl: database.url,
      provider: createInProcessProvider(database.url),
      operator,
      initialStocks: new Map([[productId, 100]]),
      pricedProductId: null,
      recordedLog: createClientLogRecorder().log,
      carried: null,
      triedMails: [],
      sinceMs,
    });
    expect(check(snapshot)).toEqual([]);
    expect(snapshot.charges.length).toBe(checkouts.length);
    expect(snapshot.products).toEqual([{ id: productId, initialStock: 100, stock: 80, delivered: 100 }]);
  }, 120_000);

  test('A worker serves only its health', async () => {
    const worker = createClient(apps.worker.url, await tokenFor('op@shop.test', 'operator'));
    expect((await worker.get('/health/ready')).status).toBe(200);
    expect((await worker.get('/products')).status).toBe(404);
    expect((await worker.post('/orders', { productId, quantity: 1 })).status).toBe(404);
  });

  describe('the stop of a process', () => {
    /** The orders that were `paying` when their process was stopped. */
    const orderIds: string[] = [];

    /** Reads the database directly, because not every role shows orders. */
    const waitForOrder = async (orderId: string, status: string): Promise<void> => {
      const row = 'select id from orders where id = $1 and status = $2';
      while ((await directDatabase.run(row, [orderId, status])).length === 0) await sleep(20);
    };

    /** Starts a checkout whose charge takes two seconds, and waits until its order is `paying`. */
    const startSlowCheckout = async (app: App) => {
      const customer = await createCustomer(app);
      const orderId = await placeOrder(customer, productId);
      orderIds.push(orderId);
      const reply = customer.checkOut(crypto.randomUUID(), [orderId], 'pm_sim_slow');
      reply.catch(() => {});
      await waitForOrder(orderId, 'paying');
      return { app, reply };
    };

    describe.concurrent('signals', () => {
      test('A process that is asked to stop finishes the checkout in progress', async () => {
        const { app, reply } = await startSlowCheckout(apps.checkout);
        const stopped = stopApp(app, 'SIGINT');
        expect((await reply).status).toBe(202);
        expect(await stopped).toEqual({ code: 0, signal: null });
      }, 120_000);

      test('A second signal stops a process at once', async () => {
        const { app, reply } = await startSlowCheckout(apps.all);
        app.kill('SIGTERM');
        await app.waitForOutput('stopping');
        expect((await stopAtOnce(app)).code).not.toBe(0);
        await expect(reply).rejects.toThrow();
      }, 120_000);
    });

    test('The remaining worker completes all orders of stopped processes', async () => {
      expect(orderIds).toHaveLength(2);
      for (const orderId of orderIds) await waitForOrder(orderId, 'completed');
    }, 120_000);
  });
});
