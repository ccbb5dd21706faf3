import { afterEach, describe, expect, test } from 'bun:test';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { callTimeoutMs, createStepServices } from '../../adapters/services/stepServices.ts';
import type { ServiceOutcome } from '../../core/stepService.ts';
import { createManualTimer } from '../timer.ts';
import { createTestWorld } from '../world.ts';
import { type HttpService, type ReceivedRequest, startHttpService } from './httpService.ts';

const secret = `whsec_${Buffer.from('a secret of thirty-two bytes ...').toString('base64')}`;
const key = '019ca869-5000-7390-b84b-7d28f3c19bc1.request_shipment';
const body = '{"orders":[{"product":{"name":"Áo thun"}}]}';

const running: HttpService[] = [];
afterEach(async () => {
  for (const service of running.splice(0)) await service.stop();
});

/** The real time, because the official library refuses signatures that are more than five minutes old. */
const nowMs = Date.now();

const open = async (respond: (response: ServerResponse, request: ReceivedRequest) => void) => {
  const service = await startHttpService(respond);
  running.push(service);
  const world = createTestWorld(nowMs, 1);
  const timer = createManualTimer(world);
  const services = createStepServices({ ...world, timer }, { urls: { carrier: service.url }, secret });
  return { service, timer, world, call: () => services.call({ service: 'carrier', key, body }), services };
};

const answer =
  (status: number, text = '', headers: Readonly<Record<string, string>> = {}) =>
  (response: ServerResponse) =>
    void response.writeHead(status, headers).end(text);

const outcomeOf = async (...args: Parameters<typeof answer>): Promise<ServiceOutcome> => {
  const { call, timer } = await open(answer(...args));
  const outcome = await call();
  expect(timer.alarms.size).toBe(0);
  return outcome;
};

const done = (reference: string | null, url: string | null): ServiceOutcome => ({
  kind: 'done',
  reference: { reference, url },
});

