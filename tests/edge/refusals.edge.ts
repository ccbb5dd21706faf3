import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { problemCodes } from '../../api/http/problems.ts';
import { createTestApi } from '../api/testApi.ts';
import { gatewayAvailable } from './gateway.ts';
import { createGround, type Ground } from './ground.ts';
import { sendRaw, statusOf } from './raw.ts';

const host = 'Host: localhost\r\nConnection: close\r\n';
/** A request that nobody sends by itself: it stands in the body of another one. */
const hidden = 'GET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n';
const post = (headers: string, body = '') => `POST /orders HTTP/1.1\r\n${host}${headers}\r\n\r\n${body}`;
const get = (headers: string) => `GET /orders HTTP/1.1\r\n${headers}\r\n\r\n`;

/** What a proxy and a server behind it may read differently. */
const smuggled: Readonly<Record<string, string>> = {
  'a length and chunks': post(
    `Content-Length: ${hidden.length + 5}\r\nTransfer-Encoding: chunked`,
    `0\r\n\r\n${hidden}`,
  ),
  'chunks and a length': post(
    'Transfer-Encoding: chunked\r\nContent-Length: 4',
    `${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`,
  ),
  'two lengths': post(`Content-Length: 2\r\nContent-Length: ${hidden.length}`, `{}${hidden}`),
  'the same length twice': post('Content-Length: 2\r\nContent-Length: 2', '{}'),
  'a list of lengths': post('Content-Length: 2, 2', '{}'),
  'a length with a sign': post('Content-Length: +2', '{}'),
  'a negative length': post('Content-Length: -1'),
  'two codings': post('Transfer-Encoding: chunked\r\nTransfer-Encoding: identity', '0\r\n\r\n'),
  'an unknown coding': post('Transfer-Encoding: xchunked', `0\r\n\r\n${hidden}`),
  'a blank before the colon': post('Transfer-Encoding : chunked', `0\r\n\r\n${hidden}`),
  'chunks in HTTP/1.0': `POST /orders HTTP/1.0\r\n${host}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
  'a size of a chunk that is no number': post('Transfer-Encoding: chunked', `zz\r\n${hidden}`),
  'a folded header': get(`${host}X-A: b\r\n Transfer-Encoding: chunked`),
  'a folded first header': get(` X-A: b\r\n${host}`),
  'a bare carriage return': get(`${host}X-A: b\rContent-Length: 5`),
  'a NUL in a header': get(`${host}X-A: b\0c`),
  'a whole URL': `GET http://localhost/orders HTTP/1.1\r\n${host}\r\n`,
  'a whole URL of another host': `GET http://evil.example/orders HTTP/1.1\r\n${host}\r\n`,
  'a whole URL in capitals': `GET HTTPS://LOCALHOST/orders HTTP/1.1\r\n${host}\r\n`,
  'no host': get('Connection: close'),
  'an empty host': get('Host:\r\nConnection: close'),
  'two hosts': get(`${host}Host: localhost`),
  'another host': get('Host: evil.example\r\nConnection: close'),
  'a host with a blank': get('Host: local host\r\nConnection: close'),
  'a host with a path': get('Host: localhost/evil\r\nConnection: close'),
  'a host with a user': get('Host: localhost@evil.example\r\nConnection: close'),
  'a tunnel': `CONNECT localhost:80 HTTP/1.1\r\n${host}\r\n`,
  'no path': `OPTIONS * HTTP/1.1\r\n${host}\r\n`,
  'a version that nobody knows': `GET /orders HTTP/3.0\r\n${host}\r\n`,
  'a preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  TLS: '\x16\x03\x01\x00\r\n\r\n',
};

const codes: Readonly<Record<number, string>> = {
  400: 'malformed_body',
  404: 'not_found',
  413: 'body_too_large',
  414: 'uri_too_long',
  429: 'rate_limited',
  431: 'headers_too_large',
  503: 'unavailable',
};

