import { describe, expect, test } from 'bun:test';
import Ajv from 'ajv/dist/2020';
import { stepNamesOf } from '../../core/pause.ts';
import { jobPipelines, pipelineFor, pipelines } from '../../core/pipelines/index.ts';
import { codeOf, expectStatus, pageOf, textAt, valueAt } from './reply.ts';
import { type Api, createTestApi } from './testApi.ts';

const mailPause = { pipeline: 'digital', step: 'notify_customer', reason: 'The mail server moves' };

const pay = async (api: Api): Promise<void> => {
  const lan = api.customer('lan');
  expectStatus(await lan.checkOut([await lan.order(await api.product({ type: 'digital' }))]), 202);
};

const claim = async ({ store, world }: Api) => {
  const nowMs = world.clock.nowMs();
  const query = {
    pipeline: pipelineFor('digital'),
    limit: 10,
    nowMs,
    leaseMs: 30_000,
    retryAtMs: () => nowMs,
  };
  return (await store.queue.claim(query))._unsafeUnwrap().leases;
};

const pausesOf = async (api: Api) => valueAt((await api.operator.get('/queue')).body, 'pauses');

describe('Pauses of operators', () => {
  test('An operator pauses a step and ends the pause, and both are in the activity', async () => {
    const api = createTestApi();
    await pay(api);
    const created = expectStatus(await api.operator.post('/queue/pauses', mailPause), 201);
    expect(created.body).toEqual({
      id: expect.any(String),
      ...mailPause,
      origin: 'operator',
      since: new Date(api.world.clock.nowMs()).toISOString(),
    });
    expect(await pausesOf(api)).toEqual([created.body]);
    expect(await claim(api)).toEqual([]);
    const { body } = await api.operator.get('/queue');
    expect(body).toMatchObject({ totals: { ready: 0, paused: 1 }, oldestReadyAgeMs: 0 });
    expect((await pageOf(api.operator.get('/queue/tasks?state=paused'))).items).toHaveLength(1);

    const id = textAt(created, 'id');
    expectStatus(await api.operator.remove(`/queue/pauses/${id}`), 204);
    // Its answer may have been lost.
    expectStatus(await api.operator.remove(`/queue/pauses/${id}`), 204);
    expectStatus(await api.operator.remove(`/queue/pauses/${api.world.ids.next(0)}`), 404);
    expect(await pausesOf(api)).toEqual([]);
    expect(await claim(api)).toHaveLength(1);
    const { items } = await pageOf(api.operator.get(`/activity?target=${id}`));
    expect(items.map((item) => valueAt(item, 'action'))).toEqual(['pause.end', 'pause.begin']);
  });

  test('A pause without a step holds the whole pipeline', async () => {
    const api = createTestApi();
    await pay(api);
    const { step: _, ...whole } = mailPause;
    const created = expectStatus(await api.operator.post('/queue/pauses', whole), 201);
    expect(created.body).toMatchObject({ step: null });
    expect(await claim(api)).toEqual([]);
    await api.operator.remove(`/queue/pauses/${textAt(created, 'id')}`);
    expect(await claim(api)).toHaveLength(1);
  });

  test('A repeated key gives the first pause again, and another body under it is refused', async () => {
    const api = createTestApi();
    const key = { 'idempotency-key': crypto.randomUUID() };
    const first = expectStatus(await api.operator.post('/queue/pauses', mailPause, key), 201);
    const again = expectStatus(await api.operator.post('/queue/pauses', mailPause, key), 201);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const other = await api.operator.post('/queue/pauses', { ...mailPause, reason: 'Another' }, key);
    expect(codeOf(other)).toBe('422 idempotency_key_reused');
    expect(await pausesOf(api)).toHaveLength(1);
  });

  test.each([
    ['a pipeline that does not exist', { pipeline: 'dance' }],
    ['a step of another pipeline', { step: 'request_shipment' }],
    ['no reason', { reason: ' ' }],
    ['an unknown field', { until: 'tomorrow' }],
  ])('A pause with %s is refused', async (_, changes) => {
    const api = createTestApi();
    const refused = await api.operator.post('/queue/pauses', { ...mailPause, ...changes });
    expect(codeOf(refused)).toBe('422 validation_failed');
    expect(await pausesOf(api)).toEqual([]);
  });

  test('A step that is no text is refused in one sentence', async () => {
    const api = createTestApi();
    const refused = await api.operator.post('/queue/pauses', { ...mailPause, step: null });
    expect(valueAt(refused.body, 'errors')).toEqual([
      { path: '/step', message: 'Expected the name of a step' },
    ]);
  });

  test('The document names the steps of each pipeline, and all of them can be paused', async () => {
    const api = createTestApi();
    const { operator } = api;
    const document = (await operator.get('/docs/json')).body;
    const at = (...names: readonly string[]) => names.reduce<unknown>(valueAt, document);
    const schema = at(
      'paths',
      '/queue/pauses',
      'post',
      'requestBody',
      'content',
      'application/json',
      'schema',
    );
    const fits = new Ajv({ strict: false, logger: false }).compile(Object(schema));
    const names = [...pipelines.keys(), ...jobPipelines.map(({ name }) => name)];
    const steps = new Set(names.flatMap(stepNamesOf));
    for (const pipeline of names)
      for (const step of [...steps, 'dance']) {
        const body = { pipeline, step, reason: 'A test' };
        const { status } = await operator.post('/queue/pauses', body);
        expect({ pipeline, step, status }).toEqual({ pipeline, step, status: fits(body) ? 201 : 422 });
      }
  });

  test('The step of a job can be paused', async () => {
    const api = createTestApi();
    const pause = { pipeline: 'refund', step: 'refund_charge', reason: 'The provider asks for it' };
    expectStatus(await api.operator.post('/queue/pauses', pause), 201);
  });
});

test('The end of a pause of a fault sends a probe at once, and the pause stays until its answer', async () => {
  const api = createTestApi();
  const { store, world } = api;
  for (const _ of [1, 2, 3]) await pay(api);
  const nowMs = world.clock.nowMs();
  const fault = {
    pipeline: 'digital',
    step: 'notify_customer',
    reason: 'down',
    probeAtMs: nowMs + 3_600_000,
  };
  await store.pauses.beginForFault({ id: world.ids.next(nowMs), ...fault }, nowMs);
  expect(await claim(api)).toEqual([]);
  const [pause] = (await store.pauses.list())._unsafeUnwrap();
  expectStatus(await api.operator.remove(`/queue/pauses/${pause?.id}`), 204);
  expect(await pausesOf(api)).toMatchObject([{ origin: 'fault', reason: 'down' }]);
  expect(await claim(api)).toMatchObject([{ probe: { pauseId: pause?.id } }]);
});
