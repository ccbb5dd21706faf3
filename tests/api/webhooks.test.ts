import { describe, expect, test } from 'bun:test';
import { err, ok } from 'neverthrow';
import type { WebhookRequest } from '../../core/provider.ts';
import { type Api, apiOver, codeOf, expectStatus, pageOf } from './api.ts';
import { brokenBy } from './broken.ts';
import { eventText, signatureOf, webhookSecret } from './signed.ts';

const paymentId = '01980a4f-02aa-7e44-b1d2-6c8e0f1a2b34';

const path = '/webhooks/stripe';

/** Sends an event that was signed at `atMs`, or with the headers given. */
const send = ({ call, world }: Api, body: string, atMs = world.clock.nowMs()) =>
  call('POST', path, { body, headers: { 'stripe-signature': signatureOf(body, atMs) } });

/** The tasks of the events that were stored. */
const stored = async ({ operator }: Api) =>
  (await pageOf(operator.get('/queue/tasks?pipeline=provider_event'))).items;

describe('an event', () => {
  test('is stored once, however often it comes, and told to the workers', async () => {
    const api = apiOver();
    let hints = 0;
    api.store.wakeup.listen(() => hints++);
    const body = eventText('evt_1', paymentId);
    for (let index = 0; index < 3; index++) {
      expect(expectStatus(await send(api, body), 200).body).toEqual({ received: true });
      api.world.advance(60_000);
    }
    const both = await Promise.all([send(api, eventText('evt_2', paymentId)), send(api, body)]);
    for (const reply of both) expectStatus(reply, 200);
    expect(await stored(api)).toMatchObject([
      { orderId: null, step: 'act_on_event', state: 'ready' },
      { orderId: null, step: 'act_on_event', state: 'ready' },
    ]);
    await Promise.resolve();
    expect(hints).toBeGreaterThan(0);
  });

  test('that is nothing to us is taken and not stored', async () => {
    const api = apiOver();
    const event = JSON.parse(eventText('evt_1', paymentId));
    const data = { object: { id: 'cus_1', object: 'customer' } };
    const body = JSON.stringify({ ...event, type: 'customer.created', data });
    expectStatus(await send(api, body), 200);
    expect(await stored(api)).toEqual([]);
  });

  test('needs no token, and none helps', async () => {
    const api = apiOver();
    const body = eventText('evt_1', paymentId);
    expect(codeOf(await api.operator.post(path, body))).toBe('400 signature_invalid');
    const headers = { 'stripe-signature': signatureOf(body, api.world.clock.nowMs()) };
    expectStatus(await api.call('POST', path, { body, headers, token: 'garbage' }), 200);
  });

  test('comes to the byte, whatever its type is, with its headers', async () => {
    const deliveries: WebhookRequest[] = [];
    const { call } = apiOver({
      receiveEvent: async (delivery) => {
        deliveries.push(delivery);
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
    expect(deliveries.map(({ body }) => body)).toEqual(texts.flatMap((text) => [text, text, text, text]));
    expect(deliveries[0]?.header('x-signed-by')).toBe('us');
    expect(deliveries[0]?.header('stripe-signature')).toBeNull();
  });
});

describe('an event is refused, and nothing of it is stored', () => {
  const body = eventText('evt_1', paymentId);
  const forgeries: Readonly<Record<string, (nowMs: number) => Readonly<Record<string, string>>>> = {
    'without a signature': () => ({}),
    'with a signature of nothing': () => ({ 'stripe-signature': '' }),
    'with a signature by another secret': (nowMs) => ({
      'stripe-signature': signatureOf(body, nowMs, `${webhookSecret}x`),
    }),
    'with the signature of another body': (nowMs) => ({ 'stripe-signature': signatureOf('{}', nowMs) }),
    'with the signature of another time': (nowMs) => ({
      'stripe-signature': signatureOf(body, nowMs).replace(/t=\d+/, `t=${nowMs / 1000 + 1}`),
    }),
    'signed over five minutes ago': (nowMs) => ({ 'stripe-signature': signatureOf(body, nowMs - 301_000) }),
    'signed in over five minutes': (nowMs) => ({ 'stripe-signature': signatureOf(body, nowMs + 301_000) }),
  };

  for (const [name, headersAt] of Object.entries(forgeries)) {
    test(name, async () => {
      const api = apiOver();
      const headers = headersAt(api.world.clock.nowMs());
      const reply = await api.call('POST', path, { body, headers });
      expect(codeOf(reply)).toBe('400 signature_invalid');
      expect(await stored(api)).toEqual([]);
      expect(api.logged).toEqual([]);
      expect(api.warned).toMatchObject([
        { message: 'event refused', facts: { requestId: reply.headers.get('x-request-id') } },
      ]);
      expect(JSON.stringify([reply.body, api.warned])).not.toContain(webhookSecret);
    });
  }

  test.each([
    ['no JSON', 'hello'],
    ['no event', '{}'],
    ['half an event', body.slice(0, -2)],
  ])('with %s, though it is signed', async (_, text) => {
    const api = apiOver();
    expect(codeOf(await send(api, text))).toBe('400 signature_invalid');
    expect(await stored(api)).toEqual([]);
  });

  test('in octets that are no UTF-8', async () => {
    const { call, warned } = apiOver();
    const reply = await call('POST', path, { body: new Uint8Array([0x7b, 0xc3, 0x28, 0x7d]) });
    expect(codeOf(reply)).toBe('400 signature_invalid');
    expect(warned).toMatchObject([{ facts: { reason: 'the body is not UTF-8' } }]);
  });

  test('over 1 MiB, announced or not; and not at 1 MiB', async () => {
    const { call } = apiOver({ receiveEvent: async () => ok(undefined) });
    const stream = (bytes: number) => new Blob([new Uint8Array(bytes).fill(0x20)]).stream();
    const most = 1024 * 1024;
    expect(codeOf(await call('POST', path, { body: ' '.repeat(most + 1) }))).toBe('413 body_too_large');
    expect(codeOf(await call('POST', path, { body: stream(most + 1) }))).toBe('413 body_too_large');
    expectStatus(await call('POST', path, { body: stream(most) }), 200);
  });

  test('that breaks off', async () => {
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error('the line broke')) });
    expect(codeOf(await apiOver().call('POST', path, { body }))).toBe('400 malformed_body');
  });

  test('for now, while the store is away, so that it comes again', async () => {
    const away = async () => err({ kind: 'unavailable' as const, reason: 'away' });
    const api = apiOver({ storing: brokenBy(away).storing });
    const reply = await send(api, body);
    expect(codeOf(reply)).toBe('503 unavailable');
    expect(reply.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(api.logged).toHaveLength(1);
  });

  test('from a provider that is not ours', async () => {
    const { call, world } = apiOver();
    const headers = { 'stripe-signature': signatureOf(body, world.clock.nowMs()) };
    expect(codeOf(await call('POST', '/webhooks/paypal', { body, headers }))).toBe('404 not_found');
  });
});
