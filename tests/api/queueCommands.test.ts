import { describe, expect, test } from 'bun:test';
import { pipelineFor } from '../../core/pipelines/index.ts';
import { withServices } from '../../core/pipelines/withServices.ts';
import type { StepReport } from '../../core/queue.ts';
import { codeOf, expectStatus, pageOf, pathsOf, valueAt } from './reply.ts';
import { type Api, createTestApi } from './testApi.ts';

const carrier = ['carrier'] as const;
const down = { kind: 'failed', error: 'connect ECONNREFUSED' } as const;

/** Pays for physical orders, each in a checkout of its own, and reports what came of the mails. Returns the task ids. */
const payAndReport = async (api: Api, outcomes: readonly StepReport['outcome'][], services = false) => {
  const { customer, store, world } = api;
  const lan = customer('lan');
  const product = await api.product({ stock: null });
  for (const _ of outcomes) expectStatus(await lan.checkOut([await lan.order(product)]), 202);
  const nowMs = world.clock.nowMs();
  const pipeline = withServices(pipelineFor('physical'), services ? carrier : []);
  const query = { pipeline, limit: 100, nowMs, leaseMs: 30_000, retryAtMs: () => nowMs };
  const { leases } = (await store.queue.claim(query))._unsafeUnwrap();
  const sorted = leases.toSorted((one, other) => (one.taskId < other.taskId ? -1 : 1));
  const reports = sorted.flatMap(({ taskId, lease }, index) => {
    const outcome = outcomes[index];
    return outcome === undefined ? [] : [{ taskId, lease, outcome }];
  });
  await store.queue.report(reports, nowMs);
  return sorted.map(({ taskId }) => taskId);
};

describe('GET /queue/failures', () => {
  test('GET /queue/failures counts failed tasks by step and error', async () => {
    const api = createTestApi();
    const ids = await payAndReport(api, [down, { kind: 'failed', error: '550 no' }, down]);
    const { body } = expectStatus(await api.operator.get('/queue/failures'), 200);
    const notice = { pipeline: 'physical', step: 'notify_customer' };
    expect(body).toEqual({
      items: [
        { ...notice, error: down.error, tasks: 2, newestTaskId: String(ids[2]) },
        { ...notice, error: '550 no', tasks: 1, newestTaskId: String(ids[1]) },
      ],
      nextCursor: null,
      tasks: 3,
    });
    const listed = await pageOf(
      api.operator.get(`/queue/tasks?step=notify_customer&error=${encodeURIComponent(down.error)}`),
    );
    expect(listed.items.map((item) => valueAt(item, 'id'))).toEqual([ids[0], ids[2]]);
  });

  test.each([
    ['step=Notify', '/step'],
    ['error=%00', '/error'],
  ])('GET /queue/tasks rejects the query %s', async (query, path) => {
    expect(pathsOf(await createTestApi().operator.get(`/queue/tasks?${query}`))).toEqual([path]);
  });
});

