import { afterAll, describe, expect, test } from 'bun:test';
import { addProduct, type Client, clientOf, placeOrder, untilStatus } from './client.ts';
import { type App, killAllApps, startApp, stopApp } from './processes.ts';
import { testFile } from './sqlite.ts';
import { tokenFor } from './tokens.ts';

describe.concurrent('a process that is asked to stop', () => {
  const drops: (() => Promise<void>)[] = [];
  afterAll(async () => {
    await killAllApps();
    for (const drop of drops) await drop();
  });

  const openShop = async (env: Readonly<Record<string, string>> = {}) => {
    const file = await testFile();
    drops.push(file.drop);
    const start = () => startApp({ databaseUrl: file.url, env });
    const app = await start();
    const operator = clientOf(app.url, await tokenFor('op@shop.test', 'operator'));
    const productId = await addProduct(operator, { code: 'SIGNAL' });
    return { app, start, productId };
  };
  const customerOf = async (app: App): Promise<Client> => clientOf(app.url, await tokenFor('an@shop.test'));

  /** A checkout whose charge takes two seconds, once its claim is to be seen. */
  const payingSlowly = async (customer: Client, orderId: string) => {
    const answer = customer.checkOut(crypto.randomUUID(), [orderId], 'pm_sim_slow');
    answer.catch(() => {});
    await untilStatus(customer, orderId, 'paying');
    // In an object, since a promise that is returned would be waited for.
    return { answer };
  };

  test.each(['SIGINT', 'SIGTERM'] as const)(
    'answers the checkout under way on %s, and loses no task',
    async (signal) => {
      const { app, start, productId } = await openShop();
      const customer = await customerOf(app);
      const orderId = await placeOrder(customer, productId);
      const { answer } = await payingSlowly(customer, orderId);
      const ending = stopApp(app, signal);
      expect((await answer).status).toBe(202);
      expect(await ending).toEqual({ code: 0, signal: null });

      const again = await start();
      await untilStatus(await customerOf(again), orderId, 'completed');
    },
    30_000,
  );

  test('is forced by a second signal, and the next start settles what was open', async () => {
    const { app, start, productId } = await openShop({ RECONCILE_AFTER_MS: '1000' });
    const customer = await customerOf(app);
    const orderId = await placeOrder(customer, productId);
    const { answer } = await payingSlowly(customer, orderId);
    app.kill('SIGINT');
    // Two signals that are both on their way are one.
    await app.says('stopping');
    app.kill('SIGINT');
    expect((await app.stopped).code).not.toBe(0);
    await expect(answer).rejects.toThrow();

    const again = await start();
    await untilStatus(await customerOf(again), orderId, 'completed');
  }, 30_000);
});
