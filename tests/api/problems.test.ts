import { describe, expect, test } from 'bun:test';
import { problems } from '../../api/http/problems.ts';
import { problemGuides } from '../../api/openapi/problemGuides.ts';
import { codeOf, expectStatus, replyOf } from './reply.ts';
import { createTestApi, requestOf } from './testApi.ts';

describe('Problem responses', () => {
  test('A problem has all members of RFC 9457 and the request id', async () => {
    const reply = await createTestApi().call('GET', '/nothing', { headers: { 'x-request-id': 'mine-1' } });
    expect(reply.status).toBe(404);
    expect(reply.headers.get('content-type')).toBe('application/problem+json');
    expect(reply.body).toEqual({
      type: '/docs/problems/not_found',
      title: 'Not found',
      status: 404,
      detail: expect.any(String),
      instance: 'mine-1',
      code: 'not_found',
    });
  });

  test('All problems of a code have the status and the title of its page', () => {
    for (const { code, status, title } of Object.values(problems)) {
      const page = problemGuides[code];
      expect({ code, status, title }).toEqual({ code, status: page?.status ?? 0, title: page?.title ?? '' });
    }
  });
});

describe('Request ids', () => {
  const requestIdFor = async (sent: string) =>
    (
      await createTestApi({ ownApp: true }).call('GET', '/health/live', { headers: { 'x-request-id': sent } })
    ).headers.get('x-request-id');

  test.each([['a'], ['A-z_0.9'], ['x'.repeat(64)]])('The id %s of the caller is used', async (sent) => {
    expect(await requestIdFor(sent)).toBe(sent);
  });

  test.each([[''], ['x'.repeat(65)], ['a b'], ['a"b'], ['é'], ['<script>']])(
    'The invalid id %p of the caller is replaced',
    async (sent) => {
      expect(await requestIdFor(sent)).toMatch(/^[0-9a-f]{32}-1$/);
    },
  );
});

describe('Paths and methods', () => {
  test.each([['/orders/1/2'], ['/Orders'], ['/../etc/passwd'], ['//orders'], ['/orders%2f1']])(
    'The path %s without a route is 404',
    async (path) => {
      expect(codeOf(await createTestApi().call('GET', path))).toBe('404 not_found');
    },
  );

  test('A path is found if the host name is short', async () => {
    const { api } = createTestApi();
    for (const host of ['a', 'api', 'api:3000'])
      expect((await api.handle(new Request(`http://${host}/health/live`))).status).toBe(200);
  });

  test.each([
    ['PUT', '/orders', 'GET, HEAD, OPTIONS, POST'],
    ['DELETE', '/checkouts', 'OPTIONS, POST'],
    ['POST', '/orders/1', 'DELETE, GET, HEAD, OPTIONS, PATCH'],
    ['PATCH', '/queue/tasks', 'GET, HEAD, OPTIONS'],
    ['POST', '/health/live', 'GET, HEAD, OPTIONS'],
    ['GET', '/queue/retries', 'OPTIONS, POST'],
    ['HEAD', '/checkouts', 'OPTIONS, POST'],
    ['POST', '/docs/json', 'GET, HEAD, OPTIONS'],
    ['PROPFIND', '/orders', 'GET, HEAD, OPTIONS, POST'],
    ['DELETE', '/checkouts/options', 'GET, HEAD, OPTIONS'],
  ])('The method of %s %s is not allowed', async (method, path, allow) => {
    const reply = await createTestApi().call(method, path);
    expect(codeOf(reply)).toBe('405 method_not_allowed');
    expect(reply.headers.get('allow')).toBe(allow);
  });

  test('The method of a path whose last word another route takes for an id is not allowed, whoever asks', async () => {
    const { customer, operator } = createTestApi();
    for (const caller of [customer('lan'), operator])
      expect(codeOf(await caller.remove('/checkouts/options'))).toBe('405 method_not_allowed');
  });

  test('OPTIONS lists the methods of a path', async () => {
    const reply = await createTestApi().call('OPTIONS', '/orders/1');
    expect(reply.status).toBe(204);
    expect(reply.headers.get('allow')).toBe('DELETE, GET, HEAD, OPTIONS, PATCH');
    expect(reply.headers.has('access-control-allow-origin')).toBe(false);
    expect((await createTestApi().call('OPTIONS', '/nothing')).status).toBe(404);
  });

  test('HEAD has the headers of GET and no body', async () => {
    const { call, product } = createTestApi();
    const path = `/products/${await product()}`;
    const [head, get] = [await call('HEAD', path), await call('GET', path)];
    expect(head.status).toBe(200);
    expect(head.body).toBe('');
    expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'));
    expect((await call('HEAD', '/products/1')).status).toBe(404);
  });
});

describe('All responses', () => {
  test('Security headers forbid browsers to sniff, frame and cache responses', async () => {
    const { call } = createTestApi();
    for (const path of ['/health/live', '/products/1', '/orders', '/nothing', '/docs/json']) {
      const { headers } = await call('GET', path);
      expect(Object.fromEntries(headers)).toMatchObject({
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      });
      expect(headers.has('server')).toBe(false);
      expect(headers.has('x-powered-by')).toBe(false);
    }
  });

  test('Concurrent responses keep their own request ids', async () => {
    const { api, product } = createTestApi();
    const path = `http://localhost/products/${await product()}`;
    const requests = ['one', 'two', 'three'].map((id) =>
      api.handle(requestOf('GET', path, { headers: { 'x-request-id': id } })).then(replyOf),
    );
    const ids = (await Promise.all(requests)).map((reply) =>
      expectStatus(reply, 200).headers.get('x-request-id'),
    );
    expect(ids).toEqual(['one', 'two', 'three']);
  });
});

describe('Health', () => {
  test('The health routes report that the process is live, and ready or what is missing', async () => {
    expect((await createTestApi().call('GET', '/health/live')).body).toEqual({ status: 'live' });
    expect((await createTestApi().call('GET', '/health/ready')).body).toEqual({ status: 'ready' });
    const isReady = async () => ({ ready: false, missing: ['database', 'worker'] });
    const { call } = createTestApi({ isReady });
    const reply = await call('GET', '/health/ready');
    expect(codeOf(reply)).toBe('503 unavailable');
    expect(reply.body).toMatchObject({ missing: ['database', 'worker'] });
    expect((await call('GET', '/health/live')).status).toBe(200);
  });
});
