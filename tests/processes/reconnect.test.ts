import { afterEach, describe, expect, test } from 'bun:test';
import { openDatabase } from '../chaos/run/database.ts';
import { addProduct, clientOf, expectStatus, patiently, textAt, untilStatus } from './client.ts';
import { postgresAvailable, testDatabase } from './postgres.ts';
import { type App, killAllApps, startApp } from './processes.ts';
import { postgresServer } from './server.ts';
import { tokenFor } from './tokens.ts';

afterEach(killAllApps);

describe.skipIf(!(await postgresAvailable()))('a process whose connections to Postgres break', () => {
  const sellOne = async (app: App, code: string): Promise<void> => {
    const operator = clientOf(app.url, await tokenFor('op@shop.test', 'operator'));
    const customer = clientOf(app.url, await tokenFor('an@shop.test'));
    const productId = await addProduct(operator, { code });
    const order = () => customer.post('/orders', { productId, quantity: 1 });
    const orderId = textAt(expectStatus(await patiently(order), 201), 'id');
    const key = crypto.randomUUID();
    const pay = () => customer.checkOut(key, [orderId], 'pm_card_visa');
    expectStatus(await patiently(pay), 202);
    await untilStatus(customer, orderId, 'completed');
  };

  // A charge that was sent into a dead connection is settled by the reconciler, soon.
  const env = { RECONCILE_AFTER_MS: '500', PAYMENT_TIMEOUT_MS: '400' };

  test('sells on once all its backends were terminated', async () => {
    const { url, drop } = await testDatabase();
    const app = await startApp({ databaseUrl: url, env });
    await sellOne(app, 'BEFORE');
    const database = openDatabase(url);
    for (let round = 0; round < 3; round++) {
      await database.run(`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`);
      await app.ready();
      await sellOne(app, `AFTER${round}`);
    }
    await database.close();
    expect(app.output()).not.toContain('unhandled');
    await drop();
  }, 60_000);

  test.each(['stop', 'crash'] as const)(
    'sells on after a %s and a new start of the server',
    async (end) => {
      const server = await postgresServer({ fsync: true });
      const app = await startApp({ databaseUrl: server.url('postgres'), env });
      await sellOne(app, 'BEFORE');
      await server[end]();
      const stranger = clientOf(app.url, null);
      expectStatus(await stranger.get('/health/ready'), 503);
      expectStatus(await stranger.get('/health/live'), 200);
      const customer = clientOf(app.url, await tokenFor('an@shop.test'));
      expectStatus(await customer.get('/orders'), 503);
      await server.start();
      await app.ready();
      await sellOne(app, 'AFTER');
      await server.remove();
    },
    60_000,
  );
});
