import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { gatewayAvailable } from './gateway.ts';
import { createGround, type Ground } from './ground.ts';
import { sendRaw, statusOf } from './raw.ts';

/** Sends a request as a balancer passes it on, with TLS of the client in it. `from` has both addresses. */
const sendBalanced = async ({ gateway }: Ground, from: string, header = 'X-A: b'): Promise<string> => {
  const raw = connectSocket(gateway.balancedPort, '127.0.0.1');
  await once(raw, 'connect');
  raw.write(`PROXY ${from} 4711 443\r\n`);
  const ca = readFileSync(gateway.certificate);
  const socket = connectTls({ socket: raw, host: 'localhost', ca });
  await once(socket, 'secureConnect');
  socket.write(`GET /orders?balanced HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${header}\r\n\r\n`);
  let response = '';
  for await (const part of socket.setEncoding('utf8')) response += part;
  return response;
};

describe.if(gatewayAvailable())('TLS at the gateway', () => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await createGround();
    for (const upstream of ground.all)
      upstream.answer = ({ headers }, response) =>
        response.writeHead(200, { 'x-frame-options': 'DENY' }).end(JSON.stringify(headers));
  });
  afterAll(() => ground.close());

  test('A response over HTTP/2 has the header of HTTPS and the security headers of the shop, once each', async () => {
    const { gateway } = ground;
    const session = connect(`https://localhost:${gateway.tlsPort}`, {
      ca: readFileSync(gateway.certificate),
    });
    const request = session.request({ ':path': '/orders' });
    const [headers] = await once(request, 'response');
    let body = '';
    for await (const part of request.setEncoding('utf8')) body += part;
    session.close();
    expect(headers).toMatchObject({
      ':status': 200,
      'strict-transport-security': 'max-age=63072000; includeSubDomains',
      'x-frame-options': 'DENY',
    });
    expect(JSON.parse(body)).toMatchObject({ 'x-forwarded-proto': 'https', host: 'localhost' });
    expect(ground.receivedBy('/orders')).toEqual(['read']);
  });

  test('Over HTTP/2 a keyed POST is sent again after a connection broke, and a DELETE is not', async () => {
    const { gateway, checkout } = ground;
    for (const [method, key, times] of [
      ['POST', '01980a4e-7c1b-7d10-8a5e-3f1c9b2d4e01', 2],
      ['POST', '', 1],
      ['DELETE', '', 1],
    ] as const) {
      let isCut = false;
      for (const upstream of checkout)
        upstream.cuts = () => {
          const cuts = !isCut;
          isCut = true;
          return cuts;
        };
      const path = `/orders?h2=${method}${key}`;
      const session = connect(`https://localhost:${gateway.tlsPort}`, {
        ca: readFileSync(gateway.certificate),
      });
      const body = method === 'POST' ? '{"a":1}' : '';
      const keyed = key === '' ? {} : { 'idempotency-key': key };
      const request = session.request({
        ...{ ':path': path, ':method': method },
        ...(method === 'POST' ? { 'content-length': body.length } : {}),
        ...keyed,
      });
      if (method === 'POST') request.end(body);
      const [headers] = await once(request, 'response');
      session.close();
      expect([method, headers[':status']]).toEqual([method, times === 2 ? 200 : 503]);
      expect(ground.receivedBy(path)).toEqual(Array(times).fill('checkout'));
    }
    for (const upstream of checkout) upstream.cuts = () => false;
  });

  test('A body that is too large is a problem over HTTP/2 too', async () => {
    const { tlsPort, certificate } = ground.gateway;
    const session = connect(`https://localhost:${tlsPort}`, { ca: readFileSync(certificate) });
    for (const path of ['/orders', '/products', '/session']) {
      const request = session.request({
        ...{ ':path': path, ':method': 'POST' },
        'content-length': 1024 ** 2 + 1,
      });
      const [headers] = await once(request, 'response');
      request.close();
      expect([path, headers[':status'], headers['content-type']]).toEqual([
        path,
        413,
        'application/problem+json',
      ]);
    }
    session.close();
  });

  test('A problem of the gateway has the header of HTTPS too, and plain HTTP has none', async () => {
    const ca = readFileSync(ground.gateway.certificate);
    const fetched = await fetch(`https://localhost:${ground.gateway.tlsPort}/orders`, {
      method: 'POST',
      body: 'x'.repeat(1024 ** 2 + 1),
      tls: { ca },
    });
    expect(fetched.status).toBe(413);
    expect(fetched.headers.get('strict-transport-security')).toBe('max-age=63072000; includeSubDomains');
    const plain = await fetch(`${ground.gateway.url}/orders`);
    expect(plain.headers.get('strict-transport-security')).toBeNull();
  });

  test.each([
    ['TLSv1.1', false],
    ['TLSv1.2', true],
    ['TLSv1.3', true],
  ] as const)('A handshake with %s is accepted: %p', async (version, isAccepted) => {
    const socket = connectTls({
      port: ground.gateway.tlsPort,
      host: 'localhost',
      ca: readFileSync(ground.gateway.certificate),
      minVersion: version,
      maxVersion: version,
    });
    const outcome = await Promise.race([
      once(socket, 'secureConnect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    expect(outcome).toBe(isAccepted);
  });

  test('Plain HTTP on the port of TLS is a problem', async () => {
    const response = await sendRaw(
      ground.gateway.tlsPort,
      'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    );
    expect([statusOf(response), response.includes('application/problem+json')]).toEqual([400, true]);
  });

  test('Plain HTTP leads to HTTPS, with the same method', async () => {
    const response = await fetch(`http://localhost:${ground.gateway.redirectPort}/orders?a=1`, {
      method: 'POST',
      redirect: 'manual',
      body: '{}',
    });
    expect([response.status, response.headers.get('location')]).toEqual([
      308,
      'https://localhost/orders?a=1',
    ]);
  });

  test('Behind a balancer the address of a client is the one of the PROXY protocol, and of no header', async () => {
    const response = await sendBalanced(ground, 'TCP4 203.0.113.7 127.0.0.1', 'X-Forwarded-For: 6.6.6.6');
    expect(statusOf(response)).toBe(200);
    expect(response).toContain('"x-forwarded-for":"203.0.113.7"');
    expect(response).not.toContain('6.6.6.6');
  });

  test('A network of IPv6 has one budget, because a caller has a whole one', async () => {
    const limited = await createGround({
      edits: {
        'site/limits.conf': (text) =>
          text
            .replace('zone=address:8m rate=100r/s', 'zone=address:8m rate=1r/m')
            .replace('burst=200', 'burst=1'),
      },
    });
    const statuses: number[] = [];
    for (const address of ['2001:db8:1:1::1', '2001:db8:1:1:ffff::2', '2001:db8:1:1::3', '2001:db8:1:2::1'])
      statuses.push(statusOf(await sendBalanced(limited, `TCP6 ${address} ::1`)));
    expect(statuses).toEqual([200, 200, 429, 200]);
    await limited.close();
  });
});
