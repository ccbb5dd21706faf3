import { afterEach, expect, test } from 'bun:test';
import { addProduct, clientOf, expectStatus, placeOrder, untilStatus } from './client.ts';
import { databases } from './databases.ts';
import { killAllApps, startApp, stopApp } from './processes.ts';
import { tokenFor } from './tokens.ts';

afterEach(killAllApps);

test.each(databases)(
  'Deno sells from %s',
  async (_, fresh) => {
    const database = await fresh();
    const app = await startApp({ runtime: 'deno', databaseUrl: database.url });
    const operator = clientOf(app.url, await tokenFor('op@shop.test', 'operator'));
    const customer = clientOf(app.url, await tokenFor('an@shop.test'));
    const orderId = await placeOrder(customer, await addProduct(operator, { code: 'DENO' }));
    expectStatus(await customer.checkOut(crypto.randomUUID(), [orderId], 'pm_card_visa'), 202);
    await untilStatus(customer, orderId, 'completed');
    expect(await stopApp(app)).toEqual({ code: 0, signal: null });
    await database.drop();
  },
  30_000,
);
