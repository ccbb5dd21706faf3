import { describe, expect, test } from 'bun:test';
import { pipelineFor } from '../../core/pipelines/index.ts';
import type { StepReport } from '../../core/queue.ts';
import { codeOf, expectStatus, pageOf, pathsOf, textAt, valueAt } from './reply.ts';
import { type Api, createTestApi } from './testApi.ts';

/** Pays for an order of a new product of this type and returns the order's id. */
const pay = async (api: Api, type: string): Promise<string> => {
  const lan = api.customer('lan');
  const orderId = await lan.order(await api.product({ type }));
  expectStatus(await lan.checkOut([orderId]), 202);
  return orderId;
};

/** Lets the task of a paid physical order fail at the step that sends the mail. */
const fail = (api: Api) => report(api, { kind: 'failed', error: '550 no such mailbox' });

/** Claims the task of a paid physical order, and reports the step that sends the mail. */
const report = async ({ store, world }: Api, outcome: StepReport['outcome']): Promise<string> => {
  const nowMs = world.clock.nowMs();
  const pipeline = pipelineFor('physical');
  const claimed = await store.queue.claim({
    pipeline,
    limit: 1,
    nowMs,
    leaseMs: 30_000,
    retryAtMs: () => nowMs,
  });
  const [lease] = claimed._unsafeUnwrap().leases;
  if (lease === undefined) throw new Error('no task was claimed');
  await store.queue.report([{ taskId: lease.taskId, lease: lease.lease, outcome }], nowMs);
  return lease.taskId;
};

describe('GET /queue', () => {
  test('GET /queue counts tasks by pipeline and state and shows the age of the oldest', async () => {
    const api = createTestApi();
    expect((await api.operator.get('/queue')).body).toEqual({
      counts: [],
      totals: { ready: 0, running: 0, waiting: 0, paused: 0, failed: 0 },
      oldestReadyAgeMs: 0,
      finishedPerSecond: 0,
      pauses: [],
    });
    await pay(api, 'physical');
    await pay(api, 'digital');
    api.world.advance(1_500);
    const { body } = expectStatus(await api.operator.get('/queue'), 200);
    expect(body).toMatchObject({ totals: { ready: 2, failed: 0 }, oldestReadyAgeMs: 1_500 });
    expect(valueAt(body, 'counts')).toContainEqual({ pipeline: 'digital', state: 'ready', tasks: 1 });
  });

  test('GET /queue shows the rate of finished tasks with two decimals', async () => {
    const api = createTestApi();
    await pay(api, 'physical');
    await report(api, { kind: 'done', detail: null });
    expect((await api.operator.get('/queue')).body).toMatchObject({ finishedPerSecond: 0.02 });
  });
});

