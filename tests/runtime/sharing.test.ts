import { afterEach, describe, expect, test } from 'bun:test';
import { check } from './checker.ts';
import { addProduct, clientOf, placeOrder, textAt, untilStatus } from './client.ts';
import { databases } from './databases.ts';
import { diary } from './killing/diary.ts';
import { lookAround } from './killing/lookAround.ts';
import { withinMembers } from './killing/provider.ts';
import { killAllApps, startApp } from './processes.ts';
import { tokenFor } from './tokens.ts';

afterEach(killAllApps);

describe.each(databases)('processes that share %s', (_, fresh) => {
  test('charge once for a double click at two of them, and do each task once', async () => {
    const database = await fresh();
    const env = { QUEUE_POLL_MS: '50' };
    const [door, otherDoor] = await Promise.all(
      (['all', 'checkout', 'worker'] as const).map((role) =>
        startApp({ databaseUrl: database.url, role, env }),
      ),
    );
    if (door === undefined || otherDoor === undefined) throw new Error('there are no doors');
    const operator = clientOf(door.url, await tokenFor('op@shop.test', 'operator'));
    const token = await tokenFor('an@shop.test');
    const [here, there] = [clientOf(door.url, token), clientOf(otherDoor.url, token)];
    const productId = await addProduct(operator, { code: 'SHARED', stock: 100 });

    const carts = await Promise.all(
      Array.from({ length: 20 }, async () => ({
        key: crypto.randomUUID(),
        orderId: await placeOrder(here, productId),
      })),
    );
    const clicks = await Promise.all(
      carts.flatMap(({ key, orderId }) =>
        [here, there].map((shop) => shop.checkOut(key, [orderId], 'pm_card_visa')),
      ),
    );
    const accepted = clicks.filter(({ status }) => status === 202);
    expect(new Set(accepted.map((reply) => textAt(reply, 'checkoutId'))).size).toBe(carts.length);
    expect(clicks.every(({ status }) => status === 202 || status === 409)).toBe(true);
    for (const { orderId } of carts) await untilStatus(here, orderId, 'completed');

    const snapshot = await lookAround({
      databaseUrl: database.url,
      provider: withinMembers(database.url),
      policy: 'hold',
      operator,
      delivered: new Map([[productId, 100]]),
      spoken: diary().told,
      sinceMs: Date.now(),
    });
    expect(check(snapshot)).toEqual([]);
    expect(snapshot.charges.length).toBe(carts.length);
    expect(snapshot.products).toEqual([{ id: productId, delivered: 100, left: 80 }]);
    await database.drop();
  }, 30_000);
});
