import { afterEach, describe, expect, test } from 'bun:test';
import { Webhook } from 'standardwebhooks';
import { waitTurns } from '../timer.ts';
import { authority } from './certificates.ts';
import { answerWith, startReceiver, type TestReceiver } from './receivers.ts';
import { createSender, endpointTo, leasedEvent, secretOf } from './sending.ts';

const running: TestReceiver[] = [];
afterEach(async () => {
  for (const receiver of running.splice(0)) await receiver.stop();
});

const open = async (...args: Parameters<typeof startReceiver>): Promise<TestReceiver> => {
  const receiver = await startReceiver(...args);
  running.push(receiver);
  return receiver;
};

const urlOf = ({ port }: TestReceiver) => `http://127.0.0.1:${port}/hooks?shop=1`;

const outcomeOf = async (...answer: Parameters<typeof answerWith>) => {
  const receiver = await open(answerWith(...answer));
  const { sendTo, timer } = createSender();
  const outcome = await sendTo(urlOf(receiver));
  expect(timer.alarms.size).toBe(0);
  return outcome;
};

describe('A webhook', () => {
  test('Has the bytes of the event and a signature that the official library takes', async () => {
    const receiver = await open(answerWith(204));
    const { sendTo, world } = createSender();
    world.setTraceparent('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
    expect(await sendTo(urlOf(receiver))).toEqual({
      error: null,
      attempt: { atMs: world.clock.nowMs(), responseStatus: 204, error: null },
    });
    const [event] = receiver.received;
    expect(event).toMatchObject({ path: '/hooks?shop=1', body: leasedEvent.body });
    expect(event?.headers).toMatchObject({
      host: `127.0.0.1:${receiver.port}`,
      'content-type': 'application/json',
      'webhook-id': leasedEvent.id,
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    });
    const headers = event?.headers as Record<string, string>;
    expect(new Webhook(secretOf(1)).verify(event?.body ?? '', headers)).toEqual(JSON.parse(leasedEvent.body));
    expect(() => new Webhook(secretOf(2)).verify(event?.body ?? '', headers)).toThrow();
  });

  test('Is signed with both secrets while one is being changed', async () => {
    const receiver = await open(answerWith(204));
    const { sendTo } = createSender();
    await sendTo(endpointTo(urlOf(receiver), { secrets: [secretOf(2), secretOf(1)] }));
    const [event] = receiver.received;
    expect(event?.headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/);
    for (const fill of [1, 2])
      new Webhook(secretOf(fill)).verify(event?.body ?? '', event?.headers as Record<string, string>);
  });

  test.each([200, 201, 202, 204, 299])('Is delivered if the answer is %d', async (status) => {
    expect(await outcomeOf(status)).toMatchObject({ error: null, attempt: { responseStatus: status } });
  });

  test.each([400, 401, 404, 418, 500, 503])('Has failed if the answer is %d', async (status) => {
    const error = `the receiver answered ${status}`;
    expect(await outcomeOf(status)).toMatchObject({ error, attempt: { responseStatus: status, error } });
  });

  test.each([301, 302, 303, 307, 308])('Does not follow a redirect with %d', async (status) => {
    const elsewhere = await open(answerWith(204));
    const outcome = await outcomeOf(status, { location: urlOf(elsewhere) });
    expect(outcome?.error).toStartWith(`the receiver answered ${status}: redirects are not followed`);
    await waitTurns(20);
    expect(elsewhere.connections()).toBe(0);
  });

  test('Tells that its receiver wants no more if the answer is 410', async () => {
    expect(await outcomeOf(410)).toMatchObject({ isGone: true, attempt: { responseStatus: 410 } });
  });

  test.each([429, 503])('Waits as long as an answer of %d asks', async (status) => {
    expect(await outcomeOf(status, { 'retry-after': '120' })).toMatchObject({ retryAfterMs: 120_000 });
    expect(await outcomeOf(status, { 'retry-after': 'soon' })).not.toHaveProperty('retryAfterMs');
  });

  test('Reads 64 KiB of an answer that never ends, and closes its connection', async () => {
    let closed = () => {};
    const isClosed = new Promise<void>((resolve) => {
      closed = resolve;
    });
    let bytes = 0;
    const receiver = await open((response) => {
      response.writeHead(200);
      response.on('close', closed);
      const write = (): void => {
        if (response.destroyed) return;
        bytes += 16_384;
        if (response.write(Buffer.alloc(16_384))) setImmediate(write);
        else response.once('drain', write);
      };
      write();
    });
    expect(await createSender().sendTo(urlOf(receiver))).toMatchObject({ error: null });
    await isClosed;
    expect(bytes).toBeGreaterThan(65_536);
  });

  test('Is given up after 10 seconds without an answer', async () => {
    const receiver = await open(() => {});
    const { sendTo, timer } = createSender();
    const sending = sendTo(urlOf(receiver));
    while (receiver.received.length === 0) await waitTurns(1);
    await timer.advance(9_999);
    expect(timer.alarms.size).toBe(1);
    await timer.advance(1);
    expect(await sending).toMatchObject({
      error: 'no answer within 10 s',
      attempt: { responseStatus: null, error: 'no answer within 10 s' },
    });
  });

  test('Has failed if the answer makes the connection another protocol', async () => {
    const receiver = await open(({ socket }) => {
      socket?.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n');
    });
    const { sendTo, timer } = createSender();
    const sending = sendTo(urlOf(receiver));
    while (receiver.received.length === 0) await waitTurns(1);
    await waitTurns(50);
    await timer.advance(10_000);
    expect(await Promise.race([sending, waitTurns(500)])).toMatchObject({
      error: 'the receiver answered 101',
    });
  });

  test('Ends after 10 seconds with an answer that drips, which counts', async () => {
    let started = () => {};
    const hasStarted = new Promise<void>((resolve) => {
      started = resolve;
    });
    const receiver = await open((response) => {
      response.writeHead(200);
      response.write('.');
      started();
    });
    const { sendTo, timer } = createSender();
    const sending = sendTo(urlOf(receiver));
    await hasStarted;
    await waitTurns(50);
    await timer.advance(10_000);
    expect(await sending).toMatchObject({ error: null, attempt: { responseStatus: 200 } });
  });

  test('Ends before the lease of its event does', async () => {
    const receiver = await open(() => {});
    const { sendTo, timer } = createSender();
    const sending = sendTo(urlOf(receiver), leasedEvent, 5_000);
    while (receiver.received.length === 0) await waitTurns(1);
    await timer.advance(4_000);
    expect(await sending).toMatchObject({ error: 'no answer within 4 s' });
  });

  test('Says a time without an answer that people can read', async () => {
    const receiver = await open(() => {});
    const { sendTo, timer } = createSender();
    const sending = sendTo(urlOf(receiver), leasedEvent, 4_899.923);
    while (receiver.received.length === 0) await waitTurns(1);
    await timer.advance(3_900);
    expect(await sending).toMatchObject({ error: 'no answer within 3.9 s' });
  });

  test('Says by a code that nobody takes the connection, and not where to', async () => {
    const receiver = await open(answerWith(204));
    await receiver.stop();
    const outcome = await createSender().sendTo(urlOf(receiver));
    expect(outcome?.error).toMatch(/^the receiver cannot be reached \(\w+\)$/);
  });

  test('Goes to the next address if nobody takes the connection at the first', async () => {
    const receiver = await open(answerWith(204));
    const resolve = async () => ['127.0.0.9', '127.0.0.1'];
    const outcome = await createSender({ resolve }).sendTo(`http://hooks.example:${receiver.port}/`);
    expect(outcome).toMatchObject({ error: null });
    // A test beside this one may still send to a receiver that had this port before.
    expect(receiver.received.map(({ headers }) => headers.host)).toContain(`hooks.example:${receiver.port}`);
  });
});

describe('A webhook over TLS', () => {
  const resolve = async () => ['127.0.0.1'];

  test('Reaches the checked address, and the certificate is of the name', async () => {
    const receiver = await open(answerWith(204), { tls: true });
    const { sendTo } = createSender({ resolve, ca: authority });
    expect(await sendTo(`https://hooks.example:${receiver.port}/`)).toMatchObject({ error: null });
    expect(receiver.received[0]?.headers.host).toBe(`hooks.example:${receiver.port}`);
  });

  test.each([
    ['another name', 'other.example', authority],
    ['an address', '127.0.0.1', authority],
    ['an unknown authority', 'hooks.example', undefined],
  ])('Sends nothing to %s than the certificate has', async (_, host, ca) => {
    const receiver = await open(answerWith(204), { tls: true });
    const { sendTo } = createSender({ resolve, ...(ca !== undefined && { ca }) });
    const outcome = await sendTo(`https://${host}:${receiver.port}/`);
    expect(outcome?.error).toMatch(/^the receiver cannot be reached \((ERR_TLS_CERT|UNABLE_TO)/);
    expect(receiver.received).toEqual([]);
  });
});