describe('GET /queue/tasks', () => {
  test('GET /queue/tasks pages oldest first and filters', async () => {
    const api = createTestApi();
    const orders = [await pay(api, 'physical'), await pay(api, 'digital'), await pay(api, 'service')];
    const ordersOf = async (query: string) =>
      (await pageOf(api.operator.get(`/queue/tasks${query}`))).items.flatMap((item) =>
        valueAt(item, 'orderIds'),
      );
    expect(await ordersOf('')).toEqual(orders);
    expect(await ordersOf('?pipeline=digital')).toEqual([orders[1]]);
    expect(await ordersOf('?pipeline=refund')).toEqual([]);
    expect(await ordersOf('?state=failed')).toEqual([]);
    expect(await ordersOf(`?orderId=${orders[2]?.toUpperCase()}`)).toEqual([orders[2]]);
    const first = await pageOf(api.operator.get('/queue/tasks?limit=2'));
    expect(await ordersOf(`?limit=2&cursor=${first.next}`)).toEqual([orders[2]]);
  });

  test('GET /queue/tasks shows the orders of a checkout that have one type as one task', async () => {
    const api = createTestApi();
    const lan = api.customer('lan');
    const orderIds = [];
    for (const type of ['physical', 'digital', 'physical'])
      orderIds.push(await lan.order(await api.product({ type })));
    const checkoutId = textAt(expectStatus(await lan.checkOut(orderIds), 202), 'checkoutId');
    const { items } = await pageOf(api.operator.get('/queue/tasks'));
    expect(items).toMatchObject([
      { checkoutId, orderIds: [orderIds[0], orderIds[2]], jobId: null, pipeline: 'physical' },
      { checkoutId, orderIds: [orderIds[1]], jobId: null, pipeline: 'digital' },
    ]);
  });

  test('A task is paused while a full refund of its order is open', async () => {
    const api = createTestApi();
    const orderId = await pay(api, 'physical');
    const key = { 'idempotency-key': '01980a4e-7c1b-4d10-8a5e-3f1c9b2d4e99' };
    expectStatus(await api.operator.post('/refunds', { orderId, reason: 'torn' }, key), 202);
    const { body } = expectStatus(await api.operator.get('/queue'), 200);
    expect(body).toMatchObject({ totals: { ready: 1, waiting: 0, paused: 1 } });
    const { items } = await pageOf(api.operator.get('/queue/tasks?state=paused'));
    expect(items).toMatchObject([{ orderIds: [orderId], state: 'paused', step: 'invoice' }]);
    expect((await pageOf(api.operator.get('/queue/tasks?state=waiting'))).items).toEqual([]);
  });

  test('GET /queue/tasks shows the error of a failed task', async () => {
    const api = createTestApi();
    const orderId = await pay(api, 'physical');
    const id = await fail(api);
    const { items } = await pageOf(api.operator.get('/queue/tasks?state=failed'));
    expect(items).toEqual([
      expect.objectContaining({
        id,
        orderIds: [orderId],
        jobId: null,
        pipeline: 'physical',
        step: 'notify_customer',
        state: 'failed',
        lastError: '550 no such mailbox',
      }),
    ]);
  });

  test.each([
    ['state=done', '/state'],
    ['pipeline=magic', '/pipeline'],
    ['orderId=1', '/orderId'],
    ['limit=0', '/limit'],
    ['page=2', '/page'],
    ['cursor=x', '/cursor'],
  ])('GET /queue/tasks rejects the query %s', async (query, path) => {
    const reply = await createTestApi().operator.get(`/queue/tasks?${query}`);
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(pathsOf(reply)).toEqual([path]);
  });
});

describe('POST /queue/retries', () => {
  test('POST /queue/retries retries each failed task once, accepts ids in either case and wakes the workers', async () => {
    const api = createTestApi();
    const orderId = await pay(api, 'physical');
    const id = await fail(api);
    let hints = 0;
    api.store.wakeup.listen(() => hints++);
    const reply = expectStatus(
      await api.operator.post('/queue/retries', { taskIds: [id.toUpperCase(), id.toUpperCase()] }),
      202,
    );
    expect(reply.body).toEqual({ retried: 1 });
    await Promise.resolve();
    expect(hints).toBeGreaterThan(0);
    const lan = api.customer('lan');
    expect(textAt(await lan.get(`/orders/${orderId}`), 'status')).toBe('completed');
    expect((await pageOf(api.operator.get('/queue/tasks?state=ready'))).items).toMatchObject([{ id }]);
    expect((await api.operator.post('/queue/retries', { taskIds: [id] })).body).toEqual({ retried: 0 });
  });

  const id = '01980a4e-7c1b-7d10-8a5e-3f1c9b2d4e01';
  test.each([
    ['no task', { taskIds: [] }, '/taskIds'],
    ['more than 1,000 tasks', { taskIds: Array.from({ length: 1_001 }, () => id) }, '/taskIds'],
    ['an id that is not a UUID', { taskIds: [id, 'x'] }, '/taskIds/1'],
    ['an unknown field', { taskIds: [id], force: true }, '/force'],
  ])('POST /queue/retries rejects a body with %s', async (_, body, path) => {
    const reply = await createTestApi().operator.post('/queue/retries', body);
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(pathsOf(reply)).toEqual([path]);
  });
});

test('The queue needs a permission', async () => {
  const lan = createTestApi().customer('lan');
  expect(codeOf(await lan.get('/queue'))).toBe('403 forbidden');
  expect(codeOf(await lan.get('/queue/tasks'))).toBe('403 forbidden');
  expect(codeOf(await lan.post('/queue/retries', { taskIds: [] }))).toBe('403 forbidden');
});