describe('POST /queue/retries with a filter', () => {
  test('POST /queue/retries retries what a filter means up to a task, once, and wakes the workers', async () => {
    const api = createTestApi();
    const ids = await payAndReport(api, [down, { kind: 'failed', error: '550 no' }, down, down]);
    let hints = 0;
    api.store.wakeup.listen(() => hints++);
    const filter = { state: 'failed', step: 'notify_customer', error: down.error };
    const send = () => api.operator.post('/queue/retries', { filter, upTo: String(ids[2]).toUpperCase() });
    expect(expectStatus(await send(), 202).body).toEqual({ retried: 2 });
    expect((await send()).body).toEqual({ retried: 0 });
    expect(hints).toBeGreaterThan(0);
    const failed = await pageOf(api.operator.get('/queue/tasks?state=failed'));
    expect(failed.items.map((item) => valueAt(item, 'id'))).toEqual([ids[1], ids[3]]);
    const { items } = await pageOf(api.operator.get('/activity?action=task.retry'));
    expect(items.map((item) => valueAt(item, 'target')).toSorted()).toEqual([ids[0], ids[2]]);
  });

  test('POST /queue/retries lets waiting tasks run now', async () => {
    const api = createTestApi();
    const runAtMs = api.world.clock.nowMs() + 300_000;
    const ids = await payAndReport(api, [{ kind: 'retry', error: 'busy', runAtMs }]);
    const body = { filter: { state: 'waiting' }, upTo: String(ids[0]) };
    expect((await api.operator.post('/queue/retries', body)).body).toEqual({ retried: 1 });
    const [task] = (await pageOf(api.operator.get('/queue/tasks'))).items;
    expect(task).toMatchObject({ state: 'ready', attempts: 1, lastError: 'busy' });
  });

  const upTo = '01980a4e-7c1b-7d10-8a5e-3f1c9b2d4e01';
  test.each([
    ['no upTo', { filter: { state: 'failed' } }, ['/upTo']],
    ['no filter', { upTo }, ['/filter']],
    ['no state', { filter: {}, upTo }, ['/filter/state']],
    ['another state', { filter: { state: 'ready' }, upTo }, ['/filter/state']],
    ['an unknown pipeline', { filter: { state: 'failed', pipeline: 'magic' }, upTo }, ['/filter/pipeline']],
    ['an unknown field', { filter: { state: 'failed', orderId: upTo }, upTo }, ['/filter/orderId']],
    ['ids beside a filter', { filter: { state: 'failed' }, upTo, taskIds: [upTo] }, ['/taskIds']],
  ])('POST /queue/retries rejects a body with %s', async (_, body, paths) => {
    const reply = await createTestApi().operator.post('/queue/retries', body);
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(pathsOf(reply)).toEqual(paths);
  });
});

describe('POST /queue/skips', () => {
  test('POST /queue/skips leaves out the step of a service, and the history and the activity say so', async () => {
    const api = createTestApi({ stepServices: carrier, ownApp: true });
    const [id] = await payAndReport(api, [{ kind: 'failed', error: 'no such address' }], true);
    const body = { taskIds: [String(id), crypto.randomUUID()], reason: 'picked up in the shop' };
    const reply = expectStatus(await api.operator.post('/queue/skips', body), 202);
    expect(reply.body).toEqual({ skipped: 1, ignored: 1 });
    const [task] = (await pageOf(api.operator.get('/queue/tasks'))).items;
    expect(task).toMatchObject({ id, step: 'notify_customer', state: 'ready' });
    const [orderId] = valueAt(task, 'orderIds') as string[];
    const order = await api.operator.get(`/orders/${orderId}`);
    expect(order.body).toMatchObject({ status: 'completed' });
    const history = valueAt(order.body, 'history') as readonly { state: string; detail: string }[];
    expect(history.slice(-3)).toMatchObject([
      { state: 'retried' },
      { state: 'skipped', detail: 'request_shipment' },
      { state: 'completed' },
    ]);
    const timeline = await pageOf(api.operator.get(`/orders/${orderId}/timeline?limit=100`));
    expect(timeline.items).toContainEqual(
      expect.objectContaining({
        ...{ kind: 'command', what: 'task.skip', detail: 'request_shipment: picked up in the shop' },
      }),
    );
  });

  test('POST /queue/skips refuses a step of our own database, and names the task', async () => {
    const api = createTestApi();
    const [mail] = await payAndReport(api, [down]);
    const lan = api.customer('lan');
    expectStatus(await lan.checkOut([await lan.order(await api.product())]), 202);
    const { items } = await pageOf(api.operator.get('/queue/tasks?state=ready'));
    const invoice = String(valueAt(items[0], 'id'));
    const both = { taskIds: [String(mail), invoice], reason: 'r' };
    const reply = await api.operator.post('/queue/skips', both);
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(pathsOf(reply)).toEqual(['/taskIds/1']);
    expect(JSON.stringify(reply.body)).toContain('The task is at invoice');
    const failed = await pageOf(api.operator.get('/queue/tasks?state=failed'));
    expect(failed.items).toHaveLength(1);
    const atMail = { ...both, step: 'notify_customer' };
    expect((await api.operator.post('/queue/skips', atMail)).body).toEqual({ skipped: 1, ignored: 1 });
  });

  test('POST /queue/skips needs a reason', async () => {
    const { operator } = createTestApi();
    const reply = await operator.post('/queue/skips', { taskIds: [crypto.randomUUID()] });
    expect(pathsOf(reply)).toEqual(['/reason']);
  });
});
