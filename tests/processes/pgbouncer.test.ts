import { afterEach, describe, expect, test } from 'bun:test';
import { addProduct, createClient, expectStatus, placeOrder, waitForStatus } from './client.ts';
import { pgbouncerAvailable, startPgbouncer } from './pgbouncer.ts';
import { createTestDatabase, postgresAvailable } from './postgres.ts';
import { killAllApps, startApp, stopApp } from './processes.ts';
import { tokenFor } from './tokens.ts';

afterEach(killAllApps);

describe.skipIf(!pgbouncerAvailable() || !(await postgresAvailable()))('the program behind PgBouncer', () => {
  test('Two processes migrate and complete orders through PgBouncer in transaction mode', async () => {
    const { url, drop } = await createTestDatabase({ empty: true });
    const pooler = await startPgbouncer(url);
    const env = { DATABASE_POOLING: 'transaction', QUEUE_POLL_MS: '50' };
    const [app, other] = await Promise.all(
      ['all', 'all'].map(() => startApp({ databaseUrl: pooler.url, env })),
    );
    if (app === undefined || other === undefined) throw new Error('a process is missing');
    const operator = createClient(app.url, await tokenFor('op@shop.test', 'operator'));
    const token = await tokenFor('an@shop.test');
    const [here, there] = [createClient(app.url, token), createClient(other.url, token)];
    const productId = await addProduct(operator, { code: 'POOLED' });
    const orderIds = await Promise.all(Array.from({ length: 40 }, () => placeOrder(here, productId)));
    await Promise.all(
      orderIds.map(async (orderId, index) => {
        const shop = index % 2 === 0 ? here : there;
        const reply = await shop.checkOut(crypto.randomUUID(), [orderId], 'pm_card_visa');
        if (reply.status !== 202) console.error(app.output(), other.output());
        expectStatus(reply, 202);
      }),
    );
    for (const orderId of orderIds) await waitForStatus(there, orderId, 'completed');
    expect(await stopApp(app)).toEqual({ code: 0, signal: null });
    expect(await stopApp(other)).toEqual({ code: 0, signal: null });
    await pooler.close();
    await drop();
  }, 120_000);
});
