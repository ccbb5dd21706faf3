import { afterAll, afterEach, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { addProduct, clientOf, expectStatus, placeOrder, untilStatus } from './client.ts';
import { killAllApps, startApp, stopApp } from './processes.ts';
import { tinyDisk } from './tinyDisk.ts';
import { tokenFor } from './tokens.ts';

const disk = tinyDisk(16);

afterEach(killAllApps);
afterAll(() => disk?.remove());

describe.skipIf(disk === null)('a SQLite file on a disk that is full', () => {
  test('answers 503, loses nothing that was acknowledged, and goes on once there is room', async () => {
    if (disk === null) throw new Error('there is no disk');
    const databaseUrl = `sqlite:${join(disk.directory, 'shop.db')}`;
    const app = await startApp({ databaseUrl });
    const operator = clientOf(app.url, await tokenFor('op@shop.test', 'operator'));
    const customer = clientOf(app.url, await tokenFor('an@shop.test'));
    const productId = await addProduct(operator, { code: 'LAST' });

    const makeRoom = disk.fill();
    const placed: string[] = [];
    const refused = await (async () => {
      // What is already allotted to the file may still take some.
      for (;;) {
        const reply = await customer.post('/orders', { productId, quantity: 1 });
        if (reply.status !== 201) return reply;
        placed.push(String(Reflect.get(Object(reply.body), 'id')));
      }
    })();
    expectStatus(refused, 503);
    const key = crypto.randomUUID();
    const [orderId] = placed;
    if (orderId !== undefined) expectStatus(await customer.checkOut(key, [orderId], 'pm_card_visa'), 503);
    expectStatus(await customer.get('/orders?limit=1'), 200);

    makeRoom();
    const after = await placeOrder(customer, productId);
    expectStatus(await customer.checkOut(key, [after, ...placed.slice(0, 1)], 'pm_card_visa'), 202);
    await untilStatus(customer, after, 'completed');
    for (const id of placed) expectStatus(await customer.get(`/orders/${id}`), 200);
    expect(await stopApp(app)).toEqual({ code: 0, signal: null });
  }, 30_000);
});
