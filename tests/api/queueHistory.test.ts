import { expect, test } from 'bun:test';
import { codeOf, expectStatus, pageOf } from './reply.ts';
import { createTestApi } from './testApi.ts';

test('GET /queue/history has the last hour by ten seconds, and needs a permission', async () => {
  const api = createTestApi();
  const lan = api.customer('lan');
  expectStatus(await lan.checkOut([await lan.order(await api.product())]), 202);
  api.world.clock.set(Date.UTC(2026, 2, 1, 9, 0, 15));
  await api.store.queue.recordHistory(api.world.clock.nowMs());
  const { items } = await pageOf(api.operator.get('/queue/history'));
  expect(items).toHaveLength(360);
  expect(items[0]).toEqual({ at: '2026-03-01T08:00:10.000Z', finished: [], ready: null });
  expect(items.at(-1)).toEqual({ at: '2026-03-01T09:00:00.000Z', finished: [], ready: 1 });
  expect(codeOf(await lan.get('/queue/history'))).toBe('403 forbidden');
});
