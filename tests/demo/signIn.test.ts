import { expect, test } from 'bun:test';
import { customerAt } from '../../demo/customers.ts';
import { writeHistory } from '../../demo/writeHistory.ts';
import { pageOf, textAt, valueAt } from '../api/reply.ts';
import { createTestApi } from '../api/testApi.ts';
import { createTestWorld } from '../world.ts';

test('A seeded customer signs in with their address in demo mode, and finds their own orders', async () => {
  const { call, store, world } = createTestApi();
  const options = { orders: 40, days: 10, stop: new AbortController().signal, onBatch: () => {} };
  await writeHistory(store, createTestWorld(world.clock.nowMs()), options);

  const { id, contact } = customerAt(0);
  const body = { email: contact.email, role: 'customer' };
  const token = textAt(await call('POST', '/demo/tokens', { body }), 'token');
  const { items } = await pageOf(call('GET', '/orders', { token }));
  expect(items.length).toBeGreaterThan(0);
  expect(new Set(items.map((order) => valueAt(order, 'customerId')))).toEqual(new Set([id]));
});
