import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { addProduct, type Client, clientOf, placeOrder, untilStatus } from './client.ts';
import { type App, killAllApps, startApp, stopApp } from './processes.ts';
import { testFile } from './sqlite.ts';
import { tokenFor } from './tokens.ts';

describe('processes on one file that are asked to stop', () => {
  let file: Awaited<ReturnType<typeof testFile>>;
  let apps: readonly App[];
  let productId: string;
  /** What was being paid for when they were asked. */
  const orderIds: string[] = [];
  const start = () => startApp({ databaseUrl: file.url, env: { RECONCILE_AFTER_MS: '1000' } });
  const customerOf = async (app: App): Promise<Client> => clientOf(app.url, await tokenFor('an@shop.test'));

  beforeAll(async () => {
    file = await testFile();
    apps = await Promise.all([start(), start()]);
    const operator = clientOf(apps[0]?.url ?? '', await tokenFor('op@shop.test', 'operator'));
    productId = await addProduct(operator, { code: 'SIGNAL' });
  }, 30_000);
  afterAll(async () => {
    await killAllApps();
    await file.drop();
  });

  /** A checkout whose charge takes two seconds at one of them, once its claim is to be seen. */
  const payingSlowly = async (which: number) => {
    const app = apps[which];
    if (app === undefined) throw new Error('it was not started');
    const customer = await customerOf(app);
    const orderId = await placeOrder(customer, productId);
    orderIds.push(orderId);
    const answer = customer.checkOut(crypto.randomUUID(), [orderId], 'pm_sim_slow');
    answer.catch(() => {});
    await untilStatus(customer, orderId, 'paying');
    return { app, answer };
  };

  describe.concurrent('each', () => {
    test('answers the checkout under way', async () => {
      const { app, answer } = await payingSlowly(0);
      const ending = stopApp(app, 'SIGINT');
      expect((await answer).status).toBe(202);
      expect(await ending).toEqual({ code: 0, signal: null });
    }, 30_000);

    test('is forced by a second signal', async () => {
      const { app, answer } = await payingSlowly(1);
      app.kill('SIGTERM');
      // Two signals that are both on their way are one.
      await app.says('stopping');
      app.kill('SIGTERM');
      expect((await app.stopped).code).not.toBe(0);
      await expect(answer).rejects.toThrow();
    }, 30_000);
  });

  test('lose nothing: the next start settles what was open, and does every task', async () => {
    const customer = await customerOf(await start());
    expect(orderIds).toHaveLength(2);
    for (const orderId of orderIds) await untilStatus(customer, orderId, 'completed');
  }, 30_000);
});
