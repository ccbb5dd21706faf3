import { afterEach, describe, expect, test } from 'bun:test';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type Listening, serve } from '../../api/http/serve.ts';
import { codeOf, expectStatus, replyOf, textAt } from './reply.ts';
import { createTestApi } from './testApi.ts';

let servers: Listening[] = [];
afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  servers = [];
});

const startServer = async (changes: Parameters<typeof createTestApi>[0] = {}) => {
  const api = createTestApi(changes);
  const server = await serve(api.api, { port: 0 });
  servers.push(server);
  const base = `http://127.0.0.1:${server.port}`;
  const send = async (path: string, init: RequestInit = {}) => replyOf(await fetch(`${base}${path}`, init));
  return { ...api, server, base, send };
};

const json = (token: string, body: unknown, headers: Readonly<Record<string, string>> = {}): RequestInit => ({
  method: 'POST',
  body: JSON.stringify(body),
  headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
});

describe('The HTTP server', () => {
  test('An order can be placed, paid and read over a socket', async () => {
    const { send, customer, product } = await startServer();
    const token = await customer('lan').token();
    const placed = await send('/orders', json(token, { productId: await product(), quantity: 1 }));
    const orderId = textAt(expectStatus(placed, 201), 'id');
    const checkOutBody = { orderIds: [orderId], payment: { method: 'pm_card_visa' } };
    const paid = await send(
      '/checkouts',
      json(token, checkOutBody, { 'idempotency-key': crypto.randomUUID() }),
    );
    expect(textAt(expectStatus(paid, 202), 'status')).toBe('succeeded');
    const headers = { authorization: `Bearer ${token}` };
    const order = await send(`${placed.headers.get('location')}`, { headers });
    expect(textAt(expectStatus(order, 200), 'status')).toBe('paid');
  });

  test('Paths, methods and ids are handled over a socket as without one', async () => {
    const { send, product } = await startServer();
    const id = await product();
    expectStatus(await send(`/products/${id}`), 200);
    expectStatus(await send(`/products/${id}/`), 200);
    expect(codeOf(await send('/products/%E0%A4%A'))).toBe('404 not_found');
    expect(codeOf(await send('/nothing'))).toBe('404 not_found');
    expect(codeOf(await send('/products', { method: 'PUT' }))).toBe('405 method_not_allowed');
    expect((await send('/products', { method: 'OPTIONS' })).headers.get('allow')).toBe(
      'GET, HEAD, OPTIONS, POST',
    );
    const head = await send('/health/live', { method: 'HEAD' });
    expect([head.status, head.body]).toEqual([200, '']);
    expect(head.headers.get('content-length')).toBe(String('{"status":"live"}'.length));
  });

  test('A body that is too large gets a problem response, with or without a Content-Length', async () => {
    const { send, customer } = await startServer();
    const token = await customer('lan').token();
    const large = 'x'.repeat(4 * 1024 * 1024);
    expect(codeOf(await send('/orders', json(token, large)))).toBe('413 body_too_large');
    const chunks = new ReadableStream({
      start: (controller) => {
        for (let index = 0; index < 64; index++) controller.enqueue(new Uint8Array(65_536).fill(0x20));
        controller.close();
      },
    });
    expect(codeOf(await send('/orders', { ...json(token, ''), body: chunks }))).toBe('413 body_too_large');
    expectStatus(await send('/health/live'), 200);
  });

  test('A URL and headers that are too large get a problem response, and so does a query that is', async () => {
    const { send } = await startServer();
    for (const [letters, count] of [
      ['ệ', 2_000],
      ['ệ', 10_000],
      ['a', 10_000],
    ] as const)
      expect(codeOf(await send(`/products?q=${encodeURIComponent(letters.repeat(count))}`))).toBe(
        '422 validation_failed',
      );
    expect(codeOf(await send(`/products?q=${'a'.repeat(140_000)}`))).toBe('414 uri_too_long');
    for (const name of ['x-padding', 'cookie'])
      expect(codeOf(await send('/products', { headers: { [name]: 'a'.repeat(40_000) } }))).toBe(
        '431 headers_too_large',
      );
    expectStatus(await send('/products', { headers: { 'x-padding': 'a'.repeat(30_000) } }), 200);
    // The runtime answers these itself.
    expect((await send(`/products?q=${'a'.repeat(300_000)}`)).status).toBe(431);
  });

  test('The client of a request over a socket has an address', async () => {
    const { send, warnings } = await startServer();
    expect(codeOf(await send('/webhooks/stripe', { method: 'POST', body: '{}' }))).toBe(
      '400 signature_invalid',
    );
    expect(warnings).toMatchObject([{ facts: { client: { address: '127.0.0.1', scheme: 'http' } } }]);
  });

  test('A client that disconnects in the middle of a body does not disturb other requests', async () => {
    const { send, server, customer, errors } = await startServer();
    const token = await customer('lan').token();
    const socket = connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
    const head = `POST /orders HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${token}\r\n`;
    socket.write(`${head}content-type: application/json\r\ncontent-length: 1000\r\n\r\n{"productId"`);
    expectStatus(await send('/health/live'), 200);
    socket.destroy();
    await once(socket, 'close');
    expectStatus(await send('/health/live'), 200);
    expect(errors).toEqual([]);
  });
});

