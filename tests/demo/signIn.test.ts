import { expect, test } from 'bun:test';
import { customer } from '../../demo/customers.ts';
import { writeHistory } from '../../demo/writeHistory.ts';
import { apiOver, pageOf, textAt, valueAt } from '../api/api.ts';
import { testWorld } from '../world.ts';

test('in demo mode a seeded customer signs in by address, and finds their own orders', async () => {
  const { call, store, world } = apiOver();
  const settings = { orders: 40, days: 10, stop: new AbortController().signal, onBatch: () => {} };
  await writeHistory(store, testWorld(world.clock.nowMs()), settings);

  const { id, contact } = customer(0);
  const asked = { email: contact.email, role: 'customer' };
  const token = textAt(await call('POST', '/demo/tokens', { body: asked }), 'token');
  const { items } = await pageOf(call('GET', '/orders', { token }));
  expect(items.length).toBeGreaterThan(0);
  expect(new Set(items.map((order) => valueAt(order, 'customerId')))).toEqual(new Set([id]));
});
