import { afterAll, afterEach, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import {
  addProduct,
  type Client,
  clientOf,
  expectStatus,
  placeOrder,
  textAt,
  untilStatus,
} from './client.ts';
import { killAllApps, launchApp, startApp, stopApp } from './processes.ts';
import { tinyDisk } from './tinyDisk.ts';
import { tokenFor } from './tokens.ts';

const disk = tinyDisk(16);
const databaseUrl = `sqlite:${join(disk?.directory ?? '', 'shop.db')}`;

afterEach(killAllApps);
afterAll(() => disk?.remove());

describe.skipIf(disk === null)('a SQLite file', () => {
  test('on a full disk answers 503, loses nothing that was acknowledged, and goes on once there is room', async () => {
    const app = await startApp({ databaseUrl });
    const operator = clientOf(app.url, await tokenFor('op@shop.test', 'operator'));
    const customer = clientOf(app.url, await tokenFor('an@shop.test'));
    const productId = await addProduct(operator, { code: 'LAST' });
    const before = await placeOrder(customer, productId);

    const makeRoom = disk?.fill();
    const { placed, refused } = await placeUntilRefused(customer, productId);
    expectStatus(refused, 503);
    const key = crypto.randomUUID();
    expectStatus(await customer.checkOut(key, [before], 'pm_card_visa'), 503);
    expectStatus(await customer.get('/orders?limit=1'), 200);

    makeRoom?.();
    expectStatus(await customer.checkOut(key, [before], 'pm_card_visa'), 202);
    await untilStatus(customer, before, 'completed');
    for (const id of placed) expectStatus(await customer.get(`/orders/${id}`), 200);
    expect(await stopApp(app)).toEqual({ code: 0, signal: null });
  }, 30_000);

  test('that can only be read refuses the start', async () => {
    disk?.protect();
    const app = await launchApp({ databaseUrl });
    expect(await app.stopped).toEqual({ code: 1, signal: null });
    expect(app.output()).toContain('shop.db');
  });
});

/** What is already allotted to the file still takes some. */
const placeUntilRefused = async (customer: Client, productId: string) => {
  const placed: string[] = [];
  for (;;) {
    const reply = await customer.post('/orders', { productId, quantity: 1 });
    if (reply.status !== 201) return { placed, refused: reply };
    placed.push(textAt(reply, 'id'));
  }
};
