import { afterAll, afterEach, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import {
  addProduct,
  type Client,
  createClient,
  expectStatus,
  placeOrder,
  textAt,
  waitForStatus,
} from './client.ts';
import { killAllApps, launchApp, startApp, stopApp } from './processes.ts';
import { mountTinyDisk } from './tinyDisk.ts';
import { tokenFor } from './tokens.ts';

const disk = mountTinyDisk(16);
const databaseUrl = `sqlite:${join(disk?.directory ?? '', 'shop.db')}`;

afterEach(killAllApps);
afterAll(() => disk?.remove());

describe.skipIf(disk === null)('a SQLite file on a small disk', () => {
  test('A full disk causes 503s, loses no acknowledged order, and works again once there is space', async () => {
    const app = await startApp({ databaseUrl });
    const operator = createClient(app.url, await tokenFor('op@shop.test', 'operator'));
    const customer = createClient(app.url, await tokenFor('an@shop.test'));
    const productId = await addProduct(operator, { code: 'LAST' });
    const firstOrderId = await placeOrder(customer, productId);

    const freeSpace = disk?.fill();
    const { placed, refused } = await placeUntilRefused(customer, productId);
    expectStatus(refused, 503);
    const key = crypto.randomUUID();
    expectStatus(await customer.checkOut(key, [firstOrderId], 'pm_card_visa'), 503);
    expectStatus(await customer.get('/orders?limit=1'), 200);
    await app.waitForOutput('the database cannot be used');
    expectStatus(await customer.get('/health/ready'), 503);

    freeSpace?.();
    await app.ready();
    expectStatus(await customer.checkOut(key, [firstOrderId], 'pm_card_visa'), 202);
    await waitForStatus(customer, firstOrderId, 'completed');
    for (const id of placed) expectStatus(await customer.get(`/orders/${id}`), 200);
    expect(await stopApp(app)).toEqual({ code: 0, signal: null });
  }, 120_000);

  test.each(['shop.db', 'new.db'])(
    'A start with %s on a full disk is refused and told to make room',
    async (name) => {
      const freeSpace = disk?.fill();
      const app = await launchApp({ databaseUrl: `sqlite:${join(disk?.directory ?? '', name)}` });
      expect(await app.stopped).toEqual({ code: 1, signal: null });
      expect(app.output()).toContain('make room on the disk');
      freeSpace?.();
    },
  );

  test('A read-only SQLite file prevents the start', async () => {
    disk?.makeReadOnly();
    const app = await launchApp({ databaseUrl });
    expect(await app.stopped).toEqual({ code: 1, signal: null });
    expect(app.output()).toContain('shop.db');
  });
});

/** On a full disk a few orders still fit into the pages that the file already has. */
const placeUntilRefused = async (customer: Client, productId: string) => {
  const placed: string[] = [];
  for (;;) {
    const reply = await customer.post('/orders', { productId, quantity: 1 });
    if (reply.status !== 201) return { placed, refused: reply };
    placed.push(textAt(reply, 'id'));
  }
};
