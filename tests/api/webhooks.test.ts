import { describe, expect, test } from 'bun:test';
import { err, ok } from 'neverthrow';
import type { WebhookRequest } from '../../core/provider.ts';
import { failingPorts } from './failingPorts.ts';
import { codeOf, expectStatus, pageOf } from './reply.ts';
import { eventText, signatureOf, webhookSecret } from './stripeEvents.ts';
import { type Api, createTestApi } from './testApi.ts';

const paymentId = '01980a4f-02aa-7e44-b1d2-6c8e0f1a2b34';

const path = '/webhooks/stripe';

/** Sends an event that is signed at `atMs`. */
const send = ({ call, world }: Api, body: string, atMs = world.clock.nowMs()) =>
  call('POST', path, { body, headers: { 'stripe-signature': signatureOf(body, atMs) } });

/** The tasks of the stored events. */
const eventTasks = async ({ operator }: Api) =>
  (await pageOf(operator.get('/queue/tasks?pipeline=provider_event'))).items;

describe('Events of the provider', () => {
  test('An event is stored once however often it arrives, and wakes the workers', async () => {
    const api = createTestApi();
    let hints = 0;
    api.store.wakeup.listen(() => hints++);
    const body = eventText('evt_1', paymentId);
    for (let index = 0; index < 3; index++) {
      expect(expectStatus(await send(api, body), 200).body).toEqual({ received: true });
      api.world.advance(60_000);
    }
    const both = await Promise.all([send(api, eventText('evt_2', paymentId)), send(api, body)]);
    for (const reply of both) expectStatus(reply, 200);
    expect(await eventTasks(api)).toMatchObject([
      { orderIds: [], step: 'act_on_event', state: 'ready' },
      { orderIds: [], step: 'act_on_event', state: 'ready' },
    ]);
    await Promise.resolve();
    expect(hints).toBeGreaterThan(0);
  });

  test('An event about another kind of object is accepted and kept, and no worker acts on it', async () => {
    const api = createTestApi();
    const event = JSON.parse(eventText('evt_1', paymentId));
    const data = { object: { id: 'cus_1', object: 'customer' } };
    const body = JSON.stringify({ ...event, type: 'customer.created', data });
    expectStatus(await send(api, body), 200);
    expect(await eventTasks(api)).toEqual([]);
  });

  test('An event needs a signature, and a token does not matter', async () => {
    const api = createTestApi();
    const body = eventText('evt_1', paymentId);
    expect(codeOf(await api.operator.post(path, body))).toBe('400 signature_invalid');
    const headers = { 'stripe-signature': signatureOf(body, api.world.clock.nowMs()) };
    expectStatus(await api.call('POST', path, { body, headers, token: 'garbage' }), 200);
  });

  test('The body of an event is passed on byte for byte, with its headers, whatever its media type', async () => {
    const requests: WebhookRequest[] = [];
    const { call } = createTestApi({
      receiveEvent: async (request) => {
        requests.push(request);
        return ok(undefined);
      },
    });
    const texts = ['\ufeff{"id":\r\n 1.0}\n', '{"name":"Đồng hồ 𝒂"}', 'not JSON', ''];
    for (const body of texts) {
      for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded', ''])
        expectStatus(
          await call('POST', path, { body, headers: { 'content-type': type, 'X-Signed-By': 'us' } }),
          200,
        );
    }
    expect(requests.map(({ body }) => body)).toEqual(texts.flatMap((text) => [text, text, text, text]));
    expect(requests[0]?.header('x-signed-by')).toBe('us');
    expect(requests[0]?.header('stripe-signature')).toBeNull();
  });
});

