import { afterEach, describe, expect, test } from 'bun:test';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { BodyLimits } from '../../api/http/bodyGate.ts';
import { type Listening, serve } from '../../api/http/serve.ts';
import { createManualTimer, waitTurns } from '../timer.ts';
import { createTestWorld } from '../world.ts';
import { createTestApi } from './testApi.ts';

let listening: Listening | null = null;
afterEach(async () => {
  await listening?.stop();
  listening = null;
});

const start = async (changes: Partial<BodyLimits> = {}) => {
  const world = createTestWorld();
  const timer = createManualTimer(world);
  const bodyLimits = {
    totalMs: 30_000,
    smallBytes: 1_000,
    smallBytesMax: 4_000,
    largeBytesMax: 300_000,
    ...changes,
  };
  const { api, customer, warnings } = createTestApi({ world: { ...world, timer }, ownApp: true, bodyLimits });
  const server = await serve(api, { port: 0 });
  listening = server;

  /** Sends the head of a request and the first `sent` bytes of its body. */
  const begin = async (headers: readonly string[], sent: number | string, target = 'POST /demo/tokens') => {
    const socket = connect(server.port, '127.0.0.1');
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk.toString();
    });
    socket.on('error', () => {});
    const closed = once(socket, 'close');
    await once(socket, 'connect');
    const head = [`${target} HTTP/1.1`, 'host: localhost', 'content-type: application/json'];
    socket.write(`${[...head, ...headers].join('\r\n')}\r\n\r\n`);
    socket.write(typeof sent === 'string' ? sent : ' '.repeat(sent));
    /** Resolves when the response is complete, and returns its status and its text. */
    const response = async () => {
      while (!received.includes('"code"') && !received.includes('"token"')) await once(socket, 'data');
      return { status: Number(received.slice(9, 12)), text: received };
    };
    return { socket, closed, response, received: () => received };
  };
  const beginMany = (count: number, length: number) =>
    Promise.all(Array.from({ length: count }, () => begin([`content-length: ${length}`], length - 10)));
  /** Resolves when a body is being read: the timer is set then. */
  const untilReading = async () => {
    while (timer.alarms.size === 0) await waitTurns(1);
  };
  return { server, timer, begin, beginMany, untilReading, customer, warnings };
};

const body = JSON.stringify({ email: 'lan@example.com', role: 'customer' });
const small = [`content-length: ${body.length}`, 'connection: close'];
const large = body.padEnd(100_000);
const largeHeaders = ['content-length: 100000', 'connection: close'];

describe('Bodies that do not end', () => {
  test('Large bodies have a limit together; beyond it a request gets 503, and small bodies still pass', async () => {
    const { begin, beginMany, warnings } = await start();
    const open = await beginMany(12, 100_000);
    const refused = () => open.map((one) => one.received()).filter((text) => text.includes('"code"'));
    // Three of them have no response, because they are being read.
    while (refused().length < 9) await waitTurns(1);
    for (const text of refused()) {
      expect(text).toStartWith('HTTP/1.1 503 ');
      expect(text.toLowerCase()).toContain('retry-after: 1');
      expect(text).toContain('"code":"unavailable"');
    }
    expect((await (await begin(small, body)).response()).status).toBe(201);
    expect(warnings).toMatchObject([
      {
        message: 'too many bodies are being read',
        facts: { client: { address: '127.0.0.1', scheme: 'http' } },
      },
    ]);
    expect(refused()).toHaveLength(9);
    await Promise.all(open.filter((one) => one.received() !== '').map((one) => one.closed));
    for (const { socket } of open) socket.destroy();
  });

  test('A body gets 408 and its connection ends when its time is over, and gives back its room', async () => {
    const { begin, beginMany, timer, untilReading } = await start();
    const open = await beginMany(3, 100_000);
    await untilReading();
    while ((await (await begin(largeHeaders, large)).response()).status !== 503) await waitTurns(1);
    await timer.advance(29_999);
    // A byte now and then does not help.
    for (const { socket } of open) socket.write(' ');
    expect(open.map((one) => one.received())).toEqual(['', '', '']);
    await timer.advance(1);
    for (const one of open) {
      const { status, text } = await one.response();
      expect([status, text.includes('"code":"request_timeout"')]).toEqual([408, true]);
      expect(text.toLowerCase()).toContain('connection: close');
      await one.closed;
    }
    expect((await (await begin(largeHeaders, large)).response()).status).toBe(201);
  });

  test('A small body has the same time, and small bodies have a limit of their own', async () => {
    const { begin, beginMany, timer, untilReading } = await start();
    const [first, ...others] = await beginMany(4, 1_000);
    await untilReading();
    while ((await (await begin(small, body)).response()).status !== 503) await waitTurns(1);
    expect((await (await begin(largeHeaders, large)).response()).status).toBe(201);
    first?.socket.destroy();
    while ((await (await begin(small, body)).response()).status !== 201) await waitTurns(1);
    await timer.advance(30_000);
    for (const one of others) expect((await one.response()).status).toBe(408);
    expect((await (await begin(small, body)).response()).status).toBe(201);
  });

  test('A body in chunks has the same time, and room for the most that it may have', async () => {
    const { begin, timer, untilReading } = await start({ largeBytesMax: 1024 * 1024 });
    const open = await begin(['transfer-encoding: chunked'], '5\r\n{    \r\n');
    await untilReading();
    while ((await (await begin(largeHeaders, large)).response()).status !== 503) await waitTurns(1);
    await timer.advance(30_000);
    expect((await open.response()).status).toBe(408);
    await open.closed;
    expect((await (await begin(largeHeaders, large)).response()).status).toBe(201);
  });

  test('A body that is not read gives back its room with the response', async () => {
    const { begin, customer } = await start({ largeBytesMax: 100_000 });
    const token = `authorization: Bearer ${await customer('lan').token()}x`;
    const unread = [];
    for (const headers of [[token], [], [token], []]) {
      const one = await begin(['content-length: 100000', ...headers], 10, 'POST /orders');
      expect((await one.response()).status).toBe(401);
      unread.push(one);
    }
    expect((await (await begin(largeHeaders, large)).response()).status).toBe(201);
    for (const { socket } of unread) socket.destroy();
  });

  test.each(['POST /orders', 'GET /health/ready', 'POST /nothing'])(
    'A body over 1 MiB is refused at the door of %s, which would not read it',
    async (target) => {
      const { begin } = await start();
      const open = await begin(['content-length: 1048577'], 10, target);
      expect((await open.response()).status).toBe(413);
      open.socket.destroy();
    },
  );

  test('A body that ends in time is read, whatever its pieces', async () => {
    const { begin, timer, untilReading } = await start();
    const open = await begin(largeHeaders, large.slice(0, 20));
    await untilReading();
    await timer.advance(20_000);
    open.socket.write(large.slice(20));
    expect((await open.response()).status).toBe(201);
    await timer.advance(30_000);
    expect(timer.alarms.size).toBe(0);
  });
});
