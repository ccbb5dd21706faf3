import { describe, expect, test } from 'bun:test';
import { pipelines } from '../../core/pipelines/index.ts';
import { codeOf, expectStatus, pathsOf, type Reply, valueAt } from './reply.ts';
import { createTestApi, productDraft } from './testApi.ts';

const errorsOf = ({ body }: Reply): readonly unknown[] => {
  const errors = valueAt(body, 'errors');
  return Array.isArray(errors) ? errors : [];
};

const placeOrderBody = { productId: '01980a4e-7c1b-7d10-8a5e-3f1c9b2d4e01', quantity: 1 };

describe('Request bodies', () => {
  test('The response to an invalid body describes each error once', async () => {
    const { operator, world } = createTestApi();
    const draft = { ...productDraft(world), name: '', type: 'magic', stock: -1, colour: 'red' };
    const reply = await operator.post('/products', { ...draft, price: { amount: 0.5, currency: 'ABC' } });
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(reply.body).toMatchObject({
      errors: [
        { path: '/colour', message: 'This field is unknown. Leave it out' },
        {
          path: '/name',
          message:
            'Expected a name of 1 to 200 characters, at least one of them visible and none of them a control character',
        },
        { path: '/type', message: `Expected one of ${[...pipelines.keys()].join(', ')}` },
        { path: '/price/amount', message: 'Expected a whole number from 0 to 1000000000000' },
        {
          path: '/price/currency',
          message: 'Expected an active ISO 4217 currency code in upper case, of a currency with a minor unit',
        },
        { path: '/stock', message: expect.stringContaining('a whole number from 0 to 1000000000, or null') },
      ],
    });
  });

  test.each([
    ['/orders', {}, '/productId', 'Missing: expected a UUID'],
    ['/orders', { productId: 'x', quantity: 1 }, '/productId', 'Expected a UUID'],
    ['/orders', [], '', 'Expected an object'],
    [
      '/checkouts',
      { orderIds: [], payment: { method: 'x' } },
      '/orderIds',
      'Expected a list of 1 to 100 different entries',
    ],
    [
      '/checkouts',
      { orderIds: 'x', payment: { method: 'x' } },
      '/orderIds',
      'Expected a list of 1 to 100 different entries',
    ],
    ['/checkouts', { orderIds: [placeOrderBody.productId] }, '/payment', 'Missing: expected an object'],
    [
      '/webhook-endpoints',
      { url: 'https://shop.example/hooks', events: ['order.paid', 'order.paid'] },
      '/events',
      'Expected a list of 1 to 13 different entries',
    ],
    [
      '/demo/tokens',
      { email: 'lan@example.com', roles: ['customer', 'customer'] },
      '/roles',
      'Expected a list of 1 to 2 different entries',
    ],
    [
      '/keys',
      { name: 'till', permissions: ['orders:read', 'orders:read'], expiresAt: '2031-01-01T00:00:00Z' },
      '/permissions',
      'Expected a list of 1 or more different entries',
    ],
    [
      '/refunds',
      { orderId: placeOrderBody.productId, reason: 'r', restock: 1 },
      '/restock',
      'Expected true or false',
    ],
  ])('The error of POST %s with %j says at %p what is expected: %s', async (path, body, pointer, message) => {
    const root = createTestApi().as('root', 'customer', 'operator');
    const reply = await root.post(path, body, { 'idempotency-key': placeOrderBody.productId });
    expect(errorsOf(reply)).toContainEqual({ path: pointer, message });
  });

  test('No message has the words of the validator', async () => {
    const { operator } = createTestApi();
    const bodies = [null, [], {}, [[]], { code: 1, name: 1, type: 1, price: 1, stock: 'x', imageUrl: 1 }];
    for (const body of bodies)
      for (const error of errorsOf(await operator.post('/products', body)))
        expect(valueAt(error, 'message')).not.toMatch(/property|union|required|schema|length to be/i);
  });

  test.each([
    ['/demo/tokens', 'roles'],
    ['/keys', 'permissions'],
    ['/webhook-endpoints', 'events'],
    ['/checkouts', 'orderIds'],
    ['/queue/retries', 'taskIds'],
  ])('The body of POST %s may be nested as deep as it fits, and its %s are refused', async (path, field) => {
    const client = createTestApi().as('root', 'customer', 'operator');
    const body = `{"${field}":[${'['.repeat(400_000)}${']'.repeat(400_000)}]}`;
    const reply = await client.post(path, body, { 'idempotency-key': crypto.randomUUID() });
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(pathsOf(reply)).toContain(`/${field}/0`);
  });

  const post = (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
    createTestApi().customer('lan').post('/orders', body, headers);

  test.each([
    ['text/plain'],
    ['application/x-www-form-urlencoded'],
    ['multipart/form-data; boundary=x'],
    ['application/xml'],
    ['application/json; charset=latin1'],
    ['application/json; charset=utf-8; charset=latin1'],
    ['application/json; version=1, text/plain'],
    ['application/json, application/json'],
    ['application/jsonp'],
    ['application/problem+json'],
    [''],
  ])('A body of the media type %p is rejected', async (type) => {
    expect(codeOf(await post(JSON.stringify(placeOrderBody), { 'content-type': type }))).toBe(
      '415 unsupported_media_type',
    );
  });

  test.each([
    ['application/json'],
    ['APPLICATION/JSON'],
    ['application/json;charset=utf-8'],
    ['application/json; charset="UTF-8"'],
    ['application/json; charset=utf8'],
    ['application/json;'],
    ['application/json; odata=verbose; charset=utf-8;'],
    ['application/json; profile="https://example.com/a,b"'],
  ])('A body of the media type %p is accepted', async (type) => {
    expect(codeOf(await post(JSON.stringify(placeOrderBody), { 'content-type': type }))).toBe(
      '404 not_found',
    );
  });

  test('The encoding of a body that has none may be named, in any case', async () => {
    for (const encoding of ['identity', 'Identity'])
      expect(codeOf(await post(JSON.stringify(placeOrderBody), { 'content-encoding': encoding }))).toBe(
        '404 not_found',
      );
  });

  test('A compressed body is rejected', async () => {
    expect(codeOf(await post(JSON.stringify(placeOrderBody), { 'content-encoding': 'gzip' }))).toBe(
      '415 unsupported_media_type',
    );
  });

  describe.each([
    [
      'with a Content-Length',
      (body: string | Uint8Array) => ({ 'content-length': String(Buffer.byteLength(body)) }),
    ],
    ['without a Content-Length', () => ({})],
  ])('Bodies %s', (length, headersOf) => {
    test.each([
      ['nothing', ''],
      ['half an object', '{"productId":'],
      ['two values', '{} {}'],
      ['a trailing comma', '{"a":1,}'],
      ['text that is not JSON', 'hello'],
      ['bytes that are not UTF-8', new Uint8Array([0x22, 0xc3, 0x28, 0x22])],
      ['an incomplete character of four bytes', new Uint8Array([0x22, 0xf0, 0x9f, 0x98, 0x22])],
      ['a lone NUL', '\0'],
    ])(`A body ${length} that contains %s is malformed`, async (_, body) => {
      expect(codeOf(await post(body, headersOf(body)))).toBe('400 malformed_body');
    });

    test.each([
      ['characters of two to four bytes', (json: string) => json, 'Áo ﷽ 😀'],
      ['a byte order mark', (json: string) => `\ufeff${json}`, 'Áo'],
      ['the character U+FFFD', (json: string) => json, 'damaged \ufffd'],
      ['U+FFFD as an escape', (json: string) => json.replace('\ufffd', '\\ufffd'), '\ufffd'],
    ])(`A body ${length} that contains %s is read correctly`, async (_, toText, name) => {
      const { operator, world, store } = createTestApi();
      const body = new TextEncoder().encode(toText(JSON.stringify({ ...productDraft(world), name })));
      expectStatus(await operator.post('/products', body, headersOf(body)), 200);
      const page = await store.products.list({ search: null, type: null, after: null, limit: 1 });
      expect(page._unsafeUnwrap().items).toMatchObject([{ name }]);
    });
  });

  test('A body that ends too early is malformed', async () => {
    const body = new ReadableStream({
      pull: (controller) => controller.error(new Error('the connection was lost')),
    });
    const { customer, errors } = createTestApi();
    expect(codeOf(await customer('lan').post('/orders', body))).toBe('400 malformed_body');
    expect(errors).toEqual([]);
  });

  test.each(['-5', '1e9', '0x10', '5, 5', 'many'])(
    'A body whose Content-Length is %p is counted, and takes no room from others',
    async (length) => {
      const { customer } = createTestApi();
      const send = (headers: Readonly<Record<string, string>>) =>
        customer('lan').post('/orders', JSON.stringify(placeOrderBody), headers);
      expect(codeOf(await send({ 'content-length': length }))).toBe('404 not_found');
      expect(codeOf(await send({ 'content-length': length, 'transfer-encoding': 'chunked' }))).toBe(
        '404 not_found',
      );
      expect(codeOf(await send({}))).toBe('404 not_found');
    },
  );

  test('A body with a Content-Length that is too large is rejected unread', async () => {
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

  /** A JSON body of exactly this many bytes, in chunks of 64 KiB and without a Content-Length. */
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

  test('A body without a Content-Length may have 1 MiB and not more', async () => {
    expect(codeOf(await post(stream(1024 * 1024 + 1)))).toBe('413 body_too_large');
    expect(codeOf(await post(stream(1024 * 1024)))).toBe('422 validation_failed');
  });

  test('The response to a body with 1,000 errors lists 19 of them and says that there are more', async () => {
    const body = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`field${index}`, index]));
    const reply = await post(body);
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(reply.body).toMatchObject({ errors: { length: 20 } });
    expect(errorsOf(reply).at(-1)).toEqual({
      path: '/field17',
      message: 'At least 981 more errors are not listed',
    });
  });

  test.each([
    [20, { path: '/19/price/amount', message: 'Expected a whole number from 0 to 1000000000000' }],
    [21, { path: '/19/price/amount', message: '2 more errors are not listed' }],
    [950, { path: '/19/price/amount', message: '931 more errors are not listed' }],
  ])(
    'The response to a body with %i errors says in its last entry how many are not listed',
    async (count, last) => {
      const { operator, world } = createTestApi();
      const price = { amount: -1, currency: 'VND' };
      const drafts = Array.from({ length: count }, () => ({ ...productDraft(world), price }));
      const errors = errorsOf(await operator.post('/products', drafts));
      expect(errors).toHaveLength(20);
      expect(errors.at(-1)).toEqual(last);
    },
  );
});
