import { afterEach, describe, expect, test } from 'bun:test';
import { Agent, get, type IncomingMessage } from 'node:http';
import { addProduct, createClient, expectStatus, placeOrder, textAt } from './client.ts';
import { databases } from './databases.ts';
import { type App, killAllApps, type Runtime, startApp, stopApp, stopAtOnce } from './processes.ts';
import { createTestFile } from './sqlite.ts';
import { tokenFor } from './tokens.ts';

afterEach(killAllApps);

/** Longer than any test: what happens in the drain does not depend on time. */
const longDrain = '600000';
const runtimes: readonly Runtime[] = ['bun', 'deno'];

/** The status, the header `Connection` and the body of a response over a connection that its client keeps. */
const read = (app: App, path: string, agent: Agent): Promise<readonly [number, string, string]> =>
  new Promise((resolve, reject) => {
    const answered = (response: IncomingMessage) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () =>
        resolve([response.statusCode ?? 0, response.headers.connection ?? 'keep-alive', body]),
      );
    };
    get(`${app.url}${path}`, { agent }, answered).on('error', reject);
  });

describe.each(runtimes)('A process in %s that is asked to stop', (runtime) => {
  test('It is not ready and closes connections, but answers until the drain is over', async () => {
    const database = await createTestFile();
    const app = await startApp({ runtime, databaseUrl: database.url, env: { DRAIN_MS: longDrain } });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect(await read(app, '/health/ready', agent)).toEqual([200, 'keep-alive', '{"status":"ready"}']);
    app.kill('SIGTERM');
    await app.waitForOutput('stopping');
    const [status, connection, body] = await read(app, '/health/ready', agent);
    expect([status, connection]).toEqual([503, 'close']);
    expect(JSON.parse(body)).toMatchObject({ code: 'unavailable', missing: ['stopping'] });
    expect((await read(app, '/health/live', agent)).slice(0, 2)).toEqual([200, 'close']);
    expect((await read(app, '/products', agent)).slice(0, 2)).toEqual([200, 'close']);
    expect((await read(app, '/nothing', agent)).slice(0, 2)).toEqual([404, 'close']);
    agent.destroy();

    expect((await stopAtOnce(app)).code).toBe(1);
    await database.drop();
  }, 120_000);

  test('It ends by itself after the drain, and its port is closed then', async () => {
    const database = await createTestFile();
    const app = await startApp({ runtime, databaseUrl: database.url, env: { DRAIN_MS: '200' } });
    expect(await stopApp(app)).toEqual({ code: 0, signal: null });
    await expect(fetch(`${app.url}/health/live`)).rejects.toThrow();
    await database.drop();
  }, 120_000);
});

test.each(databases)(
  'A process that drains on %s still takes checkouts, and claims no tasks',
  async (_, createDatabase) => {
    const database = await createDatabase();
    // Without polls: one that is under way when the drain begins may still claim what comes after it.
    const env = { DRAIN_MS: longDrain, QUEUE_POLL_MS: '60000' };
    const app = await startApp({ databaseUrl: database.url, env });
    const operator = createClient(app.url, await tokenFor('op@shop.test', 'operator'));
    const customer = createClient(app.url, await tokenFor('an@shop.test'));
    const productId = await addProduct(operator, { code: 'DRAIN' });
    app.kill('SIGTERM');
    await app.waitForOutput('stopping');
    const orderId = await placeOrder(customer, productId);
    expectStatus(await customer.checkOut(crypto.randomUUID(), [orderId], 'pm_card_visa'), 202);
    // A worker would find the task at its hint.
    for (let reads = 0; reads < 50; reads++)
      expect(textAt(await customer.get(`/orders/${orderId}`), 'status')).toBe('paid');

    const next = await startApp({ databaseUrl: database.url });
    const customerOfNext = createClient(next.url, await tokenFor('an@shop.test'));
    while (textAt(await customerOfNext.get(`/orders/${orderId}`), 'status') !== 'completed');
    expect(await stopApp(next)).toEqual({ code: 0, signal: null });
    await stopAtOnce(app);
    await database.drop();
  },
  120_000,
);
