import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { check } from '../chaos/checker.ts';
import { type Database, openDatabase } from '../chaos/run/database.ts';
import { withinMembers } from '../chaos/run/provider.ts';
import { diary } from '../chaos/run/recordClientLog.ts';
import { lookAround } from '../chaos/run/takeSnapshot.ts';
import { addProduct, type Client, clientOf, placeOrder, textAt, untilStatus } from './client.ts';
import { databases } from './databases.ts';
import { type App, killAllApps, startApp, stopApp } from './processes.ts';
import { tokenFor } from './tokens.ts';

describe.each(databases)('processes that share %s', (_, fresh) => {
  let database: Awaited<ReturnType<typeof fresh>>;
  let apps: { readonly all: App; readonly checkout: App; readonly worker: App };
  let onlooker: Database;
  let operator: Client;
  let productId: string;
  const customerOf = async (app: App): Promise<Client> => clientOf(app.url, await tokenFor('an@shop.test'));

  beforeAll(async () => {
    database = await fresh();
    const env = { QUEUE_POLL_MS: '50', RECONCILE_AFTER_MS: '1000' };
    const start = (role: keyof typeof apps) => startApp({ databaseUrl: database.url, role, env });
    const [all, checkout, worker] = await Promise.all([start('all'), start('checkout'), start('worker')]);
    onlooker = openDatabase(database.url);
    apps = { all, checkout, worker };
    operator = clientOf(all.url, await tokenFor('op@shop.test', 'operator'));
    productId = await addProduct(operator, { code: 'SHARED', stock: 100 });
  }, 30_000);
  afterAll(async () => {
    await onlooker.close();
    await killAllApps();
    await database.drop();
  });

  test('charge once for a double click at two of them, and do each task once', async () => {
    const [here, there] = await Promise.all([customerOf(apps.all), customerOf(apps.checkout)]);
    const carts = await Promise.all(
      Array.from({ length: 20 }, async () => ({
        key: crypto.randomUUID(),
        orderId: await placeOrder(here, productId),
      })),
    );
    const clicks = await Promise.all(
      carts.flatMap(({ key, orderId }) =>
        [here, there].map((shop) => shop.checkOut(key, [orderId], 'pm_card_visa')),
      ),
    );
    const accepted = clicks.filter(({ status }) => status === 202);
    expect(new Set(accepted.map((reply) => textAt(reply, 'checkoutId'))).size).toBe(carts.length);
    expect(clicks.every(({ status }) => status === 202 || status === 409)).toBe(true);
    for (const { orderId } of carts) await untilStatus(here, orderId, 'completed');

    const snapshot = await lookAround({
      databaseUrl: database.url,
      provider: withinMembers(database.url),
      policy: 'hold',
      operator,
      delivered: new Map([[productId, 100]]),
      spoken: diary().told,
      sinceMs: Date.now(),
    });
    expect(check(snapshot)).toEqual([]);
    expect(snapshot.charges.length).toBe(carts.length);
    expect(snapshot.products).toEqual([{ id: productId, delivered: 100, left: 80 }]);
  }, 30_000);

  test('serve what their role says: a worker its health alone', async () => {
    const worker = clientOf(apps.worker.url, await tokenFor('op@shop.test', 'operator'));
    expect((await worker.get('/health/ready')).status).toBe(200);
    expect((await worker.get('/products')).status).toBe(404);
    expect((await worker.post('/orders', { productId, quantity: 1 })).status).toBe(404);
  });

  describe('that are asked to stop', () => {
    /** What was being paid for when they were asked. */
    const orderIds: string[] = [];

    /** Waits past the processes, since not each of them shows orders. */
    const untilIs = async (orderId: string, status: string): Promise<void> => {
      const row = 'select id from orders where id = $1 and status = $2';
      while ((await onlooker.run(row, [orderId, status])).length === 0) await sleep(20);
    };

    /** A checkout whose charge takes two seconds, once its claim is to be seen. */
    const payingSlowly = async (app: App) => {
      const customer = await customerOf(app);
      const orderId = await placeOrder(customer, productId);
      orderIds.push(orderId);
      const answer = customer.checkOut(crypto.randomUUID(), [orderId], 'pm_sim_slow');
      answer.catch(() => {});
      await untilIs(orderId, 'paying');
      return { app, answer };
    };

    describe.concurrent('each', () => {
      test('answers the checkout under way', async () => {
        const { app, answer } = await payingSlowly(apps.checkout);
        const ending = stopApp(app, 'SIGINT');
        expect((await answer).status).toBe(202);
        expect(await ending).toEqual({ code: 0, signal: null });
      }, 30_000);

      test('is forced by a second signal', async () => {
        const { app, answer } = await payingSlowly(apps.all);
        app.kill('SIGTERM');
        // Two signals that are both on their way are one.
        await app.says('stopping');
        app.kill('SIGTERM');
        expect((await app.stopped).code).not.toBe(0);
        await expect(answer).rejects.toThrow();
      }, 30_000);
    });

    test('lose nothing: the worker that is left settles what was open, and does every task', async () => {
      expect(orderIds).toHaveLength(2);
      for (const orderId of orderIds) await untilIs(orderId, 'completed');
    }, 30_000);
  });
});
