import { describe, expect, test } from 'bun:test';
import { err } from 'neverthrow';
import { problemCodes, problems } from '../../api/problems.ts';
import { apiOver, codeOf, expectStatus, replyOf, requestOf, textAt } from './api.ts';
import { broken } from './broken.ts';

const placing = { productId: '01980a4e-7c1b-7d10-8a5e-3f1c9b2d4e01', quantity: 1 };

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
    (await apiOver().call('GET', '/health/live', { headers: { 'x-request-id': sent } })).headers.get(
      'x-request-id',
    );

  test.each([['a'], ['A-z_0.9'], ['x'.repeat(64)]])('%s is the caller’s', async (sent) => {
    expect(await idFor(sent)).toBe(sent);
  });

  test.each([[''], ['x'.repeat(65)], ['a b'], ['a"b'], ['é'], ['<script>']])(
    '%p is not taken',
    async (sent) => {
      expect(await idFor(sent)).toMatch(/^[0-9a-f-]{36}$/);
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

describe('a body', () => {
  const post = (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
    apiOver().customer('lan').post('/orders', body, headers);

  test.each([
    ['text/plain'],
    ['application/x-www-form-urlencoded'],
    ['multipart/form-data; boundary=x'],
    ['application/xml'],
    ['application/json; charset=latin1'],
    ['application/jsonp'],
    ['application/problem+json'],
    [''],
  ])('of the type %p is refused', async (type) => {
    expect(codeOf(await post(JSON.stringify(placing), { 'content-type': type }))).toBe(
      '415 unsupported_media_type',
    );
  });

  test.each([
    ['application/json'],
    ['APPLICATION/JSON'],
    ['application/json;charset=utf-8'],
    ['application/json; charset="UTF-8"'],
  ])('of the type %p is read', async (type) => {
    expect(codeOf(await post(JSON.stringify(placing), { 'content-type': type }))).toBe('404 not_found');
  });

  test('that is compressed is refused', async () => {
    expect(codeOf(await post(JSON.stringify(placing), { 'content-encoding': 'gzip' }))).toBe(
      '415 unsupported_media_type',
    );
  });

  test.each([
    ['nothing', ''],
    ['half an object', '{"productId":'],
    ['two values', '{} {}'],
    ['a trailing comma', '{"a":1,}'],
    ['no JSON', 'hello'],
    ['octets that are no UTF-8', new Uint8Array([0x22, 0xc3, 0x28, 0x22])],
    ['a lone NUL', '\0'],
  ])('with %s is malformed', async (_, body) => {
    expect(codeOf(await post(body))).toBe('400 malformed_body');
  });

  test('that breaks off is malformed', async () => {
    const body = new ReadableStream({
      pull: (controller) => controller.error(new Error('the line broke')),
    });
    const { customer, logged } = apiOver();
    expect(codeOf(await customer('lan').post('/orders', body))).toBe('400 malformed_body');
    expect(logged).toEqual([]);
  });

  test('is refused by its announced length, unread', async () => {
    let read = false;
    const body = new ReadableStream(
      {
        pull: (controller) => {
          read = true;
          controller.close();
        },
      },
      { highWaterMark: 0 },
    );
    const headers = { 'content-length': String(1024 * 1024 + 1) };
    expect(codeOf(await post(body, headers))).toBe('413 body_too_large');
    expect(read).toBe(false);
  });

  /** JSON of exactly this many octets, in chunks of 64 KiB without an announced length. */
  const stream = (bytes: number) => {
    let left = bytes;
    return new ReadableStream({
      pull: (controller) => {
        if (left === 0) return controller.close();
        const chunk = new Uint8Array(Math.min(left, 65_536)).fill(0x20);
        if (left === bytes) chunk.set(new TextEncoder().encode('{}'));
        left -= chunk.byteLength;
        controller.enqueue(chunk);
      },
    });
  };

  test('without an announced length is counted', async () => {
    expect(codeOf(await post(stream(1024 * 1024 + 1)))).toBe('413 body_too_large');
    expect(codeOf(await post(stream(1024 * 1024)))).toBe('422 validation_failed');
  });

  test('with a thousand mistakes is answered with twenty', async () => {
    const body = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`field${index}`, index]));
    const reply = await post(body);
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(reply.body).toMatchObject({ errors: { length: 20 } });
    expect(JSON.stringify(reply.body)).not.toContain('999');
  });
});

describe('when something fails underneath', () => {
  const id = '01980a4e-7c1b-7d10-8a5e-3f1c9b2d4e01';
  const draft = { code: 'a', name: 'b', type: 'physical', price: { amount: 1, currency: 'VND' }, stock: 1 };
  const requests: Readonly<Record<string, unknown>> = {
    'GET /products': undefined,
    [`GET /products/${id}`]: undefined,
    'POST /products': draft,
    'GET /orders': undefined,
    [`GET /orders/${id}`]: undefined,
    'POST /orders': placing,
    [`DELETE /orders/${id}`]: undefined,
    [`GET /checkouts/${id}`]: undefined,
    'POST /checkouts': { orderIds: [id], payment: { method: 'pm_card_visa' } },
    'GET /queue': undefined,
    'GET /queue/tasks': undefined,
    'POST /queue/retries': { taskIds: [id] },
    'GET /demo/mails': undefined,
    'GET /demo/charges': undefined,
  };
  const secretText = 'SELECT * FROM secrets at /srv/app.ts:1';

  for (const [name, body] of Object.entries(requests)) {
    const [method = '', path = ''] = name.split(' ');

    test(`${name} says 503 when the store is away, and an operator can read why`, async () => {
      const away = async () => err({ kind: 'unavailable' as const, reason: secretText });
      const { as, logged } = apiOver({ storing: broken(away), charges: away });
      const root = as('root', 'customer', 'operator');
      const reply = await root.say(method, path, { body, headers: { 'idempotency-key': id } });
      expect(codeOf(reply)).toBe('503 unavailable');
      expect(reply.headers.get('retry-after')).toMatch(/^\d+$/);
      expect(JSON.stringify(reply.body)).not.toContain('SELECT');
      expect(logged).toHaveLength(1);
      const requestId = reply.headers.get('x-request-id');
      expect(logged[0]?.facts).toMatchObject({ reason: secretText, requestId });
    });

    test(`${name} says 500 and nothing else for a bug, and logs it once`, async () => {
      const bug = () => {
        throw new Error(secretText);
      };
      const { as, logged } = apiOver({ storing: broken(bug), charges: bug });
      const root = as('root', 'customer', 'operator');
      const reply = await root.say(method, path, { body, headers: { 'idempotency-key': id } });
      expect(codeOf(reply)).toBe('500 internal');
      expect(JSON.stringify(reply.body)).not.toContain('SELECT');
      expect(JSON.stringify([...reply.headers])).not.toContain('SELECT');
      expect(textAt(reply, 'instance')).toBe(reply.headers.get('x-request-id') ?? '');
      expect(logged).toHaveLength(1);
      expect(logged[0]?.facts).toMatchObject({ error: new Error(secretText), method, path });
    });
  }

  test('readiness that fails says 500 too', async () => {
    const isReady = () => Promise.reject(new Error(secretText));
    expect(codeOf(await apiOver({ isReady }).call('GET', '/health/ready'))).toBe('500 internal');
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
