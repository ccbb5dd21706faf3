import { afterEach, describe, expect, test } from 'bun:test';
import { openDatabase } from '../chaos/run/database.ts';
import {
  addProduct,
  createClient,
  expectStatus,
  retryWhileUnavailable,
  textAt,
  waitForStatus,
} from './client.ts';
import { createTestDatabase, postgresAvailable } from './postgres.ts';
import { type App, killAllApps, startApp } from './processes.ts';
import { startPostgresServer } from './server.ts';
import { tokenFor } from './tokens.ts';

afterEach(killAllApps);

describe.skipIf(!(await postgresAvailable()))('broken connections to Postgres', () => {
  const completeOrder = async (app: App, code: string): Promise<void> => {
    const operator = createClient(app.url, await tokenFor('op@shop.test', 'operator'));
    const customer = createClient(app.url, await tokenFor('an@shop.test'));
    const productId = await addProduct(operator, { code });
    const place = () => customer.post('/orders', { productId, quantity: 1 });
    const orderId = textAt(expectStatus(await retryWhileUnavailable(place), 201), 'id');
    const key = crypto.randomUUID();
    const pay = () => customer.checkOut(key, [orderId], 'pm_card_visa');
    expectStatus(await retryWhileUnavailable(pay), 202);
    await waitForStatus(customer, orderId, 'completed');
  };

  // The payment recovery must soon finish a charge that was sent over a dead connection.
  const env = { RECONCILE_AFTER_MS: '500', PAYMENT_TIMEOUT_MS: '400' };

  test('A process completes orders again after all its backends were terminated', async () => {
    const { url, drop } = await createTestDatabase();
    const app = await startApp({ databaseUrl: url, env });
    await completeOrder(app, 'BEFORE');
    const database = openDatabase(url);
    for (let round = 0; round < 3; round++) {
      await database.run(`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`);
      await app.ready();
      await completeOrder(app, `AFTER${round}`);
    }
    await database.close();
    expect(app.output()).not.toContain('unhandled');
    await drop();
  }, 120_000);

  test.each(['stop', 'crash'] as const)(
    'A process completes orders again after a %s and a restart of the server',
    async (end) => {
      const server = await startPostgresServer({ fsync: true });
      const app = await startApp({ databaseUrl: server.url('postgres'), env });
      await completeOrder(app, 'BEFORE');
      await server[end]();
      const anonymous = createClient(app.url, null);
      await app.waitForOutput('the database cannot be used');
      // The answer to a probe may be a second old.
      while ((await anonymous.get('/health/ready')).status === 200) await Bun.sleep(50);
      expectStatus(await anonymous.get('/health/live'), 200);
      const customer = createClient(app.url, await tokenFor('an@shop.test'));
      expectStatus(await customer.get('/orders'), 503);
      await server.start();
      await app.ready();
      await completeOrder(app, 'AFTER');
      await server.remove();
    },
    120_000,
  );
});
