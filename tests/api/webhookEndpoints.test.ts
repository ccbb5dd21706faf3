import { describe, expect, spyOn, test } from 'bun:test';
import { err, ok } from 'neverthrow';
import { eventTypes } from '../../core/event.ts';
import { codeOf, expectStatus, pageOf, pathsOf, textAt, valueAt } from './reply.ts';
import { type Api, createTestApi } from './testApi.ts';
import { webhookEndpointBody as body, failDelivery } from './webhookEndpointResponses.ts';

const idempotencyKey = { 'idempotency-key': '7d7d2a5e-0f0c-4c0e-9d38-0c4a5d1a5f02' };

const create = async ({ operator }: Api, changes: Readonly<Record<string, unknown>> = {}) => {
  const reply = expectStatus(await operator.post('/webhook-endpoints', { ...body, ...changes }), 201);
  const id = textAt(reply, 'id');
  return { id, path: `/webhook-endpoints/${id}`, secret: textAt(reply, 'secret'), reply };
};

const change = ({ operator }: Api, path: string, changes: unknown) =>
  operator.send('PATCH', path, { body: changes });

const secretsOf = async ({ store, world }: Api, id: string) => {
  const due = (await store.events.due(world.clock.nowMs()))._unsafeUnwrap();
  return due.find((each) => each.id === id)?.secrets;
};

describe('POST /webhook-endpoints', () => {
  test('A new endpoint is answered with its secret, which is shown once', async () => {
    const api = createTestApi();
    const { path, secret, reply, id } = await create(api);
    expect(reply.headers.get('location')).toBe(path);
    expect(reply.body).toEqual({
      id,
      ...body,
      paused: false,
      pauseReason: null,
      backlog: { events: 0, more: false, oldestAt: null },
      createdAt: '2026-03-01T08:00:00.000Z',
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
    });
    for (const shown of [path, '/webhook-endpoints', '/activity'])
      expect(JSON.stringify((await api.operator.get(shown)).body)).not.toContain(secret.slice(6));
  });

  test('A replay under an Idempotency-Key has the first endpoint without its secret', async () => {
    const { operator } = createTestApi();
    const first = expectStatus(await operator.post('/webhook-endpoints', body, idempotencyKey), 201);
    const again = expectStatus(await operator.post('/webhook-endpoints', body, idempotencyKey), 201);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const { secret: _, ...rest } = first.body as Readonly<Record<string, unknown>>;
    expect(again.body).toEqual(rest);
    expect((await pageOf(operator.get('/webhook-endpoints'))).items).toHaveLength(1);
    for (const changes of [{ url: 'https://other.example.com/' }, { events: ['order.paid'] }]) {
      const reused = await operator.post('/webhook-endpoints', { ...body, ...changes }, idempotencyKey);
      expect(codeOf(reused)).toBe('422 idempotency_key_reused');
    }
  });

  test('A replay has the first answer also when the URL has become a refused one', async () => {
    let isRefused = false;
    const { operator } = createTestApi({
      ownApp: true,
      checkWebhookUrl: async () =>
        isRefused ? err({ kind: 'url_refused', reason: 'It moved' }) : ok(undefined),
    });
    const first = expectStatus(await operator.post('/webhook-endpoints', body, idempotencyKey), 201);
    isRefused = true;
    const again = expectStatus(await operator.post('/webhook-endpoints', body, idempotencyKey), 201);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(textAt(again, 'id')).toBe(textAt(first, 'id'));
    for (const headers of [{}, { 'idempotency-key': crypto.randomUUID() }])
      expect(codeOf(await operator.post('/webhook-endpoints', body, headers))).toBe('422 url_refused');
    expect((await pageOf(operator.get('/webhook-endpoints'))).items).toHaveLength(1);
  });

  test.each([
    ['an unknown event', { events: ['order.lost'] }, '/events/0'],
    ['the event of a test', { events: ['test'] }, '/events/0'],
    ['no event', { events: [] }, '/events'],
    ['no list of events', { events: undefined }, '/events'],
    ['an event twice', { events: ['order.paid', 'order.paid'] }, '/events'],
    ['no URL', { url: undefined }, '/url'],
    ['what is not a URL', { url: 'erp' }, '/url'],
    ['a URL with a blank', { url: 'https://erp.example.com/a b' }, '/url'],
    ['a URL with a line break', { url: 'https://erp.example.com/\n' }, '/url'],
    ['a URL that is too long', { url: `https://erp.example.com/${'x'.repeat(2_048)}` }, '/url'],
    ['a secret of its own', { secret: 'whsec_1' }, '/secret'],
    ['an unknown field', { active: true }, '/active'],
  ])('An endpoint with %s is rejected', async (_, changes, path) => {
    const reply = await createTestApi().operator.post('/webhook-endpoints', { ...body, ...changes });
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(pathsOf(reply)).toEqual([path]);
  });

  test.each([
    'http://erp.example.com/',
    'https://localhost./hooks',
    'https://2130706433/',
    'https://[::ffff:127.0.0.1]/',
    'https://169.254.169.254/latest/',
    'https://user:password@erp.example.com/',
  ])('The URL %s is refused when an endpoint is made and when it is changed', async (url) => {
    const api = createTestApi();
    const { path } = await create(api);
    for (const reply of [
      await api.operator.post('/webhook-endpoints', { ...body, url }, idempotencyKey),
      await change(api, path, { url }),
    ])
      expect(codeOf(reply)).toBe('422 url_refused');
    expect((await pageOf(api.operator.get('/webhook-endpoints'))).items).toMatchObject([{ url: body.url }]);
    // A refusal uses up no key.
    expectStatus(await api.operator.post('/webhook-endpoints', body, idempotencyKey), 201);
  });

  test('The refusal of a receiver on the own machine names the setting that allows it', async () => {
    const reply = await createTestApi().operator.post('/webhook-endpoints', {
      ...body,
      url: 'http://localhost:3001/',
    });
    expect(textAt(reply, 'detail')).toContain('WEBHOOK_ALLOW_PRIVATE=1');
  });

  test('A service key with webhooks:write makes an endpoint, and its activity has its name', async () => {
    const api = createTestApi();
    const key = { name: 'ERP', permissions: ['webhooks:write'], expiresAt: '2099-01-01T00:00:00Z' };
    const token = textAt(expectStatus(await api.operator.post('/keys', key), 201), 'key');
    expectStatus(await api.call('POST', '/webhook-endpoints', { token, body }), 201);
    const { items } = await pageOf(api.operator.get('/activity?action=webhook.create'));
    expect(items).toMatchObject([{ actor: { name: 'ERP' }, detail: 'https://erp.example.com' }]);
  });
});