describe('Invalid events', () => {
  const body = eventText('evt_1', paymentId);
  const forgeries: Readonly<Record<string, (nowMs: number) => Readonly<Record<string, string>>>> = {
    'without a signature': () => ({}),
    'with an empty signature': () => ({ 'stripe-signature': '' }),
    'with a signature by another secret': (nowMs) => ({
      'stripe-signature': signatureOf(body, nowMs, `${webhookSecret}x`),
    }),
    'with the signature of another body': (nowMs) => ({ 'stripe-signature': signatureOf('{}', nowMs) }),
    'with the signature of another time': (nowMs) => ({
      'stripe-signature': signatureOf(body, nowMs).replace(/t=\d+/, `t=${nowMs / 1000 + 1}`),
    }),
    'that was signed more than five minutes ago': (nowMs) => ({
      'stripe-signature': signatureOf(body, nowMs - 301_000),
    }),
    'that is signed more than five minutes in the future': (nowMs) => ({
      'stripe-signature': signatureOf(body, nowMs + 301_000),
    }),
  };

  for (const [name, headersAt] of Object.entries(forgeries)) {
    test(`An event ${name} is rejected and not stored`, async () => {
      const api = createTestApi();
      const headers = headersAt(api.world.clock.nowMs());
      const reply = await api.call('POST', path, { body, headers });
      expect(codeOf(reply)).toBe('400 signature_invalid');
      expect(await eventTasks(api)).toEqual([]);
      expect(api.errors).toEqual([]);
      expect(api.warnings).toMatchObject([
        { message: 'event refused', facts: { requestId: reply.headers.get('x-request-id') } },
      ]);
      expect(JSON.stringify([reply.body, api.warnings])).not.toContain(webhookSecret);
    });
  }

  test.each([
    ['text that is not JSON', 'hello'],
    ['JSON that is not an event', '{}'],
    ['half an event', body.slice(0, -2)],
  ])('A signed body with %s is rejected and not stored', async (_, text) => {
    const api = createTestApi();
    expect(codeOf(await send(api, text))).toBe('400 signature_invalid');
    expect(await eventTasks(api)).toEqual([]);
  });

  test('Many forged events are one log line, and one more a minute with their count', async () => {
    const api = createTestApi({ ownApp: true });
    for (let index = 0; index < 280; index++)
      expect(codeOf(await api.call('POST', path, { body }))).toBe('400 signature_invalid');
    expect(api.warnings).toHaveLength(1);
    await api.logTimer.advance(60_000);
    expect(api.warnings.slice(1)).toMatchObject([{ message: 'event refused', facts: { count: 279 } }]);
  });

  test('An event that is not UTF-8 is rejected', async () => {
    const { call, warnings } = createTestApi();
    const reply = await call('POST', path, { body: new Uint8Array([0x7b, 0xc3, 0x28, 0x7d]) });
    expect(codeOf(reply)).toBe('400 signature_invalid');
    expect(warnings).toMatchObject([{ facts: { reason: 'the body is not UTF-8' } }]);
  });

  test('An event may have 1 MiB and not more, with or without a Content-Length', async () => {
    const { call } = createTestApi({ receiveEvent: async () => ok(undefined) });
    const stream = (bytes: number) => new Blob([new Uint8Array(bytes).fill(0x20)]).stream();
    const most = 1024 * 1024;
    expect(codeOf(await call('POST', path, { body: ' '.repeat(most + 1) }))).toBe('413 body_too_large');
    expect(codeOf(await call('POST', path, { body: stream(most + 1) }))).toBe('413 body_too_large');
    expectStatus(await call('POST', path, { body: stream(most) }), 200);
  });

  test('An event that ends too early is malformed', async () => {
    const body = new ReadableStream({
      pull: (controller) => controller.error(new Error('the connection was lost')),
    });
    expect(codeOf(await createTestApi().call('POST', path, { body }))).toBe('400 malformed_body');
  });

  test('An event gets 503 while the store is unavailable, so that the provider sends it again', async () => {
    const unavailable = async () => err({ kind: 'unavailable' as const, reason: 'the database is down' });
    const api = createTestApi({ wrapStore: failingPorts(unavailable).wrapStore });
    const reply = await send(api, body);
    expect(codeOf(reply)).toBe('503 unavailable');
    expect(reply.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(api.errors).toHaveLength(1);
  });

  test('The webhook path of another provider is 404', async () => {
    const { call, world } = createTestApi();
    const headers = { 'stripe-signature': signatureOf(body, world.clock.nowMs()) };
    expect(codeOf(await call('POST', '/webhooks/paypal', { body, headers }))).toBe('404 not_found');
  });
});
