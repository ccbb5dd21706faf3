import { afterEach, describe, expect, test } from 'bun:test';
import { Webhook } from 'standardwebhooks';
import { answerWith, startReceiver, type TestReceiver } from '../webhooks/receivers.ts';
import { addProduct, createClient, expectStatus, placeOrder, textAt, valueAt } from './client.ts';
import { databases } from './databases.ts';
import { killAllApps, startApp } from './processes.ts';
import { tokenFor } from './tokens.ts';

const receivers: TestReceiver[] = [];
afterEach(async () => {
  await killAllApps();
  for (const receiver of receivers.splice(0)) await receiver.stop();
});

const open = async () => {
  const receiver = await startReceiver(answerWith(204));
  receivers.push(receiver);
  return { receiver, url: `http://127.0.0.1:${receiver.port}/hooks` };
};

const until = async (condition: () => Promise<boolean>): Promise<void> => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
};

describe.each(databases)('Webhooks on %s', (_, createDatabase) => {
  test('A new endpoint hears the orders that come after it, signed, and its deliveries say so', async () => {
    const database = await createDatabase();
    const { receiver, url } = await open();
    const env = { WEBHOOK_ALLOW_PRIVATE: '1', QUEUE_POLL_MS: '50' };
    const app = await startApp({ databaseUrl: database.url, env });
    const operator = createClient(app.url, await tokenFor('op@shop.test', 'operator'));
    const customer = createClient(app.url, await tokenFor('lan@shop.test'));
    const productId = await addProduct(operator, { code: 'hook' });
    await placeOrder(customer, productId);
    const body = { url, events: ['order.placed', 'order.paid'] };
    const made = expectStatus(await operator.post('/webhook-endpoints', body), 201);
    const path = `/webhook-endpoints/${textAt(made, 'id')}`;
    const orderId = await placeOrder(customer, productId);
    expectStatus(await customer.checkOut(crypto.randomUUID(), [orderId], 'pm_card_visa'), 202);
    await until(async () => receiver.received.length === 2);
    const webhook = new Webhook(textAt(made, 'secret'));
    const events = receiver.received.map(({ body: text, headers }) =>
      webhook.verify(text, headers as Record<string, string>),
    );
    expect(events).toMatchObject([
      { type: 'order.placed', subject: orderId, data: { order: { id: orderId, status: 'pending' } } },
      { type: 'order.paid', subject: orderId, data: { order: { id: orderId, status: 'paid' } } },
    ]);
    const delivered = async () =>
      valueAt((await operator.get(`${path}/deliveries?outcome=delivered`)).body, 'items') as unknown[];
    await until(async () => (await delivered()).length === 2);
    expect((await operator.get(path)).body).toMatchObject({
      backlog: { events: 0, more: false, oldestAt: null },
    });

    const eventId = valueAt(events[0], 'id');
    expectStatus(await operator.post(`${path}/deliveries/${eventId}/resend`, undefined), 202);
    expectStatus(await operator.post(`${path}/test`, undefined), 202);
    await until(async () => receiver.received.length === 4);
    const again = receiver.received.slice(2).map(({ body: text }) => JSON.parse(text));
    expect(again).toContainEqual(events[0]);
    expect(again).toContainEqual(expect.objectContaining({ type: 'test', data: { test: true } }));
    await database.drop();
  });
});

test('Without the setting, no endpoint is made on the own machine', async () => {
  const { receiver, url } = await open();
  const app = await startApp({ databaseUrl: 'sqlite::memory:' });
  const operator = createClient(app.url, await tokenFor('op@shop.test', 'operator'));
  for (const refused of [url, url.replace('http:', 'https:'), `https://localhost:${receiver.port}/`]) {
    const reply = await operator.post('/webhook-endpoints', { url: refused, events: ['order.placed'] });
    expect([reply.status, textAt(reply, 'code')]).toEqual([422, 'url_refused']);
    expect(textAt(reply, 'detail')).toContain('WEBHOOK_ALLOW_PRIVATE=1');
  }
  expect(receiver.connections()).toBe(0);
});