describe('GET /webhook-endpoints', () => {
  test('Endpoints are listed newest first, page by page, while others are added, and Kafka is none', async () => {
    const api = createTestApi();
    const ids: string[] = [];
    for (let count = 0; count < 3; count++) ids.unshift((await create(api)).id);
    const kafkaId = api.world.ids.next(api.world.clock.nowMs());
    const kafka = { id: kafkaId, kind: 'kafka', target: 'orders', types: eventTypes, secret: null } as const;
    await api.store.subscriptions.create(kafka, 0);
    const first = await pageOf(api.operator.get('/webhook-endpoints?limit=2'));
    await create(api);
    const second = await pageOf(api.operator.get(`/webhook-endpoints?limit=2&cursor=${first.next}`));
    const idsOf = (items: readonly unknown[]) => items.map((item) => valueAt(item, 'id'));
    expect(idsOf([...first.items, ...second.items])).toEqual(ids);
    expect(second.next).toBeNull();
    expect(codeOf(await api.operator.get(`/webhook-endpoints/${kafkaId}`))).toBe('404 not_found');
    expect(codeOf(await api.operator.remove(`/webhook-endpoints/${kafkaId}`))).toBe('404 not_found');
    expect(codeOf(await change(api, `/webhook-endpoints/${kafkaId}`, { paused: true }))).toBe(
      '404 not_found',
    );
  });

  test('An endpoint says how far it is behind, and why the shop has paused it', async () => {
    const api = createTestApi();
    const { id, path } = await create(api);
    const product = await api.product();
    await api.customer('lan').order(product);
    api.world.advance(1_000);
    await api.customer('lan').order(product);
    const health = { failures: 1, failingSinceMs: 0, retryAtMs: 0, pauseReason: 'the receiver answered 410' };
    await api.store.events.report(id, [], health);
    const paused = {
      paused: true,
      pauseReason: 'the receiver answered 410',
      backlog: { events: 2, more: false, oldestAt: '2026-03-01T08:00:00.000Z' },
    };
    expect((await api.operator.get(path)).body).toMatchObject(paused);
    expect((await pageOf(api.operator.get('/webhook-endpoints'))).items).toMatchObject([paused]);
    const resumed = expectStatus(await change(api, path, { paused: false }), 200);
    expect(resumed.body).toMatchObject({ paused: false, pauseReason: null, backlog: { events: 2 } });
  });
});

