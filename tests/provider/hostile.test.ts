import { afterEach, describe, expect, spyOn, test } from 'bun:test';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createStripeProvider } from '../../adapters/stripe/provider.ts';
import { systemTimer } from '../../adapters/system/timer.ts';
import type { PaymentProvider } from '../../core/provider.ts';
import { freePort } from '../processes/server.ts';
import { broken, createFakeStripe, error, intent, json, type Reply, raw } from './fakeStripe.ts';
import { apiKey, chargeRequest, webhookSecret } from './harness.ts';

const refundRequest = { refundId: 'r', reference: 'pi_1', amount: { amount: 1, currency: 'VND' } };
const calls: readonly [string, (provider: PaymentProvider) => Promise<{ readonly kind: string }>][] = [
  ['charge', (provider) => provider.charge(chargeRequest('a'))],
  ['cancel', (provider) => provider.cancel(chargeRequest('a'))],
  ['refund', (provider) => provider.refund(refundRequest)],
];

const stalled: Reply = (_, { signal }) =>
  new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));

const cutBody: Reply = () => {
  const body = new ReadableStream({
    start: (controller) => {
      controller.enqueue(new TextEncoder().encode('{"id":"pi_1","object":"payment_intent","status":"succ'));
      controller.error(new Error('the connection broke'));
    },
  });
  return new Response(body);
};

const page = '<!doctype html><title>Welcome</title>';
const unknownStatus = 'An unknown status';
const unclear: readonly [string, Reply][] = [
  ['An HTML page with status 200', raw(page)],
  ['An empty body with status 200', raw('')],
  ['Incomplete JSON', raw('{"id":"pi_1","object":"payment_intent","status":"succeeded"')],
  ['A body that breaks off', cutBody],
  ['The body null', json(null)],
  ['An empty object', json({})],
  ['A number', json(1)],
  ['A list', json([])],
  ['An object of another kind', json({ id: 'cus_1', object: 'customer', status: 'succeeded' })],
  [
    unknownStatus,
    json({ ...intent({ status: 'teleported' }), data: [{ id: 1, metadata: { refund_id: 'r' } }] }),
  ],
  ['An error without fields', json({ error: 'no' })],
  ['An error with status 500', error(500, { type: 'api_error' })],
  ['An HTML page with status 500', raw(page, 500)],
  ['An HTML page with status 502', raw(page, 502)],
  ['A 402 that is not about a card', error(402, { type: 'api_error' })],
  ['An HTML page with status 404', raw(page, 404)],
  ['A key in use', error(409, { type: 'idempotency_error', code: 'idempotency_key_in_use' })],
  ['A lock timeout', error(429, { type: 'invalid_request_error', code: 'lock_timeout' })],
  ['A connection reset', broken('ECONNRESET')],
  ['A broken pipe', broken('EPIPE')],
  ['A network failure without a code', broken('')],
];

const rejections: readonly [string, Reply][] = [
  ['A wrong API key', error(401, { type: 'invalid_request_error', message: `Invalid API Key: ${apiKey}` })],
  [
    'An API key without permission',
    error(403, { type: 'invalid_request_error', message: `${apiKey} has no right` }),
  ],
  ['A rate limit', error(429, { type: 'invalid_request_error', code: 'rate_limit' })],
  ['A refused connection', broken('ECONNREFUSED')],
  ['An unknown host', broken('ENOTFOUND')],
  [
    'An invalid request',
    error(400, { type: 'invalid_request_error', code: 'parameter_unknown', param: 'x' }),
  ],
];

describe.each(calls)('Unexpected responses to %s', (name, call) => {
  test.each(unclear)(`%s during a ${name} leaves the outcome unknown`, async (_name, reply) => {
    const { provider, sent } = createFakeStripe([reply]);
    const outcome = await call(provider);
    expect(outcome.kind).toBe('unknown');
    expect(JSON.stringify(outcome)).not.toContain(apiKey);
    expect(sent.length).toBeLessThanOrEqual(4);
  });

  test.each(rejections)(`%s during a ${name} means that nothing was done`, async (_name, reply) => {
    const { provider, sent } = createFakeStripe([reply]);
    const outcome = await call(provider);
    expect(outcome.kind).toBe('unavailable');
    expect(JSON.stringify(outcome)).not.toContain(apiKey);
    expect(sent.length).toBeLessThanOrEqual(2);
  });

  test.each(rejections.slice(0, 5))(
    `%s during a ${name} after a lost response proves nothing`,
    async (_name, reply) => {
      const { provider } = createFakeStripe([broken('ECONNRESET'), reply]);
      expect((await call(provider)).kind).toBe('unknown');
    },
  );

  test(`A ${name} without a response ends with the time limit and is not sent again`, async () => {
    const { provider, sent } = createFakeStripe([stalled], 30);
    expect((await call(provider)).kind).toBe('unknown');
    expect(sent).toHaveLength(1);
  });

  test(`Each attempt of a ${name} request has the same key and the same body`, async () => {
    const { provider, sent } = createFakeStripe([raw(page, 503)]);
    await call(provider);
    expect(sent[1]).toEqual(sent[0] ?? sent[1]);
    expect(sent.length).toBeGreaterThan(1);
  });
});

describe('Real sockets', () => {
  const providerAt = (port: number) =>
    createStripeProvider(systemTimer, {
      apiKey,
      webhookSecret,
      baseUrl: `http://127.0.0.1:${port}`,
      timeoutMs: 5_000,
      pauseMs: 1,
    });

  test.each(calls)('A %s to a closed port means that nothing was done', async (_, call) => {
    expect((await call(providerAt(await freePort()))).kind).toBe('unavailable');
  });

  test.each(calls)(
    'A server that closes the connection on a %s leaves the outcome unknown',
    async (_, call) => {
      let requests = 0;
      const server = createServer((socket) => {
        socket.on('error', () => {});
        socket.once('data', () => {
          requests += 1;
          socket.destroy();
        });
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      try {
        const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
        expect((await call(providerAt(port))).kind).toBe('unknown');
        expect(requests).toBeGreaterThan(0);
      } finally {
        server.close();
      }
    },
  );
});

describe('Console output', () => {
  const printed = [spyOn(console, 'log'), spyOn(console, 'warn'), spyOn(console, 'error')];
  afterEach(() => {
    for (const each of printed) each.mockClear();
  });

  test.each(calls)('A %s prints nothing, whatever goes wrong', async (_, call) => {
    for (const [, reply] of [...unclear, ...rejections]) await call(createFakeStripe([reply]).provider);
    for (const each of printed) expect(each).not.toHaveBeenCalled();
  });
});

const unclearForLedger = unclear.filter(([name]) => name !== unknownStatus);

test.each([...unclearForLedger, ...rejections])('%s makes the ledger unavailable', async (_name, reply) => {
  const { provider } = createFakeStripe([reply]);
  const page = await provider.readLedger({ fromMs: 0, toMs: 1_000, after: null });
  expect(page._unsafeUnwrapErr().kind).toBe('unavailable');
  expect(page._unsafeUnwrapErr().reason).not.toContain(apiKey);
});
