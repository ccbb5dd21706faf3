import { afterEach, expect, test } from 'bun:test';
import { type SinkOptions, type SmtpSink, startSmtpSink } from '../smtp/sink.ts';
import {
  addProduct,
  type Client,
  createClient,
  expectStatus,
  itemsOf,
  placeOrder,
  valueAt,
  waitForStatus,
} from './client.ts';
import { databases } from './databases.ts';
import { type App, killAllApps, startApp, stopApp } from './processes.ts';
import { freePort } from './server.ts';
import { createTestFile } from './sqlite.ts';
import { tokenFor } from './tokens.ts';

afterEach(killAllApps);

const env = (smtpUrl: string) => ({ SMTP_URL: smtpUrl, MAILS_MAX: '5', QUEUE_POLL_MS: '50' });
const operatorOf = async ({ url }: App) => createClient(url, await tokenFor('op@shop.test', 'operator'));

/** Pays `count` orders, each in a checkout of its own. Returns when they are completed: their mails are left. */
const payMany = async (app: App, count: number): Promise<void> => {
  const customer = createClient(app.url, await tokenFor('an@shop.test'));
  const productId = await addProduct(await operatorOf(app), { code: 'KEY', type: 'digital' });
  for (let number = 0; number < count; number++) {
    const orderId = await placeOrder(customer, productId);
    expectStatus(await customer.checkOut(crypto.randomUUID(), [orderId], 'pm_card_visa'), 202);
    await waitForStatus(customer, orderId, 'completed');
  }
};

const waitForQueue = async (client: Client, isThere: (queue: unknown) => boolean): Promise<unknown> => {
  for (;;) {
    const { body } = await client.get('/queue');
    if (isThere(body)) return body;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

const totalOf = (queue: unknown, state: string) => valueAt(valueAt(queue, 'totals'), state);
const isEmpty = (queue: unknown) =>
  ['ready', 'running', 'waiting', 'paused', 'failed'].every((state) => totalOf(queue, state) === 0);
const messageIdsOf = ({ mails }: SmtpSink) => mails.map(({ messageId }) => messageId);
const countOf = (text: string, part: string) => text.split(part).length - 1;
const [begun, over] = ['a step is paused', 'a step goes on'];

type Fault = readonly [name: string, sink: SinkOptions, change: (url: string) => string, reason: string];

const withLogin = (password: string) => (url: string) => url.replace('://', `://shop:${password}@`);
const faults: readonly Fault[] = [
  [
    'refuses our password',
    { auth: { user: 'shop', password: 's3cret' } },
    withLogin('wr0ng'),
    'refused the login',
  ],
  [
    'has a certificate that nobody trusts',
    { startTls: true },
    (url) => url,
    'the certificate of the mail server is not trusted',
  ],
  ['refuses every connection with 421', { connectionsMax: 0 }, (url) => url, '421'],
];

test.each(faults)(
  'A mail server that %s pauses mails and fails none, and each is sent once after the repair',
  async (_, options, change, reason) => {
    const database = await createTestFile();
    const broken = await startSmtpSink(options);
    const app = await startApp({ databaseUrl: database.url, env: env(change(broken.url)) });
    await payMany(app, 10);
    const operator = await operatorOf(app);
    const queue = await waitForQueue(operator, (each) => totalOf(each, 'paused') === 10);
    expect(queue).toMatchObject({
      pauses: [{ pipeline: 'digital', step: 'notify_customer', origin: 'fault' }],
      totals: { failed: 0, waiting: 0 },
    });
    expect(JSON.stringify(queue)).toContain(reason);
    for (const task of itemsOf(await operator.get('/queue/tasks')))
      expect(task).toMatchObject({ attempts: 0 });
    await stopApp(app);
    expect(countOf(app.output(), begun)).toBe(1);
    expect(app.output()).not.toContain('wr0ng');
    await broken.close();

    const sink = await startSmtpSink();
    const repaired = await startApp({ databaseUrl: database.url, env: env(sink.url) });
    await waitForQueue(await operatorOf(repaired), isEmpty);
    expect(new Set(messageIdsOf(sink)).size).toBe(10);
    expect(sink.mails).toHaveLength(10);
    expect(countOf(repaired.output(), over)).toBe(1);
    await stopApp(repaired);
    await sink.close();
    await database.drop();
  },
  180_000,
);

test.each(databases)(
  'Two workers on %s that find no mail server say so once, and send each mail once when it is there',
  async (_, createDatabase) => {
    const database = await createDatabase();
    const port = await freePort();
    const settings = env(`smtp://127.0.0.1:${port}`);
    const app = await startApp({ databaseUrl: database.url, env: settings });
    const other = await startApp({ databaseUrl: database.url, env: settings, role: 'worker' });
    await payMany(app, 12);
    const operator = await operatorOf(app);
    await waitForQueue(operator, (queue) => totalOf(queue, 'paused') === 12);
    const sink = await startSmtpSink({ port });
    await waitForQueue(operator, isEmpty);
    expect(new Set(messageIdsOf(sink)).size).toBe(12);
    expect(sink.mails).toHaveLength(12);
    await Promise.all([stopApp(app), stopApp(other)]);
    const output = app.output() + other.output();
    expect([countOf(output, begun), countOf(output, over)]).toEqual([1, 1]);
    await sink.close();
    await database.drop();
  },
  180_000,
);

test('A relay that takes only some mails at a time delays mails, and a refused mail fails alone', async () => {
  const database = await createTestFile();
  const sink = await startSmtpSink();
  const limited = { at: 'rcpt', code: 450, text: '4.7.1 too many messages from you' } as const;
  const refused = { at: 'rcpt', code: 550, text: '5.1.1 no such mailbox' } as const;
  sink.behave([...Array(5).fill('accept'), refused, ...Array(3).fill(limited)]);
  const app = await startApp({ databaseUrl: database.url, env: env(sink.url) });
  await payMany(app, 20);
  const operator = await operatorOf(app);
  const queue = await waitForQueue(
    operator,
    (each) => totalOf(each, 'failed') === 1 && sink.mails.length === 19,
  );
  expect(totalOf(queue, 'waiting')).toBe(0);
  const [failed] = itemsOf(await operator.get('/queue/tasks?state=failed'));
  expect(failed).toMatchObject({ attempts: 1, lastError: expect.stringContaining('550 5.1.1') });
  expect(new Set(messageIdsOf(sink)).size).toBe(19);
  await stopApp(app);
  await sink.close();
  await database.drop();
}, 180_000);
