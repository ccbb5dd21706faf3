import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { createTestApi } from '../api/testApi.ts';
import { tokenFor } from '../processes/tokens.ts';
import { gatewayAvailable } from './gateway.ts';
import { createGround, type Ground } from './ground.ts';
import { raisedLimits } from './raisedLimits.ts';

/** Connections are cut here on purpose, so nobody is avoided for it, and no caller is limited. */
const edits = {
  'site/checkout.conf': (text: string) => text.replaceAll('max_fails=3', 'max_fails=0'),
  'site/read.conf': (text: string) => text.replaceAll('max_fails=3', 'max_fails=0'),
  ...raisedLimits,
};
const uuid = '01980a4e-7c1b-7d10-8a5e-3f1c9b2d4e01';
/** `/orders/:id` and `/docs/{file}` with an id in them. */
const pathOf = (pattern: string) => pattern.replace(/:\w+|\{\w+\}/g, uuid).replace('*', 'any');

describe.if(gatewayAvailable())('The gateway', () => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await createGround({ edits });
  });
  afterAll(() => ground.close());
  const send = (method: string, path: string, headers: Readonly<Record<string, string>> = {}) =>
    fetch(`${ground.gateway.url}${path}`, {
      method,
      headers,
      redirect: 'manual',
      ...(['POST', 'PATCH'].includes(method) ? { body: '{"a":1}' } : {}),
    });

  test('The gateway sends each route of the product to a role that serves it', async () => {
    const routesOf = (role: 'all' | 'checkout' | 'read') =>
      createTestApi({ role }).api.routes.map(({ method, path }) => `${method} ${path}`);
    const served = { checkout: new Set(routesOf('checkout')), read: new Set(routesOf('read')) };
    const wrong: string[] = [];
    for (const route of routesOf('all')) {
      const [method = '', pattern = ''] = route.split(' ');
      const query = `?route=${encodeURIComponent(route)}`;
      await (await send(method, `${pathOf(pattern)}${query}`)).text();
      const [role, ...more] = ground.receivedBy(`${pathOf(pattern)}${query}`);
      if ((role !== 'checkout' && role !== 'read') || more.length > 0 || !served[role].has(route))
        wrong.push(`${route} → ${role} ${more}`);
    }
    expect(wrong).toEqual([]);
  });

  /** The next request that comes to any process is received, and its connection is cut. */
  const cutNext = () => {
    let isCut = false;
    for (const upstream of ground.all)
      upstream.cuts = () => {
        if (isCut) return false;
        isCut = true;
        return true;
      };
  };
  const cutNothing = () => {
    for (const upstream of ground.all) upstream.cuts = () => false;
  };

  test('Only queries, and what is done once under its key, are sent again after a connection broke', async () => {
    const { body } = await createTestApi().call('GET', '/docs/json');
    const { paths } = body as {
      readonly paths: Readonly<Record<string, Readonly<Record<string, { parameters?: { name: string }[] }>>>>;
    };
    const repeated = { withKey: [] as string[], withoutKey: [] as string[] };
    // A charge without an order is given back once, whatever the key.
    const onceAnyway = /^POST \/money\/\w+\/refunds$/;
    const takesKey: string[] = [];
    for (const [pattern, methods] of Object.entries(paths))
      for (const [method, { parameters = [] }] of Object.entries(methods)) {
        const route = `${method.toUpperCase()} ${pattern}`;
        const isKeyed = parameters.some(({ name }) => name === 'Idempotency-Key');
        if (isKeyed || onceAnyway.test(route)) takesKey.push(route);
        for (const kind of ['withKey', 'withoutKey'] as const) {
          cutNext();
          const path = `${pathOf(pattern)}?cut=${kind}&route=${encodeURIComponent(route)}`;
          const headers = kind === 'withKey' ? { 'idempotency-key': crypto.randomUUID() } : {};
          const response = await send(method.toUpperCase(), path, headers);
          const times = ground.receivedBy(path).length;
          if (times === 2 && response.status === 200) repeated[kind].push(route);
          else expect([route, times, response.status]).toEqual([route, 1, 503]);
        }
      }
    cutNothing();
    const queries = Object.entries(paths).flatMap(([pattern, methods]) =>
      'get' in methods ? [`GET ${pattern}`] : [],
    );
    expect(repeated.withoutKey.sort()).toEqual(queries.sort());
    expect(repeated.withKey.sort()).toEqual([...queries, ...takesKey].sort());
  });

  test('A keyed POST is sent again only if its key is a UUID and its body is short', async () => {
    const bodyOf = (bytes: number) => 'x'.repeat(bytes);
    const cases = [
      [`"${uuid}"`, bodyOf(4_000), 2],
      [uuid, bodyOf(15_999), 2],
      [uuid, bodyOf(16_385), 1],
      ['not a UUID', bodyOf(10), 1],
    ] as const;
    for (const [index, [key, content, times]] of cases.entries()) {
      cutNext();
      const path = `/orders?index=${index}`;
      await fetch(`${ground.gateway.url}${path}`, {
        method: 'POST',
        headers: { 'idempotency-key': key },
        body: content,
      });
      expect([index, ground.receivedBy(path).length]).toEqual([index, times]);
    }
    cutNothing();
  });

  test('A keyed POST is sent again also if its body came later than its head', async () => {
    cutNext();
    const path = '/orders?late';
    const socket = connect(ground.gateway.port, '127.0.0.1');
    const head = `Host: localhost\r\nConnection: close\r\nIdempotency-Key: ${uuid}\r\nContent-Length: 2`;
    socket.write(`POST ${path} HTTP/1.1\r\n${head}\r\n\r\n`);
    // If the machine is too slow to keep them apart, the test proves nothing, and passes.
    await Bun.sleep(50);
    socket.write('{}');
    let response = '';
    for await (const part of socket.setEncoding('utf8')) response += part;
    expect(response).toStartWith('HTTP/1.1 200 OK');
    expect(ground.receivedBy(path)).toHaveLength(2);
    cutNothing();
  });

  test('The body of a webhook arrives byte by byte as it was sent, also in chunks', async () => {
    const bytes = new Uint8Array(200_000).map((_, index) => (index * 31 + (index >> 7)) % 256);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    for (const path of ['/webhooks/stripe?whole', '/webhooks/stripe?chunks']) {
      const parts = new ReadableStream({
        start: (controller) => {
          for (let at = 0; at < bytes.length; at += 7_919) controller.enqueue(bytes.slice(at, at + 7_919));
          controller.close();
        },
      });
      await fetch(`${ground.gateway.url}${path}`, {
        method: 'POST',
        headers: { 'stripe-signature': 't=1,v1=a' },
        body: path.endsWith('chunks') ? parts : bytes,
      });
      const [received] = ground.checkout.flatMap((one) => one.received.filter(({ url }) => url === path));
      expect(received).toMatchObject({ sha256, headers: { 'stripe-signature': 't=1,v1=a' } });
    }
  });

  test('A stream arrives event by event', async () => {
    const { promise: opened, resolve: open } = Promise.withResolvers<ServerResponse>();
    for (const upstream of ground.read)
      upstream.answer = (_, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
        response.flushHeaders();
        open(response);
      };
    const response = await fetch(`${ground.gateway.url}/live`, { headers: { 'accept-encoding': 'gzip' } });
    const stream = await opened;
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    // Each event is read before the next one is sent, so none can have waited for another.
    for (let event = 1; event <= 5; event++) {
      stream.write(`data: ${event}\n\n`);
      expect((await reader?.read())?.value).toBe(`data: ${event}\n\n`);
    }
    await reader?.cancel();
    for (const upstream of ground.read) upstream.answer = (_, reply) => reply.end('read');
  });

  test('An early answer to a body that is still coming is passed on at once', async () => {
    const problem = JSON.stringify({ code: 'request_timeout' });
    const headers = { 'content-type': 'application/problem+json', connection: 'close' };
    let cancelled = () => {};
    const isOver = new Promise<void>((resolve) => {
      cancelled = resolve;
    });
    for (const upstream of ground.checkout)
      upstream.onHead = (_, response) => {
        response.writeHead(408, headers);
        response.end(problem);
        return true;
      };
    // It ends when the answer is there, and never by itself.
    const endless = new ReadableStream({
      start: (controller) => controller.enqueue(new Uint8Array(100)),
      pull: () => isOver,
    });
    const response = await fetch(`${ground.gateway.url}/products`, { method: 'POST', body: endless });
    expect([response.status, await response.text()]).toEqual([408, problem]);
    cancelled();
    for (const upstream of ground.checkout) upstream.onHead = () => false;
  });

  test('What says who is calling is written by the gateway, once', async () => {
    const spoofed = {
      'x-forwarded-for': '6.6.6.6',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-port': '1',
      'x-forwarded-prefix': '/evil',
      'x-real-ip': '6.6.6.6',
      forwarded: 'for=6.6.6.6',
      'x-original-url': '/queue',
      'x-rewrite-url': '/queue',
      'x-http-method-override': 'DELETE',
      x_request_id: 'evil',
      connection: 'keep-alive, authorization',
    };
    await send('GET', '/orders?spoofed', {
      ...spoofed,
      authorization: 'Bearer a',
      'x-request-id': 'one two',
    });
    const [received] = ground.read.flatMap((one) =>
      one.received.filter(({ url }) => url === '/orders?spoofed'),
    );
    const names =
      received?.rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase()) ?? [];
    expect(received?.headers).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      authorization: 'Bearer a',
      'x-request-id': expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(names.filter((name) => name in spoofed).sort()).toEqual(['x-forwarded-for', 'x-forwarded-proto']);
    expect(names).toHaveLength(new Set(names).size);
    expect(JSON.stringify(received)).not.toContain('6.6.6.6');
  });

  test('A response, the process and the log have the request id, once', async () => {
    for (const upstream of ground.read)
      upstream.answer = ({ headers }, response) =>
        response.setHeader('x-request-id', headers['x-request-id'] ?? '').end();
    for (const [path, sent] of [
      ['/orders?own', 'my.id-1_A'],
      ['/orders?none', null],
      ['/orders?wrong', 'a'.repeat(65)],
    ] as const) {
      const { headers } = await send('GET', path, sent === null ? {} : { 'x-request-id': sent });
      const [received] = ground.read.flatMap((one) => one.received.filter(({ url }) => url === path));
      const id = headers.get('x-request-id') ?? undefined;
      expect(id).toEqual(path === '/orders?own' ? sent : expect.stringMatching(/^[0-9a-f]{32}$/));
      expect(received?.headers['x-request-id']).toBe(id);
      // The line is written after the answer was sent, and so are those of the requests before.
      const linesOfIt = () => ground.gateway.log().filter(({ requestId }) => requestId === id);
      while (linesOfIt().length === 0) await Bun.sleep(5);
      expect(linesOfIt()).toHaveLength(1);
    }
    for (const upstream of ground.read) upstream.answer = (_, response) => response.end('read');
  });

  test('A token of 8 KiB and a search of 10,000 characters reach the shop', async () => {
    const token = `Bearer ${'a'.repeat(8_192)}`;
    const path = `/products?q=${'%E1%BB%87'.repeat(10_000)}`;
    expect((await send('GET', path, { authorization: token })).status).toBe(200);
    const [received] = ground.read.flatMap((one) => one.received.filter(({ url }) => url === path));
    expect(received?.headers.authorization).toBe(token);
  });

  test('The log has no query, no token and no id of a customer', async () => {
    const token = await tokenFor('secret-person@shop.test');
    await send('DELETE', '/customers/secret-person%40shop.test?secret=1', {
      authorization: `Bearer ${token}`,
    });
    await send('GET', '/customers/secret-person@shop.test/export?secret=1');
    await ground.gateway.quit();
    const log = JSON.stringify(ground.gateway.log());
    expect(log).toContain('/customers/:id/export');
    expect(log).not.toContain('secret');
    expect(log).not.toContain(token.slice(-20));
    await ground.gateway.start();
  });

  test('A quit lets a request in flight end', async () => {
    let answer = () => {};
    const { promise: isThere, resolve: arrived } = Promise.withResolvers<void>();
    for (const upstream of ground.read)
      upstream.answer = (_, response) => {
        answer = () => response.end('late');
        arrived();
      };
    const response = send('GET', '/orders?late');
    await isThere;
    const ended = ground.gateway.quit();
    answer();
    expect(await (await response).text()).toBe('late');
    await ended;
    await ground.gateway.start();
    for (const upstream of ground.read) upstream.answer = (_, reply) => reply.end('read');
  });

  test('The gateway tells a balancer that it works, and is not asked through', async () => {
    const response = await fetch(`http://127.0.0.1:${ground.gateway.statusPort}/health`);
    expect([response.status, await response.text()]).toEqual([200, 'ok\n']);
  });
});