/** Sends a request as it is written, and returns the first line of the response. */
const statusLineOf = async (port: number, request: string): Promise<string> => {
  const socket = connect(port, '127.0.0.1');
  socket.write(request);
  const [chunk] = await once(socket, 'data');
  socket.destroy();
  return String(chunk).split('\r\n')[0] ?? '';
};

describe('A request without a usable Host', () => {
  test.each([
    ['HTTP/1.0', ' HTTP/1.0\r\n\r\n'],
    ['an empty Host', ' HTTP/1.1\r\nHost:\r\n\r\n'],
    ['a Host with a blank', ' HTTP/1.1\r\nHost: a b\r\n\r\n'],
  ])('A request with %s is routed by its path', async (_, end) => {
    const { server } = await startServer();
    const ask = (target: string) => statusLineOf(server.port, `${target}${end}`);
    expect(await ask('GET /health/live')).toBe('HTTP/1.1 200 OK');
    expect(await ask('GET /health/ready')).toBe('HTTP/1.1 200 OK');
    expect(await ask('GET /products?limit=1')).toBe('HTTP/1.1 200 OK');
    expect(await ask('GET /nothing')).toBe('HTTP/1.1 404 Not Found');
  });

  test('A body without a Host is read as with one', async () => {
    const { server, customer } = await startServer();
    const body = '{"quantity":1}';
    const head = `POST /orders HTTP/1.0\r\nauthorization: Bearer ${await customer('lan').token()}\r\n`;
    const rest = `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    expect(await statusLineOf(server.port, head + rest)).toBe('HTTP/1.1 422 Unprocessable Entity');
  });
});

test('A port that is in use is not shared', async () => {
  const { server, api } = await startServer();
  await expect(serve(api, { port: server.port })).rejects.toThrow();
});

describe('A server that stops', () => {
  test('A server that stops finishes requests in flight, closes idle connections and accepts no new ones', async () => {
    const entered = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const { send, server, customer, product } = await startServer({
      wrapProvider: (provider) => ({
        ...provider,
        charge: async (request) => {
          entered.resolve();
          await release.promise;
          return provider.charge(request);
        },
      }),
    });
    const lan = customer('lan');
    const orderId = await lan.order(await product());
    const idle = connect(server.port, '127.0.0.1');
    const closed = once(idle, 'close');
    idle.write('GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await once(idle, 'data');

    const checkOutBody = { orderIds: [orderId], payment: { method: 'pm_card_visa' } };
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const paid = send('/checkouts', json(await lan.token(), checkOutBody, headers));
    await entered.promise;
    const stopped = server.stop();
    await closed;
    await expect(send('/health/live')).rejects.toThrow();
    release.resolve();
    expect(textAt(expectStatus(await paid, 202), 'status')).toBe('succeeded');
    await stopped;
  });
});
