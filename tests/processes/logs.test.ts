import { afterEach, describe, expect, test } from 'bun:test';
import { openDatabase } from '../chaos/run/database.ts';
import { startSmtpSink } from '../smtp/sink.ts';
import { addProduct, createClient, expectStatus, placeOrder, textAt } from './client.ts';
import { databases } from './databases.ts';
import { createTestDatabase, postgresAvailable } from './postgres.ts';
import { type App, killAllApps, startApp, stopApp } from './processes.ts';
import { secret, tokenFor } from './tokens.ts';

afterEach(killAllApps);

type Line = Readonly<Record<string, unknown>>;

const linesOf = ({ output }: App): readonly Line[] =>
  output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));

const linesWith = (app: App, message: string): readonly Line[] =>
  linesOf(app).filter((line) => line.message === message);

describe.each(databases)('the log of a busy process on %s', (_, createDatabase) => {
  test('The log has a line for each request and each failure, and no secret, token or address', async () => {
    const database = await createDatabase();
    const sink = await startSmtpSink({ auth: { user: 'shop', password: 'hunter2' } });
    sink.behave(
      Array.from({ length: 3 }, () => ({
        at: 'rcpt' as const,
        code: 550,
        text: '5.1.1 <lan@shop.test>: no such user here, lan@shop.test',
      })),
    );
    const app = await startApp({
      databaseUrl: database.url,
      env: {
        LOG_LEVEL: 'debug',
        SLOW_MS: '1',
        SMTP_URL: sink.url.replace('//', '//shop:hunter2@'),
        QUEUE_POLL_MS: '20',
      },
    });
    const [buyerToken, operatorToken] = [
      await tokenFor('lan@shop.test'),
      await tokenFor('op@shop.test', 'operator'),
    ];
    const [buyer, operator] = [createClient(app.url, buyerToken), createClient(app.url, operatorToken)];
    const productId = await addProduct(operator, { code: 'logged' });
    for (let index = 0; index < 3; index++) {
      const orderId = await placeOrder(buyer, productId);
      expectStatus(await buyer.checkOut(crypto.randomUUID(), [orderId], 'pm_card_visa'), 202);
    }
    const key = expectStatus(
      await operator.post('/keys', {
        name: 'lan@shop.test',
        permissions: ['orders:read'],
        expiresAt: '2099-01-01T00:00:00Z',
      }),
      201,
    );
    const serviceKey = textAt(key, 'key');
    expectStatus(await createClient(app.url, serviceKey).get('/orders?q=lan@shop.test'), 200);
    await createClient(app.url, serviceKey).post('/products', []);
    await createClient(app.url, `${serviceKey}x`).get('/orders');
    await createClient(app.url, `${buyerToken}x`).get('/orders');
    await buyer.get('/customers/lan@shop.test/export');
    await buyer.get(`/nothing/${buyerToken}?token=${buyerToken}&${encodeURIComponent(serviceKey)}=1`);
    await buyer.post('/orders', { productId: 'lan@shop.test' }, { 'x-request-id': serviceKey });
    await buyer.post('/session', { token: buyerToken });
    await app.waitForOutput('a task failed; it waits for an operator');
    await stopApp(app);

    const output = app.output();
    for (const each of [buyerToken, operatorToken, serviceKey, 'hunter2', secret])
      expect(output).not.toContain(each);
    for (const token of [buyerToken, operatorToken]) expect(output).not.toContain(token.split('.')[2] ?? '');
    expect(output).not.toMatch(/shop\.test|lan%40|op%40/);

    const paid = linesWith(app, 'request').filter(
      ({ route, method }) => route === '/checkouts' && method === 'POST',
    );
    expect(paid).toHaveLength(3);
    expect(paid[0]).toMatchObject({
      level: 'info',
      status: 202,
      ms: expect.any(Number),
      requestId: expect.stringMatching(/^[\w-]+$/),
      who: expect.stringMatching(/^sha256:/),
      query: [],
    });
    expect(linesWith(app, 'slow request').length).toBeGreaterThan(0);
    expect(linesWith(app, 'a task failed; it waits for an operator')[0]).toMatchObject({
      level: 'error',
      pipeline: 'physical',
      step: 'notify_customer',
      orders: 1,
      error: expect.stringContaining('550 5.1.1 <<address>>'),
    });
    await sink.close();
    await database.drop();
  });
});

describe.skipIf(!(await postgresAvailable()))('the log in an outage of PostgreSQL', () => {
  test('Many refused requests are one line with the words of the server, and no answer has these', async () => {
    const database = await createTestDatabase();
    const app = await startApp({ databaseUrl: database.url, role: 'checkout', env: { SLOW_MS: '300' } });
    const operator = createClient(app.url, await tokenFor('op@shop.test', 'operator'));
    const draft = {
      code: 'a',
      name: 'A',
      type: 'digital',
      price: { amount: 1, currency: 'VND' },
      stock: null,
    };
    expectStatus(await operator.post('/products', [draft]), 200);
    const admin = openDatabase(database.url);
    await admin.run(
      `create function full_disk() returns trigger language plpgsql as $$ begin perform pg_sleep(0.3); raise exception 'could not extend file' using errcode = '53100'; end $$`,
    );
    await admin.run(
      'create trigger full_disk before insert or update on product execute function full_disk()',
    );
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const { status, body } = await operator.post('/products', [draft]);
        expect(JSON.stringify(body)).not.toMatch(/53100|extend file/);
        return status;
      }),
    );
    expect(new Set(statuses)).toEqual(new Set([503]));
    await app.waitForOutput('request refused');
    await stopApp(app);
    expect(linesWith(app, 'request refused')).toMatchObject([
      { level: 'error', kind: 'unavailable', database: { code: '53100', message: 'could not extend file' } },
    ]);
    expect(linesWith(app, 'request').filter(({ status }) => status === 503)).toHaveLength(20);
    expect(linesWith(app, 'slow statement')).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        statement: expect.stringContaining('with draft as materialized'),
      }),
    );
    expect(linesWith(app, 'slow request')).not.toBeEmpty();
    await admin.close();
    await database.drop();
  });
});
