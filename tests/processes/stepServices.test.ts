import { afterEach, expect, test } from 'bun:test';
import type { ServerResponse } from 'node:http';
import { startCarrier } from '../../docs/examples/carrier.ts';
import { startHttpService } from '../services/httpService.ts';
import {
  addProduct,
  createClient,
  expectStatus,
  placeOrder,
  textAt,
  valueAt,
  waitForStatus,
} from './client.ts';
import { databases } from './databases.ts';
import { killAllApps, startApp, stopApp } from './processes.ts';
import { createTestFile } from './sqlite.ts';
import { tokenFor } from './tokens.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const env = (url: string) => ({
  SHIPMENT_SERVICE_URL: url,
  SERVICE_SECRET: secret,
  QUEUE_POLL_MS: '50',
  // Longer than a busy machine may stop a process, which would lose its lease and send once more.
  QUEUE_LEASE_MS: '5000',
});

afterEach(killAllApps);

const statesOf = (order: unknown): readonly unknown[] => {
  const history = valueAt(order, 'history');
  return Array.isArray(history) ? history.map((row) => valueAt(row, 'state')) : [];
};

test('The example of a carrier takes the shipment of an order, and the order shows how to follow it', async () => {
  const carrier = startCarrier(secret, 0);
  const database = await createTestFile();
  const url = new URL('/shipments', carrier.url).href;
  const app = await startApp({ databaseUrl: database.url, env: env(url) });
  const operator = createClient(app.url, await tokenFor('op@shop.test', 'operator'));
  const customer = createClient(app.url, await tokenFor('an@shop.test'));
  const orderId = await placeOrder(customer, await addProduct(operator, { code: 'GOODS' }));
  expectStatus(await customer.checkOut(crypto.randomUUID(), [orderId], 'pm_card_visa'), 202);
  const { body } = await waitForStatus(customer, orderId, 'completed');
  const shipment = { reference: 'VN-000001', url: 'https://carrier.example/track/VN-000001' };
  expect(valueAt(body, 'shipment')).toEqual(shipment);
  expect(statesOf(body)).toEqual(expect.arrayContaining(['invoiced', 'shipment_requested', 'completed']));

  const tooMany = await placeOrder(customer, await addProduct(operator, { code: 'GRAVEL' }), 1_001);
  expectStatus(await customer.checkOut(crypto.randomUUID(), [tooMany], 'pm_card_visa'), 202);
  await waitForStatus(customer, tooMany, 'failed');
  const tasks = await operator.get(`/queue/tasks?orderId=${tooMany}`);
  expect(textAt(tasks, 'items', '0', 'lastError')).toBe(
    'the carrier answered 422: more than 1,000 units need a truck',
  );
  expect(await stopApp(app)).toEqual({ code: 0, signal: null });
  await carrier.stop(true);
  await database.drop();
}, 120_000);

test('The example of a carrier refuses a wrong signature, and repeats its answer under a key', async () => {
  const carrier = startCarrier(secret, 0);
  const { createStepServices } = await import('../../adapters/services/stepServices.ts');
  const { createSystemWorld } = await import('../../adapters/system/system.ts');
  const call = (signedWith: string, key: string, body: string) =>
    createStepServices(createSystemWorld(), {
      urls: { carrier: new URL('/shipments', carrier.url).href },
      secret: signedWith,
    }).call({ service: 'carrier', key, body });
  const body = '{"orders":[]}';
  const other = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
  expect(await call(other, 'a', body)).toMatchObject({ kind: 'rejected' });
  const first = await call(secret, 'a', body);
  expect(first).toMatchObject({ kind: 'done', reference: { reference: 'VN-000001' } });
  expect(await call(secret, 'a', body)).toEqual(first);
  expect(await call(secret, 'b', body)).toMatchObject({ reference: { reference: 'VN-000002' } });
  expect(await call(secret, 'a', '{"orders":[{}]}')).toMatchObject({ kind: 'rejected' });
  await carrier.stop(true);
});

test.each(databases)(
  'Two groups of a checkout on %s have one invoice of a service, although their worker is killed',
  async (_, createDatabase) => {
    const invoices = new Map<string, string>();
    let isHeld = true;
    const service = await startHttpService((response, { headers }) => {
      const key = String(headers['idempotency-key']);
      const number = invoices.get(key) ?? `INV-${invoices.size + 1}`;
      invoices.set(key, number);
      // The first answers are lost with their worker.
      if (!isHeld) response.writeHead(200).end(JSON.stringify({ reference: number }));
    });
    const database = await createDatabase();
    const { SHIPMENT_SERVICE_URL: url, ...settings } = env(service.url);
    const start = () =>
      startApp({ databaseUrl: database.url, env: { ...settings, INVOICE_SERVICE_URL: url } });
    const first = await start();
    const token = await tokenFor('an@shop.test');
    const operator = createClient(first.url, await tokenFor('op@shop.test', 'operator'));
    const customer = createClient(first.url, token);
    const orderIds = [
      await placeOrder(customer, await addProduct(operator, { code: 'GOODS' })),
      await placeOrder(customer, await addProduct(operator, { code: 'LESSON', type: 'service' })),
    ];
    expectStatus(await customer.checkOut(crypto.randomUUID(), orderIds, 'pm_card_visa'), 202);
    await service.received(1);
    await stopApp(first, 'SIGKILL');
    isHeld = false;

    const second = await start();
    for (const orderId of orderIds) {
      const { body } = await waitForStatus(createClient(second.url, token), orderId, 'completed');
      expect(valueAt(body, 'invoice')).toMatchObject({ number: 'INV-1', url: null });
    }
    expect([...invoices.values()]).toEqual(['INV-1']);
    expect(new Set(service.requests.map(({ body }) => body)).size).toBe(1);
    await stopApp(second);
    await service.stop();
    await database.drop();
  },
  120_000,
);

test.each(databases)(
  'A worker on %s that is killed while a service works is followed by the same request',
  async (_, createDatabase) => {
    const held: ServerResponse[] = [];
    const service = await startHttpService((response) => {
      if (held.push(response) > 1) response.writeHead(200).end('{"reference":"VN-7"}');
    });
    const database = await createDatabase();
    const start = () => startApp({ databaseUrl: database.url, env: env(service.url) });
    const first = await start();
    const token = await tokenFor('an@shop.test');
    const operator = createClient(first.url, await tokenFor('op@shop.test', 'operator'));
    const customer = createClient(first.url, token);
    const orderId = await placeOrder(customer, await addProduct(operator, { code: 'GOODS' }));
    expectStatus(await customer.checkOut(crypto.randomUUID(), [orderId], 'pm_card_visa'), 202);
    await service.received(1);
    await stopApp(first, 'SIGKILL');

    const second = await start();
    const { body } = await waitForStatus(createClient(second.url, token), orderId, 'completed');
    expect(valueAt(body, 'shipment')).toEqual({ reference: 'VN-7', url: null });
    expect(statesOf(body).filter((state) => state === 'shipment_requested')).toHaveLength(1);
    const [sent, repeated] = service.requests;
    expect(service.requests).toHaveLength(2);
    expect(repeated?.body).toBe(String(sent?.body));
    expect(JSON.parse(String(sent?.body))).toMatchObject({ orders: [{ id: orderId }] });
    for (const name of ['idempotency-key', 'webhook-id'])
      expect(repeated?.headers[name]).toBe(String(sent?.headers[name]));
    await stopApp(second);
    await service.stop();
    await database.drop();
  },
  120_000,
);