describe('PATCH /webhook-endpoints/{id}', () => {
  test('What is left out stays, and the answer has the endpoint as it then is', async () => {
    const api = createTestApi();
    const { path } = await create(api);
    for (const changes of [
      { url: 'https://new.example.com/hooks' },
      { events: ['order.paid', 'refund.failed'] },
      { paused: true },
    ]) {
      const before = (await api.operator.get(path)).body as object;
      const reply = expectStatus(await change(api, path, changes), 200);
      expect(reply.body).toEqual({ ...before, ...changes });
      expect((await api.operator.get(path)).body).toEqual(reply.body);
    }
  });

  test('A rotated secret is answered once, and the one before it counts for a day more', async () => {
    const api = createTestApi();
    const { id, path, secret } = await create(api);
    await api.customer('lan').order(await api.product());
    const rotated = textAt(expectStatus(await change(api, path, { secret: 'rotate' }), 200), 'secret');
    expect(rotated).toMatch(/^whsec_/);
    expect(await secretsOf(api, id)).toEqual([rotated, secret]);
    expect((await change(api, path, { paused: false })).body).not.toHaveProperty('secret');
    api.world.advance(24 * 3_600_000);
    expect(await secretsOf(api, id)).toEqual([rotated]);
  });

  test('A secret stays as it is if its change cannot be answered', async () => {
    const api = createTestApi();
    const { id, path, secret } = await create(api);
    await api.customer('lan').order(await api.product());
    const counting = spyOn(api.store.events, 'backlog').mockImplementation(async () =>
      err({ kind: 'unavailable', reason: 'the count takes too long' }),
    );
    expect(codeOf(await change(api, path, { secret: 'rotate' }))).toBe('503 unavailable');
    counting.mockRestore();
    expect(await secretsOf(api, id)).toEqual([secret]);
  });

  test.each([
    ['nothing', {}, ''],
    ['a secret', { secret: 'whsec_1' }, '/secret'],
    ['an unknown event', { events: ['order.lost'] }, '/events/0'],
    ['a pause in words', { paused: 'yes' }, '/paused'],
    ['null', { url: null }, '/url'],
  ])('A change to %s is rejected', async (_, changes, path) => {
    const api = createTestApi();
    const reply = await change(api, (await create(api)).path, changes);
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(pathsOf(reply)).toEqual([path]);
  });
});

describe('The deliveries of an endpoint', () => {
  test('A test event reaches the endpoint alone, whatever it hears, and is listed with its outcome', async () => {
    const api = createTestApi();
    const [{ id, path }, other] = [await create(api, { events: ['refund.failed'] }), await create(api)];
    const sent = expectStatus(await api.operator.post(`${path}/test`, undefined), 202);
    expect((await pageOf(api.operator.get(`${path}/deliveries`))).items).toEqual([]);
    const eventId = await failDelivery(api, id);
    expect(sent.body).toEqual({ eventId });
    expect((await pageOf(api.operator.get(`${path}/deliveries`))).items).toEqual([
      {
        ...{ id: eventId, type: 'test', subject: id, sequence: api.world.clock.nowMs() },
        ...{ outcome: 'failed', attempts: 1, responseStatus: 503, error: 'the receiver answered 503' },
        eventAt: '2026-03-01T08:00:00.000Z',
        lastAttemptAt: '2026-03-01T08:00:00.000Z',
        deliveredAt: null,
      },
    ]);
    expect((await api.operator.get(other.path)).body).toMatchObject({ backlog: { events: 0 } });
  });

  test('Deliveries are listed by outcome, and one of another endpoint is not found', async () => {
    const api = createTestApi();
    const [one, other] = [await create(api), await create(api)];
    await api.operator.post(`${one.path}/test`, undefined);
    const eventId = await failDelivery(api, one.id);
    const count = async (outcome: string) =>
      (await pageOf(api.operator.get(`${one.path}/deliveries?outcome=${outcome}`))).items.length;
    expect([await count('failed'), await count('delivered')]).toEqual([1, 0]);
    expect(pathsOf(await api.operator.get(`${one.path}/deliveries?outcome=lost`))).toEqual(['/outcome']);
    const resend = (path: string) => api.operator.post(`${path}/deliveries/${eventId}/resend`, undefined);
    expect(codeOf(await resend(other.path))).toBe('404 not_found');
    expect(expectStatus(await resend(one.path), 202).body).toEqual({ eventId });
    // It waited for its next attempt, and is due now.
    expect(await failDelivery(api, one.id)).toBe(eventId);
  });

  test('Each command has its activity, with the endpoint as its target, and no path or query of its URL', async () => {
    const api = createTestApi();
    const url = 'https://erp.example.com:8443/hooks/T0KEN?key=s3cret';
    const { id, path } = await create(api, { url });
    const place = 'https://erp.example.com:8443';
    await change(api, path, { paused: true });
    await api.operator.post(`${path}/test`, undefined);
    const eventId = await failDelivery(api, id);
    await api.operator.post(`${path}/deliveries/${eventId}/resend`, undefined);
    expectStatus(await api.operator.remove(path), 204);
    const { items } = await pageOf(api.operator.get(`/activity?target=${id}`));
    expect(items.map((item) => [valueAt(item, 'action'), valueAt(item, 'detail')])).toEqual([
      ['webhook.end', place],
      ['webhook.resend', eventId],
      ['webhook.test', place],
      ['webhook.change', place],
      ['webhook.create', place],
    ]);
    for (const gone of [path, `${path}/deliveries`])
      expect(codeOf(await api.operator.get(gone))).toBe('404 not_found');
    expectStatus(await api.operator.remove(path), 204);
    expect(codeOf(await api.operator.remove(`/webhook-endpoints/${api.world.ids.next(0)}`))).toBe(
      '404 not_found',
    );
  });
});
