import { expect, test } from 'bun:test';
import { renderOrderDetail } from '../../api/render/order.ts';
import { createFixture } from '../contracts/fixture.ts';
import { createMemoryStore } from '../model/store.ts';
import { createTestWorld } from '../world.ts';

test('An order whose history is archived says so, and one whose history is here has no such field', async () => {
  const world = createTestWorld();
  const store = createMemoryStore(world);
  const fixture = createFixture(store, world);
  const { id } = await fixture.placeOrder(await fixture.createProduct());
  const order = await fixture.findOrder(id);
  expect(renderOrderDetail(order)).not.toHaveProperty('historyArchived');
  expect(renderOrderDetail({ ...order, history: [], historyArchived: true })).toMatchObject({
    history: [],
    historyArchived: true,
  });
});
