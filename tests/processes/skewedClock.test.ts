import { afterEach, describe, expect, test } from 'bun:test';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '../chaos/run/database.ts';
import {
  type Client,
  createClient,
  expectStatus,
  placeOrder,
  textAt,
  valueAt,
  waitForStatus,
} from './client.ts';
import { createTestDatabase, postgresAvailable } from './postgres.ts';
import { type App, killAllApps, startApp } from './processes.ts';
import { tokenFor } from './tokens.ts';

afterEach(killAllApps);

const preload = fileURLToPath(new URL('./skewedClock.ts', import.meta.url));

/** A worker whose clock is ahead of that of all other processes and of the database. */
const startSkewed = (databaseUrl: string, offsetMs: number, leaseMs: number): Promise<App> =>
  startApp({
    databaseUrl,
    role: 'worker',
    env: {
      BUN_OPTIONS: `--preload=${preload}`,
      CLOCK_OFFSET_MS: String(offsetMs),
      QUEUE_LEASE_MS: String(leaseMs),
      QUEUE_POLL_MS: '10',
    },
  });

describe.skipIf(!(await postgresAvailable()))('a worker whose clock is wrong', () => {
  const openShop = async (url: string) => {
    const app = await startApp({ databaseUrl: url, role: 'checkout' });
    const reader = await startApp({ databaseUrl: url, role: 'read' });
    const operator = createClient(app.url, await tokenFor('op@shop.test', 'operator'));
    expectStatus(await operator.post('/products', [draft]), 200);
    const listed = await createClient(reader.url, null).get('/products?q=skew');
    const productId = textAt(listed, 'items', '0', 'id');
    const buyer = createClient(app.url, await tokenFor('an@shop.test'));
    const pay = async (): Promise<string> => {
      const orderId = await placeOrder(buyer, productId);
      expectStatus(await buyer.checkOut(crypto.randomUUID(), [orderId], 'pm_card_visa'), 202);
      return orderId;
    };
    return { pay, reader: createClient(reader.url, await tokenFor('an@shop.test')) };
  };

  const timesOf = async (reader: Client, orderId: string): Promise<readonly string[]> => {
    const { body } = await reader.get(`/orders/${orderId}`);
    const history = valueAt(body, 'history');
    return Array.isArray(history) ? history.map((row) => String(valueAt(row, 'at'))) : [];
  };

  test('It says so and claims nothing if it is wrong by more than a quarter of a lease', async () => {
    const { url, drop } = await createTestDatabase();
    const { pay, reader } = await openShop(url);
    const skewed = await startSkewed(url, 20_000, 5_000);
    await skewed.waitForOutput('so this process claims no tasks: set it by NTP');
    const first = await pay();
    // A worker with a right clock would find the task within 10 ms.
    for (let reads = 0; reads < 50; reads++)
      expect(textAt(await reader.get(`/orders/${first}`), 'status')).toBe('paid');

    await startApp({ databaseUrl: url, role: 'worker', env: { QUEUE_LEASE_MS: '5000' } });
    const orderIds = [first, ...(await Promise.all(Array.from({ length: 10 }, pay)))];
    for (const orderId of orderIds) {
      await waitForStatus(reader, orderId, 'completed');
      const times = await timesOf(reader, orderId);
      expect(times).toEqual(times.toSorted());
    }
    const database = openDatabase(url);
    while (Number((await database.run('select count(*) as tasks from task'))[0]?.tasks) > 0);
    expect(await database.run('select count(*)::int as mails from captured_mail')).toEqual([{ mails: 11 }]);
    await database.close();
    await drop();
  }, 120_000);

  test('It says so and works if it is wrong by seconds and leases are long', async () => {
    const { url, drop } = await createTestDatabase();
    const { pay, reader } = await openShop(url);
    const skewed = await startSkewed(url, 3_000, 60_000);
    await skewed.waitForOutput("the clock of this machine differs from the database's: set it by NTP");
    await waitForStatus(reader, await pay(), 'completed');
    await drop();
  }, 120_000);
});

const draft = {
  code: 'SKEW',
  name: 'Đồng hồ',
  type: 'physical',
  price: { amount: 10_000, currency: 'VND' },
  stock: null,
};
