import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createInProcessProvider } from '../chaos/run/provider.ts';
import { addProduct, createClient, placeOrder } from './client.ts';
import { createTestDatabase, postgresAvailable, type TestDatabase } from './postgres.ts';
import { type App, killAllApps, startApp } from './processes.ts';
import { tokenFor } from './tokens.ts';

const processes = 8;
const declinesMax = 5;

describe.skipIf(!(await postgresAvailable()))('Card testing', () => {
  let database: TestDatabase;
  let apps: readonly App[];

  beforeAll(async () => {
    database = await createTestDatabase();
    const env = { DECLINES_MAX: String(declinesMax) };
    const first = await startApp({ databaseUrl: database.url, env });
    const others = Array.from({ length: processes - 1 }, () =>
      startApp({ databaseUrl: database.url, role: 'checkout', env }),
    );
    apps = [first, ...(await Promise.all(others))];
  }, 120_000);
  afterAll(async () => {
    await killAllApps();
    await database.drop();
  });

  test('Eight processes that try cards for one order charge no more than the limit', async () => {
    const url = apps[0]?.url ?? '';
    const operator = createClient(url, await tokenFor('op@shop.test', 'operator'));
    const token = await tokenFor('lan@shop.test');
    const customer = createClient(url, token);
    const orderId = await placeOrder(customer, await addProduct(operator, { code: 'TESTED' }));

    /**
     * Tries one card after another, until the limit is reached, however many attempts find the order in progress. Returns
     * the status of each attempt.
     */
    const tryCards = async (app: App): Promise<readonly number[]> => {
      const client = createClient(app.url, token);
      const statuses: number[] = [];
      while (statuses.at(-1) !== 429)
        statuses.push(
          (await client.checkOut(crypto.randomUUID(), [orderId], 'pm_card_chargeDeclined')).status,
        );
      return statuses;
    };
    const attempts = await Promise.all(apps.map(tryCards));
    const all = attempts.flat();
    expect(all.filter((status) => ![402, 409, 429].includes(status))).toEqual([]);
    expect(all.filter((status) => status === 402)).toHaveLength(declinesMax);

    const provider = createInProcessProvider(database.url);
    expect((await provider.readRecords()).charges).toHaveLength(declinesMax);
    // A good card is refused, too, and reaches no provider.
    for (const app of apps) {
      const reply = await createClient(app.url, token).checkOut(
        crypto.randomUUID(),
        [orderId],
        'pm_card_visa',
      );
      expect(reply.status).toBe(429);
    }
    expect((await provider.readRecords()).charges).toHaveLength(declinesMax);
  }, 120_000);
});
