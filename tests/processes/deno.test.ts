import { afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { addProduct, createClient, expectStatus, placeOrder, waitForStatus } from './client.ts';
import { databases } from './databases.ts';
import { deno, killAllApps, startApp, stopApp } from './processes.ts';
import { tokenFor } from './tokens.ts';

afterEach(killAllApps);

describe('the parts of the program in Deno', () => {
  let outputs = new Map<string, readonly string[]>();
  beforeAll(async () => {
    const script = fileURLToPath(new URL('../onDeno.ts', import.meta.url));
    const run = promisify(execFile)(deno, ['run', '--allow-all', script], { timeout: 60_000 });
    const parts = (await run).stdout.split(/^# /m).slice(1);
    outputs = new Map(
      parts.map((part) => {
        const [title = '', ...lines] = part.trim().split('\n');
        return [title, lines];
      }),
    );
  }, 120_000);

  test('The API in Deno pays an order, serves its docs and stops cleanly', () => {
    expect(outputs.get('api')).toEqual([
      'handled: 202 succeeded',
      'handled: 200',
      'handled: 400',
      'handled: 204',
      'handled: 405 method_not_allowed',
      'served: 202 succeeded true',
      'served: 413 body_too_large',
      'served: 200 text/css; charset=utf-8',
      'served: 3.1.0',
      'stopped',
    ]);
  });

  test('The Stripe adapter in Deno uses the fetch and the cryptography of Deno', () => {
    expect(outputs.get('payment')).toEqual([
      'charged: succeeded',
      'declined: declined',
      'lost: succeeded',
      'cancelled: cancelled',
      'refunded: succeeded',
      'event: true false',
      'server stopped: unavailable',
    ]);
  });

  test('Webhooks in Deno go to checked addresses alone, as in Bun', () => {
    const refused = 'the URL is refused: Its host has a private address, and events are sent to public ones';
    expect(outputs.get('webhooks')?.map((line) => line.replace(/\. Whoever.*/, ''))).toEqual([
      'delivered',
      'the receiver cannot be reached (ERR_TLS_CERT_ALTNAME_INVALID)',
      'the receiver answered 302: redirects are not followed, so give the endpoint the new URL',
      refused,
      refused,
      '1 received',
      'no answer within 10 s',
    ]);
  });

  test('Step services in Deno are called as in Bun', () => {
    expect(outputs.get('step services')).toEqual([
      'done VN-7',
      'deferred: the carrier answered 302: no truck',
      'rejected: the carrier answered 422: no truck',
      'unavailable: the carrier answered 503: no truck',
      'unavailable: the carrier did not answer within 10 s',
      'unavailable: the carrier cannot be reached',
    ]);
  });
});

test.each(databases)(
  'The program in Deno completes an order on %s',
  async (_, createDatabase) => {
    const database = await createDatabase();
    const app = await startApp({ runtime: 'deno', databaseUrl: database.url });
    const operator = createClient(app.url, await tokenFor('op@shop.test', 'operator'));
    const customer = createClient(app.url, await tokenFor('an@shop.test'));
    const orderId = await placeOrder(customer, await addProduct(operator, { code: 'DENO' }));
    expectStatus(await customer.checkOut(crypto.randomUUID(), [orderId], 'pm_card_visa'), 202);
    await waitForStatus(customer, orderId, 'completed');
    expect(await stopApp(app)).toEqual({ code: 0, signal: null });
    await database.drop();
  },
  120_000,
);