describe('The request to a step service', () => {
  test('A request names the current span, and none where nothing is traced', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const { call, service, world } = await open(answer(204));
    await call();
    world.setTraceparent(traceparent);
    await call();
    expect(service.requests.map(({ headers }) => headers.traceparent)).toEqual([undefined, traceparent]);
  });

  test('A request is signed as the official library expects, and has the key and the body as they are', async () => {
    const { call, service, services } = await open(answer(204));
    expect(services.available).toEqual(['carrier']);
    await call();
    const [request] = service.requests;
    expect(request).toMatchObject({
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', 'idempotency-key': key, 'webhook-id': key },
    });
    const headers = Object.fromEntries(
      Object.entries(request?.headers ?? {}).map(([name, value]) => [name, String(value)]),
    );
    expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
    expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow('signature');
  });

  test('An answer that a service sends twice is not the answer to the next request', async () => {
    let count = 0;
    const server = createServer((socket) => {
      let last = '';
      socket.on('data', () => {
        const text = JSON.stringify({ reference: `VN-${++count}` });
        // The second copy of the last answer arrives late.
        socket.write(last);
        last = `HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
        socket.write(last);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = Object(server.address());
    const world = createTestWorld(nowMs, 1);
    const urls = { carrier: `http://127.0.0.1:${address.port}/` };
    const { call } = createStepServices({ ...world, timer: createManualTimer(world) }, { urls, secret });
    for (const reference of ['VN-1', 'VN-2', 'VN-3'])
      expect(await call({ service: 'carrier', key, body })).toEqual(done(reference, null));
    server.close();
  });

  test('A repeated request has the same key and body, and a signature of its own time', async () => {
    const { call, service, timer } = await open(answer(503));
    await call();
    await timer.advance(60_000);
    await call();
    const [first, second] = service.requests;
    expect(second?.body).toBe(String(first?.body));
    expect(second?.headers['idempotency-key']).toBe(key);
    expect(Number(second?.headers['webhook-timestamp'])).toBe(
      Number(first?.headers['webhook-timestamp']) + 60,
    );
  });

  test('A service without a URL is not called', async () => {
    const { services, service } = await open(answer(204));
    const outcome = await services.call({ service: 'product_service', key, body });
    expect(outcome).toEqual({
      kind: 'unavailable',
      reason: 'the product service has no URL',
      retryAfterMs: null,
    });
    expect(service.requests).toEqual([]);
  });
});

describe('The answer of a step service', () => {
  test('Every 2xx is done, and may name a reference and a page', async () => {
    const url = 'https://carrier.example/VN-7';
    expect(await outcomeOf(200, JSON.stringify({ reference: ' VN-7 ', url, weight: 3 }))).toEqual(
      done('VN-7', url),
    );
    expect(await outcomeOf(202, JSON.stringify({ reference: 'VN-7' }))).toEqual(done('VN-7', null));
    expect(await outcomeOf(201, JSON.stringify({ url }))).toEqual(done(null, url));
    expect(await outcomeOf(204)).toEqual(done(null, null));
  });

  test.each([
    ['text that is no JSON', 'shipped!'],
    ['a cut object', '{"reference":"VN-7"'],
    ['null', 'null'],
    ['a list', '["VN-7"]'],
    ['values of the wrong type', '{"reference":7,"url":{}}'],
    ['empty texts', '{"reference":"  ","url":""}'],
    [
      'characters that nobody sees',
      JSON.stringify({ reference: 'VN\u0000-7', url: 'https://x.example/\u202e' }),
    ],
    ['a reference that is too long', JSON.stringify({ reference: 'V'.repeat(201) })],
    ['a script', '{"url":"javascript:alert(1)"}'],
    ['an address of a file', '{"url":"file:///etc/passwd"}'],
    ['an address that is too long', JSON.stringify({ url: `https://x.example/${'x'.repeat(2_000)}` })],
  ])('A step whose answer has %s is done all the same', async (name, text) => {
    const url = name === 'characters that nobody sees' ? 'https://x.example/%E2%80%AE' : null;
    expect(await outcomeOf(200, text)).toEqual(done(null, url));
  });

  test('Of a huge answer only the start is read, and the step is done', async () => {
    const { call } = await open((response) => {
      response.writeHead(200);
      // It never ends: a call that reads on would not return.
      const write = (): void => {
        while (response.write('x'.repeat(65_536)));
        response.once('drain', write);
      };
      write();
    });
    expect(await call()).toEqual(done(null, null));
  });

  test.each([400, 401, 403, 404, 410, 418, 422, 451])('The status %d is a refusal', async (status) => {
    expect(await outcomeOf(status)).toEqual({ kind: 'rejected', reason: `the carrier answered ${status}` });
  });

  test.each([408, 409, 425, 500, 501, 599])('The status %d defers the request', async (status) => {
    const reason = `the carrier answered ${status}`;
    expect(await outcomeOf(status)).toEqual({ kind: 'deferred', reason, retryAfterMs: null });
  });

  test.each([429, 502, 503, 504])('The status %d is about the service, and no request', async (status) => {
    const reason = `the carrier answered ${status}`;
    expect(await outcomeOf(status)).toEqual({ kind: 'unavailable', reason, retryAfterMs: null });
  });

  test('A redirect is not followed', async () => {
    const elsewhere = await startHttpService(answer(204));
    running.push(elsewhere);
    for (const status of [301, 302, 303, 307, 308]) {
      const outcome = await outcomeOf(status, '', { location: elsewhere.url });
      expect(outcome).toMatchObject({ kind: 'deferred', reason: `the carrier answered ${status}` });
    }
    expect(elsewhere.requests).toEqual([]);
  });

  test('The reason has the words of problem details, if people can read them', async () => {
    const reasonOf = async (text: string) => {
      const outcome = await outcomeOf(422, text);
      return outcome.kind === 'done' ? null : outcome.reason;
    };
    expect(await reasonOf('{"detail":"no truck","title":"Refused"}')).toBe(
      'the carrier answered 422: no truck',
    );
    expect(await reasonOf('{"title":"Refused"}')).toBe('the carrier answered 422: Refused');
    expect(await reasonOf(JSON.stringify({ detail: 'x\u0000' }))).toBe('the carrier answered 422');
    expect(await reasonOf(JSON.stringify({ detail: 'x'.repeat(201) }))).toBe('the carrier answered 422');
    expect(await reasonOf('<html>')).toBe('the carrier answered 422');
  });

  test('Retry-After is read in seconds and as a date', async () => {
    const pauseOf = async (value: string) => {
      const outcome = await outcomeOf(503, '', { 'retry-after': value });
      return outcome.kind === 'unavailable' ? outcome.retryAfterMs : 'none';
    };
    expect(await pauseOf('120')).toBe(120_000);
    const seconds = Math.ceil(nowMs / 1_000) * 1_000 - nowMs;
    expect(await pauseOf(new Date(nowMs + seconds + 60_000).toUTCString())).toBe(60_000 + seconds);
    expect(await pauseOf(new Date(nowMs - 60_000).toUTCString())).toBe(0);
    expect(await pauseOf('soon')).toBeNull();
    expect(await pauseOf('-5')).not.toBe(-5_000);
  });
});

describe('A step service that does not answer', () => {
  const late: ServiceOutcome = {
    kind: 'unavailable',
    reason: 'the carrier did not answer within 10 s',
    retryAfterMs: null,
  };

  test.each([
    ['is silent', () => {}],
    [
      'sends the head of its answer only',
      (response: ServerResponse) => void response.writeHead(200).flushHeaders(),
    ],
    [
      'stops within its answer',
      (response: ServerResponse) => void response.writeHead(200).write('{"reference":'),
    ],
  ])('A call of a service that %s ends after 10 seconds', async (_, respond) => {
    const { call, service, timer } = await open(respond);
    const calling = call();
    await service.received(1);
    await timer.advance(callTimeoutMs - 1);
    expect(timer.alarms.size).toBe(1);
    await timer.advance(1);
    expect(await calling).toEqual(late);
  });

  test('A slow service that answers in time is done', async () => {
    const open503: ServerResponse[] = [];
    const { call, service, timer } = await open((response) => void open503.push(response));
    const calling = call();
    await service.received(1);
    await timer.advance(callTimeoutMs - 1);
    for (const response of open503) response.writeHead(200).end('{"reference":"VN-7"}');
    expect(await calling).toEqual(done('VN-7', null));
    expect(timer.alarms.size).toBe(0);
  });

  test('A service that ends the connection is asked again', async () => {
    const { call } = await open((response) => void response.destroy());
    expect(await call()).toMatchObject({ kind: 'unavailable' });
    const within = await open((response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"reference":', () => response.destroy());
    });
    expect(await within.call()).toMatchObject({ kind: 'unavailable' });
  });

  test('A service that is down is asked again, and the reason does not have its URL', async () => {
    const { call, service } = await open(answer(204));
    await service.stop();
    const outcome = await call();
    expect(outcome).toMatchObject({ kind: 'unavailable', retryAfterMs: null });
    expect(JSON.stringify(outcome)).toContain('the carrier cannot be reached');
    expect(JSON.stringify(outcome)).not.toContain('127.0.0.1');
  });
});