describe.if(gatewayAvailable())('What the gateway refuses', () => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await createGround();
  });
  afterAll(() => ground.close());
  const received = () => ground.all.reduce((sum, one) => sum + one.received.length, 0);

  /** A problem of the gateway looks like one of the shop, and has the same headers. */
  const expectProblem = async (response: string, status: number) => {
    const ofShop = await createTestApi().call('GET', '/nothing');
    const headers = new Headers(
      [...response.matchAll(/^([\w-]+): (.*)\r$/gm)].map(([, name = '', value = '']) => [name, value]),
    );
    const body = JSON.parse(response.slice(response.indexOf('\r\n\r\n') + 4));
    const code = codes[status] ?? '';
    expect([statusOf(response), body]).toEqual([
      status,
      {
        type: `/docs/problems/${code}`,
        title: expect.any(String),
        status,
        detail: expect.any(String),
        instance: headers.get('x-request-id'),
        code,
      },
    ]);
    expect(Object.keys(body)).toEqual(Object.keys(ofShop.body as object));
    expect([...problemCodes]).toContain(body.code);
    expect(body.instance).toMatch(/^[A-Za-z0-9._-]{1,64}$/);
    for (const [name, value] of ofShop.headers)
      if (name !== 'x-request-id') expect([name, headers.get(name)]).toEqual([name, value]);
    expect(headers.get('server')).toBe('nginx');
  };

  test.each(Object.entries(smuggled))('A request with %s is not let in', async (_, text) => {
    const before = received();
    const response = await sendRaw(ground.gateway.port, text);
    expect(received()).toBe(before);
    await expectProblem(response, statusOf(response) === 404 ? 404 : 400);
  });

  test('Lines that end without a carriage return are written anew, and nothing is hidden in them', async () => {
    const before = received();
    const text = `POST /orders HTTP/1.1\nHost: localhost\nConnection: close\nX-A: b\nContent-Length: ${hidden.length}\n\n${hidden}`;
    expect(statusOf(await sendRaw(ground.gateway.port, text))).toBe(200);
    const chunks = `POST /orders HTTP/1.1\r\n${host}Transfer-Encoding: chunked\n\n2\n{}\n0\n\n`;
    expect(statusOf(await sendRaw(ground.gateway.port, chunks))).toBe(200);
    expect(received()).toBe(before + 2);
    expect(ground.all.flatMap((one) => one.received.filter(({ url }) => url === '/hidden'))).toEqual([]);
    const [, headers] = ground.checkout.flatMap((one) => one.received.map(({ rawHeaders }) => rawHeaders));
    expect(headers?.join('')).not.toMatch(/[\r\n]/);
  });

  test.each([
    [413, 'a body over 1 MiB', post(`Content-Length: ${1024 ** 2 + 1}`)],
    [414, 'a URL over 132 KiB', `GET /${'a'.repeat(140_000)} HTTP/1.1\r\n${host}\r\n`],
    [431, 'a header over 132 KiB', get(`${host}X-A: ${'a'.repeat(140_000)}`)],
    [431, 'many headers', get(`${host}${`X-A: ${'a'.repeat(100_000)}\r\n`.repeat(6)}X-B: c`)],
  ])('The gateway answers %i to %s, as a problem', async (status, _, text) => {
    const before = received();
    await expectProblem(await sendRaw(ground.gateway.port, text), status);
    expect(received()).toBe(before);
  });

  test.each(['GET', 'POST', 'DELETE'])(
    'A %s that no process answers in time is a problem',
    async (method) => {
      // Alone, because a busy machine may take as long for an answer that others wait for.
      const silent = await createGround({
        edits: {
          'gateway/proxy.conf': (text) => text.replace('proxy_read_timeout 40s', 'proxy_read_timeout 200ms'),
        },
      });
      for (const upstream of silent.all) upstream.answer = () => {};
      const response = await sendRaw(silent.gateway.port, `${method} /orders HTTP/1.1\r\n${host}\r\n`);
      await expectProblem(response, 503);
      expect(response).toContain('Retry-After: 1\r\n');
      await silent.close();
    },
  );

  test.each(['GET', 'POST', 'DELETE'])('A %s while no process is there is a problem', async (method) => {
    const alone = await createGround();
    for (const upstream of alone.all) upstream.close();
    const { port } = alone.gateway;
    await expectProblem(await sendRaw(port, `${method} /orders HTTP/1.1\r\n${host}\r\n`), 503);
    await alone.close();
  });

  test('A response of the shop passes as it is, whatever its status', async () => {
    for (const status of [400, 404, 408, 413, 429, 431, 500, 502, 503]) {
      for (const upstream of ground.all)
        upstream.answer = (_, response) => response.writeHead(status, { 'content-type': 'a/b' }).end('mine');
      for (const method of ['GET', 'POST', 'DELETE']) {
        const response = await fetch(`${ground.gateway.url}/orders`, { method });
        expect([method, status, await response.text()]).toEqual([method, response.status, 'mine']);
      }
    }
    for (const upstream of ground.all) upstream.answer = (_, response) => response.end(upstream.name);
  });

  test('A DELETE moves on from a process that is not there, and is sent once', async () => {
    const [first, second] = ground.checkout;
    first?.close();
    for (let index = 0; index < 20; index++) {
      const response = await fetch(`${ground.gateway.url}/orders/${index}`, { method: 'DELETE' });
      expect([response.status, await response.text()]).toEqual([200, 'checkout']);
      expect(second?.received.filter(({ url }) => url === `/orders/${index}`)).toHaveLength(1);
    }
  });
});
