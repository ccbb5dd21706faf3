import { describe, expect, test } from 'bun:test';
import { problemCodes, problems } from '../../api/http/problems.ts';
import { apiOver, codeOf, expectStatus, replyOf, requestOf } from './api.ts';

describe('a problem', () => {
  test('has all members of RFC 9457, and the id of the request', async () => {
    const reply = await apiOver().call('GET', '/nothing', { headers: { 'x-request-id': 'mine-1' } });
    expect(reply.status).toBe(404);
    expect(reply.headers.get('content-type')).toBe('application/problem+json');
    expect(reply.body).toEqual({
      type: 'urn:cartwright:problem:not_found',
      title: 'Not found',
      status: 404,
      detail: expect.any(String),
      instance: 'mine-1',
      code: 'not_found',
    });
  });

  test('has one status for each code, and a code for each status that is said', () => {
    const rows = Object.values(problems);
    for (const code of problemCodes) {
      const statuses = new Set(rows.filter((row) => row.code === code).map(({ status }) => status));
      expect(`${code}: ${statuses.size}`).toBe(`${code}: ${code === 'rate_limited' ? 0 : 1}`);
    }
  });
});

describe('the id of a request', () => {
  const idFor = async (sent: string) =>
    (
      await apiOver({ alone: true }).call('GET', '/health/live', { headers: { 'x-request-id': sent } })
    ).headers.get('x-request-id');

  test.each([['a'], ['A-z_0.9'], ['x'.repeat(64)]])('%s is the caller’s', async (sent) => {
    expect(await idFor(sent)).toBe(sent);
  });

  test.each([[''], ['x'.repeat(65)], ['a b'], ['a"b'], ['é'], ['<script>']])(
    '%p is not taken',
    async (sent) => {
      expect(await idFor(sent)).toMatch(/^[0-9a-f]{32}-1$/);
    },
  );
});

describe('a path', () => {
  test.each([['/'], ['/orders/1/2'], ['/Orders'], ['/../etc/passwd'], ['//orders'], ['/orders%2f1']])(
    '%s that names nothing is 404',
    async (path) => {
      expect(codeOf(await apiOver().call('GET', path))).toBe('404 not_found');
    },
  );

  test('is found behind a short host', async () => {
    const { api } = apiOver();
    for (const host of ['a', 'api', 'api:3000'])
      expect((await api.handle(new Request(`http://${host}/health/live`))).status).toBe(200);
  });

  test.each([
    ['PUT', '/orders', 'GET, HEAD, OPTIONS, POST'],
    ['DELETE', '/checkouts', 'OPTIONS, POST'],
    ['POST', '/orders/1', 'DELETE, GET, HEAD, OPTIONS'],
    ['PATCH', '/queue/tasks', 'GET, HEAD, OPTIONS'],
    ['POST', '/health/live', 'GET, HEAD, OPTIONS'],
    ['GET', '/queue/retries', 'OPTIONS, POST'],
    ['HEAD', '/checkouts', 'OPTIONS, POST'],
    ['POST', '/docs/json', 'GET, HEAD, OPTIONS'],
    ['PROPFIND', '/orders', 'GET, HEAD, OPTIONS, POST'],
  ])('does not take %s %s', async (method, path, allow) => {
    const reply = await apiOver().call(method, path);
    expect(codeOf(reply)).toBe('405 method_not_allowed');
    expect(reply.headers.get('allow')).toBe(allow);
  });

  test('tells its methods to OPTIONS', async () => {
    const reply = await apiOver().call('OPTIONS', '/orders/1');
    expect(reply.status).toBe(204);
    expect(reply.headers.get('allow')).toBe('DELETE, GET, HEAD, OPTIONS');
    expect(reply.headers.has('access-control-allow-origin')).toBe(false);
    expect((await apiOver().call('OPTIONS', '/nothing')).status).toBe(404);
  });

  test('answers HEAD like GET, without the body', async () => {
    const { call, product } = apiOver();
    const path = `/products/${await product()}`;
    const [head, get] = [await call('HEAD', path), await call('GET', path)];
    expect(head.status).toBe(200);
    expect(head.body).toBe('');
    expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'));
    expect((await call('HEAD', '/products/1')).status).toBe(404);
  });
});

describe('every answer', () => {
  test('keeps browsers from guessing, framing and keeping', async () => {
    const { call } = apiOver();
    for (const path of ['/health/live', '/products', '/orders', '/nothing', '/docs/json']) {
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

  test('is apart from every other', async () => {
    const { api, product } = apiOver();
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

describe('health', () => {
  test('says that it lives, and that it is ready or what is missing', async () => {
    expect((await apiOver().call('GET', '/health/live')).body).toEqual({ status: 'live' });
    expect((await apiOver().call('GET', '/health/ready')).body).toEqual({ status: 'ready' });
    const isReady = async () => ({ ready: false, missing: ['database', 'worker'] });
    const { call } = apiOver({ isReady });
    const reply = await call('GET', '/health/ready');
    expect(codeOf(reply)).toBe('503 unavailable');
    expect(reply.body).toMatchObject({ missing: ['database', 'worker'] });
    expect((await call('GET', '/health/live')).status).toBe(200);
  });
});
