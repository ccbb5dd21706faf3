import { describe, expect, test } from 'bun:test';
import { renderSession } from '../../api/render/session.ts';
import { browserCallPorts, type CallPorts, createCall } from '../../web/shared/call.ts';
import { queryOf } from '../../web/shared/query.ts';
import { createShopApi } from '../../web/shared/shopApi.ts';
import type { Session } from '../../web/shared/types.ts';

type Sent = { readonly path: string; readonly init: RequestInit };

/** A client over a network that gives these answers, one after the other. */
const clientOver = (...answers: readonly (Response | Error)[]) => {
  const sent: Sent[] = [];
  let token: string | null = null;
  let isOnline = true;
  const left = [...answers];
  const ports: CallPorts = {
    fetch: async (path, init) => {
      sent.push({ path, init });
      init.signal?.throwIfAborted();
      const answer = left.shift() ?? new Error('no more answers');
      if (answer instanceof Error) throw answer;
      return answer;
    },
    newId: () => `id ${sent.length + 1}`,
    token: {
      get: () => token,
      set: (value) => {
        token = value;
      },
    },
    isOnline: () => isOnline,
    language: () => 'vi',
    timeout: () => new AbortController().signal,
  };
  const goOffline = () => {
    isOnline = false;
  };
  const headersOf = (index: number) => new Headers(sent[index]?.init.headers);
  return { call: createCall(ports), sent, headersOf, goOffline };
};

const json = (value: unknown, headers: Record<string, string> = {}) => Response.json(value, { headers });

const problem = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  });

const get = { method: 'GET', path: '/orders' } as const;

describe('The client', () => {
  test('An answer is its value, with the id of its request', async () => {
    const { call, sent } = clientOver(
      json({ a: 1 }, { 'x-request-id': 'server id', 'idempotent-replayed': 'true' }),
    );
    const outcome = await call<{ a: number }>({
      method: 'POST',
      path: '/checkouts',
      body: { b: 2 },
      key: 'the key',
    });
    expect(outcome).toEqual({
      kind: 'ok',
      value: { a: 1 },
      status: 200,
      requestId: 'server id',
      replayed: true,
    });
    expect(sent[0]?.path).toBe('/checkouts');
    expect(sent[0]?.init.body).toBe('{"b":2}');
    expect(sent[0]?.init.headers).toEqual({
      'accept-language': 'vi',
      accept: 'application/json',
      'x-request-id': 'id 1',
      'content-type': 'application/json',
      'idempotency-key': 'the key',
    });
  });

  test('An answer without content has no value', async () => {
    const { call } = clientOver(new Response(null, { status: 204 }));
    expect(await call(get)).toMatchObject({ kind: 'ok', value: undefined, status: 204 });
  });

  test('A problem keeps its code, its members, its request id and when to try again', async () => {
    const { call } = clientOver(
      problem(
        409,
        { code: 'order_in_progress', title: 'T', detail: 'D', instance: 'r1', orderIds: ['o1'] },
        { 'retry-after': '7' },
      ),
    );
    expect(await call(get)).toEqual({
      kind: 'problem',
      problem: {
        code: 'order_in_progress',
        status: 409,
        title: 'T',
        detail: 'D',
        instance: 'r1',
        orderIds: ['o1'],
        retryAfterMs: 7_000,
      },
    });
  });

  test('A 401 is a session that has ended', async () => {
    const { call } = clientOver(problem(401, { code: 'unauthenticated', instance: 'r1' }));
    expect(await call(get)).toMatchObject({ kind: 'signed_out', problem: { code: 'unauthenticated' } });
  });

  test.each([
    ['a broken connection', new TypeError('Failed to fetch')],
    ['a page of a proxy', new Response('<h1>Bad gateway</h1>', { status: 502 })],
    ['a page of a hotel', new Response('<h1>Welcome</h1>', { headers: { 'content-type': 'text/html' } })],
    ['half a body', new Response('{"a":', { headers: { 'content-type': 'application/json' } })],
    ['half a problem', problem(503, 'x')],
  ])('After %s nobody knows whether the request was done', async (_, answer) => {
    const { call } = clientOver(answer);
    expect(await call(get)).toMatchObject({ kind: 'lost', requestId: 'id 1' });
  });

  test('A proxy that asks for time gets it', async () => {
    const { call } = clientOver(new Response('busy', { status: 429, headers: { 'retry-after': '12' } }));
    expect(await call(get)).toEqual({ kind: 'lost', requestId: 'id 1', retryAfterMs: 12_000 });
  });

  test('An answer that says to ask again counts as lost, though it is no refusal', async () => {
    const { call } = clientOver(Response.json(null, { headers: { 'retry-after': '1' } }));
    expect(await call(get)).toEqual({ kind: 'lost', requestId: 'id 1', retryAfterMs: 1_000 });
  });

  test('A lost answer without a network is named so', async () => {
    const { call, goOffline } = clientOver(new TypeError('Failed to fetch'));
    goOffline();
    expect(await call(get)).toMatchObject({ kind: 'offline' });
  });

  test('A request that the page no longer wants is aborted, and not lost', async () => {
    const { call } = clientOver(json({}));
    expect(await call({ ...get, signal: AbortSignal.abort() })).toEqual({ kind: 'aborted' });
  });

  test('A read says which write it has to see, and a command does not', async () => {
    const { call, headersOf } = clientOver(
      json({}, { 'consistency-token': 'after this' }),
      json({}),
      json({}),
    );
    await call({ method: 'POST', path: '/orders', body: {} });
    await call(get);
    await call({ method: 'POST', path: '/orders', body: {} });
    expect([0, 1, 2].map((index) => headersOf(index).get('consistency-token'))).toEqual([
      null,
      'after this',
      null,
    ]);
  });

  test('A browser without storage reads without a token', () => {
    const { token } = browserCallPorts(() => 'vi');
    token.set('after this');
    expect(token.get()).toBeNull();
  });
});

describe('The calls of the shop', () => {
  test('A session is what the API renders', () => {
    const rendered: ReturnType<typeof renderSession> = renderSession(
      { id: 'ann', email: 'ann@example.com', roles: ['customer'], permissions: new Set() } as never,
      0,
    );
    const session: Session = rendered;
    const again: { readonly [Key in keyof typeof rendered]: unknown } = session;
    expect(again).toMatchObject({ customerId: 'ann', email: 'ann@example.com' });
  });

  test('A query leaves out what was not chosen', () => {
    expect(queryOf({ q: 'áo & quần', status: '', cursor: null, limit: 20 })).toBe(
      '?q=%C3%A1o+%26+qu%E1%BA%A7n&limit=20',
    );
    expect(queryOf({})).toBe('');
  });

  test('An id cannot leave its place in the path', async () => {
    const { call, sent } = clientOver(json({}));
    await createShopApi(call).order('../products?x');
    expect(sent[0]?.path).toBe('/orders/..%2Fproducts%3Fx');
  });

  test('A checkout sends its key, its orders and its method', async () => {
    const { call, sent, headersOf } = clientOver(json({}));
    await createShopApi(call).checkOut('k1', ['o1', 'o2'], 'card');
    expect(headersOf(0).get('idempotency-key')).toBe('k1');
    expect(JSON.parse(String(sent[0]?.init.body))).toEqual({
      orderIds: ['o1', 'o2'],
      payment: { method: 'card' },
    });
  });
});
