import { describe, expect, test } from 'bun:test';
import { isOrigin } from '../../api/http/cors.ts';
import { noPages, type PageFile } from '../../api/http/pageFiles.ts';
import { codeOf, expectStatus } from './reply.ts';
import { createTestApi, requestOf } from './testApi.ts';

const origin = 'https://shop.example.com';
const corsOrigins = [origin, 'http://localhost:5173'];
const api = createTestApi({ corsOrigins });

const corsHeadersOf = ({ headers }: { readonly headers: Headers }) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));

const readable = {
  'access-control-allow-origin': origin,
  'access-control-expose-headers':
    'Consistency-Token, X-Request-Id, Location, Retry-After, Idempotent-Replayed',
};

const picture: PageFile = {
  type: 'image/svg+xml',
  bytes: new TextEncoder().encode('<svg/>'),
  entityTag: '"picture"',
  encoded: {},
};

const preflight = (path: string, from = origin, target = api) =>
  target.call('OPTIONS', path, {
    headers: {
      origin: from,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,idempotency-key',
    },
  });

describe('Pages of other origins', () => {
  test('A page of an allowed origin may read every response, problems too', async () => {
    const lan = api.customer('lan');
    const headers = { origin };
    const id = await lan.order(await api.product());
    const replies = [
      expectStatus(await api.call('GET', '/products', { headers }), 200),
      expectStatus(await api.call('GET', '/docs/start.js', { headers }), 200),
      expectStatus(await lan.send('DELETE', `/orders/${id}`, { headers }), 204),
      expectStatus(await api.call('GET', '/orders', { headers }), 401),
      expectStatus(await api.call('GET', '/nothing', { headers }), 404),
      expectStatus(await api.call('PUT', '/products', { headers }), 405),
      expectStatus(await lan.post('/orders', {}, headers), 422),
      expectStatus(await api.call('GET', `/products?q=${'x'.repeat(200_000)}`, { headers }), 414),
    ];
    for (const reply of replies) {
      expect(corsHeadersOf(reply)).toEqual(readable);
      expect(reply.headers.get('vary')).toBe('Origin');
    }
  });

  test('A response that depends on another header too names both, so that no cache mixes them up', async () => {
    const withPages = createTestApi({
      corsOrigins,
      pages: {
        ...noPages,
        files: { ...noPages.files, images: new Map([['watch.svg', async () => picture]]) },
      },
    });
    const token = await withPages.operator.token();
    for (const [path, name] of [
      ['/images/watch.svg', 'Accept-Encoding'],
      ['/checkouts/options', 'Accept-Language'],
      ['/docs/asyncapi', 'Accept'],
      ['/metrics', 'Accept'],
    ] as const) {
      const reply = await withPages.api.handle(
        requestOf('GET', `http://localhost${path}`, { token, headers: { origin } }),
      );
      expect(reply.status).toBe(200);
      expect(reply.headers.get('vary')).toBe(`Origin, ${name}`);
      expect(corsHeadersOf(reply)).toEqual(readable);
    }
  });

  test('A preflight is answered on every route, without a token', async () => {
    const paths = new Set(api.api.routes.map(({ path }) => path));
    expect(paths.size).toBeGreaterThan(20);
    for (const path of paths) {
      const url = path.replace(':id', crypto.randomUUID()).replace(/:\w+/, 'x');
      const reply = expectStatus(await preflight(url), 204);
      expect(corsHeadersOf(reply)).toEqual({
        ...readable,
        'access-control-allow-methods': reply.headers.get('allow') ?? '',
        'access-control-allow-headers':
          'Authorization, Content-Type, Idempotency-Key, Consistency-Token, X-Request-Id',
        'access-control-max-age': '600',
      });
    }
    expect((await preflight('/orders')).headers.get('access-control-allow-methods')).toBe(
      'GET, HEAD, OPTIONS, POST',
    );
  });

  test('A preflight of an unknown path passes, so that the page hears 404', async () => {
    const reply = expectStatus(await preflight('/nothing'), 204);
    expect(reply.headers.get('access-control-allow-methods')).toContain('PATCH');
    expect(reply.headers.has('allow')).toBe(false);
  });

  test.each([
    'https://evil.example.com',
    'https://shop.example.com.evil.example',
    'https://sub.shop.example.com',
    'http://shop.example.com',
    'https://shop.example.com:444',
    'HTTPS://SHOP.EXAMPLE.COM',
    'null',
    '*',
  ])('A page of the origin %s may read nothing', async (from) => {
    const reply = expectStatus(await api.call('GET', '/products', { headers: { origin: from } }), 200);
    expect(corsHeadersOf(reply)).toEqual({});
    expect(reply.headers.get('vary')).toBe('Origin');
    expect(corsHeadersOf(expectStatus(await preflight('/orders', from), 204))).toEqual({});
  });

  test('OPTIONS without a preflight says what it did', async () => {
    expect(codeOf(await api.call('OPTIONS', '/nothing', { headers: { origin } }))).toBe('404 not_found');
    const reply = await api.call('OPTIONS', '/orders', { headers: { origin } });
    expect([reply.status, reply.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS, POST']);
  });

  test('Without CORS_ORIGINS no page of another origin may read anything', async () => {
    const closed = createTestApi();
    const reply = expectStatus(await closed.call('GET', '/products', { headers: { origin } }), 200);
    expect(corsHeadersOf(reply)).toEqual({});
    expect(reply.headers.has('vary')).toBe(false);
    expect(corsHeadersOf(await preflight('/orders', origin, closed))).toEqual({});
  });
});

test.each([
  ['https://shop.example.com', true],
  ['http://localhost:5173', true],
  ['https://xn--mnchen-3ya.example', true],
  ['https://shop.example.com/', false],
  ['https://shop.example.com/shop', false],
  ['https://shop.example.com:443', false],
  ['https://SHOP.example.com', false],
  ['https://münchen.example', false],
  ['https://user@shop.example.com', false],
  ['https://*.example.com', false],
  ['shop.example.com', false],
  ['file:///x', false],
  ['null', false],
  ['*', false],
  ['', false],
])('%j as an origin: %p', (text, expected) => {
  expect(isOrigin(text)).toBe(expected);
});
