import { afterEach, describe, expect, spyOn, test } from 'bun:test';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createStripeProvider } from '../../adapters/stripe/provider.ts';
import { systemTimer } from '../../adapters/system/timer.ts';
import type { PaymentProvider } from '../../core/provider.ts';
import { freePort } from '../processes/server.ts';
import { broken, error, facing, intent, json, type Reply, raw } from './fakeStripe.ts';
import { apiKey, request, secret } from './harness.ts';

const back = { refundId: 'r', reference: 'pi_1', amount: { amount: 1, currency: 'VND' } };
const verbs: readonly [string, (provider: PaymentProvider) => Promise<{ readonly kind: string }>][] = [
  ['charge', (provider) => provider.charge(request('a'))],
  ['cancel', (provider) => provider.cancel(request('a'))],
  ['giveBack', (provider) => provider.refund(back)],
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
const misunderstood: readonly [string, Reply][] = [
  ['a page with 200', raw(page)],
  ['nothing with 200', raw('')],
  ['JSON that is cut off', raw('{"id":"pi_1","object":"payment_intent","status":"succeeded"')],
  ['a body that breaks off', cutBody],
  ['null', json(null)],
  ['an empty object', json({})],
  ['a number', json(1)],
  ['a list', json([])],
  ['an object of another kind', json({ id: 'cus_1', object: 'customer', status: 'succeeded' })],
  [
    'a status that nobody knows',
    json({ ...intent({ status: 'teleported' }), data: [{ id: 1, metadata: { refund_id: 'r' } }] }),
  ],
  ['an error of no form', json({ error: 'no' })],
  ['500', error(500, { type: 'api_error' })],
  ['500 as a page', raw(page, 500)],
  ['502 as a page', raw(page, 502)],
  ['402 of no card', error(402, { type: 'api_error' })],
  ['404 as a page', raw(page, 404)],
  ['a key in use', error(409, { type: 'idempotency_error', code: 'idempotency_key_in_use' })],
  ['a lock', error(429, { type: 'invalid_request_error', code: 'lock_timeout' })],
  ['a connection that is reset', broken('ECONNRESET')],
  ['a pipe that breaks', broken('EPIPE')],
  ['a failure without a name', broken('')],
];

const turnedAway: readonly [string, Reply][] = [
  [
    'a key that is wrong',
    error(401, { type: 'invalid_request_error', message: `Invalid API Key: ${apiKey}` }),
  ],
  ['a key that may not', error(403, { type: 'invalid_request_error', message: `${apiKey} has no right` })],
  ['too many requests', error(429, { type: 'invalid_request_error', code: 'rate_limit' })],
  ['nobody there', broken('ECONNREFUSED')],
  ['no address', broken('ENOTFOUND')],
  [
    'a request that is wrong',
    error(400, { type: 'invalid_request_error', code: 'parameter_unknown', param: 'x' }),
  ],
];

describe.each(verbs)('a provider that cannot be trusted, %s', (_, call) => {
  test.each(misunderstood)('%s leaves the outcome unknown', async (_name, reply) => {
    const { provider, sent } = facing([reply]);
    const outcome = await call(provider);
    expect(outcome.kind).toBe('unknown');
    expect(JSON.stringify(outcome)).not.toContain(apiKey);
    expect(sent.length).toBeLessThanOrEqual(4);
  });

  test.each(turnedAway)('%s means that nothing was done', async (_name, reply) => {
    const { provider, sent } = facing([reply]);
    const outcome = await call(provider);
    expect(outcome.kind).toBe('unavailable');
    expect(JSON.stringify(outcome)).not.toContain(apiKey);
    expect(sent.length).toBeLessThanOrEqual(2);
  });

  test.each(turnedAway.slice(0, 5))('%s after a lost answer proves nothing', async (_name, reply) => {
    const { provider } = facing([broken('ECONNRESET'), reply]);
    expect((await call(provider)).kind).toBe('unknown');
  });

  test('no answer at all ends with the time limit, and is not asked for again', async () => {
    const { provider, sent } = facing([stalled], 30);
    expect((await call(provider)).kind).toBe('unknown');
    expect(sent).toHaveLength(1);
  });

  test('each try of a request has the same key and the same body', async () => {
    const { provider, sent } = facing([raw(page, 503)]);
    await call(provider);
    expect(sent[1]).toEqual(sent[0] ?? sent[1]);
    expect(sent.length).toBeGreaterThan(1);
  });
});

describe('a real socket', () => {
  const over = (port: number) =>
    createStripeProvider(systemTimer, {
      apiKey,
      webhookSecret: secret,
      baseUrl: `http://127.0.0.1:${port}`,
      timeoutMs: 5_000,
      pauseMs: 1,
    });

  test.each(verbs)('nobody listens: nothing was done by %s', async (_, call) => {
    expect((await call(over(await freePort()))).kind).toBe('unavailable');
  });

  test.each(verbs)('a server that hangs up on %s leaves the outcome unknown', async (_, call) => {
    let heard = 0;
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => {
        heard += 1;
        socket.destroy();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    try {
      const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
      expect((await call(over(port))).kind).toBe('unknown');
      expect(heard).toBeGreaterThan(0);
    } finally {
      server.close();
    }
  });
});

describe('nothing is printed', () => {
  const printed = [spyOn(console, 'log'), spyOn(console, 'warn'), spyOn(console, 'error')];
  afterEach(() => {
    for (const each of printed) each.mockClear();
  });

  test.each(verbs)('by %s, whatever goes wrong', async (_, call) => {
    for (const [, reply] of [...misunderstood, ...turnedAway]) await call(facing([reply]).provider);
    for (const each of printed) expect(each).not.toHaveBeenCalled();
  });
});

const noCharges = misunderstood.filter(([name]) => name !== 'a status that nobody knows');

test.each([...noCharges, ...turnedAway])('the ledger is unavailable after %s', async (_name, reply) => {
  const { provider } = facing([reply]);
  const page = await provider.readLedger({ fromMs: 0, toMs: 1_000, after: null });
  expect(page._unsafeUnwrapErr().kind).toBe('unavailable');
  expect(page._unsafeUnwrapErr().reason).not.toContain(apiKey);
});
