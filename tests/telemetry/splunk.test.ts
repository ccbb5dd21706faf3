import { afterEach, beforeEach, expect, test } from 'bun:test';
import { createBuffer } from '../../adapters/splunk/batch.ts';
import { createSplunkLog } from '../../adapters/splunk/log.ts';
import { checkSplunk } from '../../server/doctorTelemetry.ts';
import { createLog } from '../../server/log.ts';
import { createManualTimer, waitTurns } from '../timer.ts';
import { createTestWorld } from '../world.ts';
import { eventsIn, startCollector } from './hec.ts';

let collector: Awaited<ReturnType<typeof startCollector>>;
beforeEach(async () => {
  collector = await startCollector();
});
afterEach(async () => {
  if (!closed.has(collector)) await collector.close();
});
const closed = new WeakSet<object>();

const createFixture = (limits: Parameters<typeof createSplunkLog>[1]['limits'] = {}, path = '') => {
  const testWorld = createTestWorld();
  const timer = createManualTimer(testWorld);
  const own: string[] = [];
  const say =
    (level: string) =>
    (message: string, facts: object = {}) => {
      own.push(`${level} ${message} ${JSON.stringify(facts)}`);
    };
  // The time limit of a request that is not answered yet.
  const sending = new Set<object>();
  const after: typeof timer.after = (ms, run) => {
    if (ms !== 10_000) return timer.after(ms, run);
    const one = {};
    sending.add(one);
    const cancel = timer.after(ms, run);
    return () => {
      sending.delete(one);
      cancel();
    };
  };
  const splunk = createSplunkLog(
    { timer: { ...timer, after }, random: testWorld.random },
    {
      url: collector.url + path,
      token: 'a-token-of-splunk',
      host: 'shop-1',
      log: { info: say('info'), warn: say('warn'), error: say('error') },
      limits,
    },
  );
  const nowMs = () => testWorld.clock.nowMs();
  const write = (line: object) => splunk.write(JSON.stringify(line), nowMs());
  /** How long the next alarm is away, ms. */
  const pauseMs = (): number => Math.min(...[...timer.alarms].map(({ atMs }) => atMs)) - nowMs();
  /** Lets time pass, but not while a request is under way, until `count` of them are answered. */
  const requests = async (count: number): Promise<void> => {
    while (collector.requests.length < count || sending.size > 0) {
      if (sending.size > 0 || timer.alarms.size === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      else await timer.advance(pauseMs());
    }
    await waitTurns(5);
  };
  const sent = () => collector.requests.flatMap(({ text }) => eventsIn(text).map(({ event }) => event));
  return { splunk, timer, world: testWorld, own, write, requests, sent, nowMs, pauseMs };
};

test('Lines are sent together, as objects one after another, with time, host, source and source type', async () => {
  const { write, requests, nowMs } = createFixture();
  const atMs = nowMs();
  write({ message: 'one', text: 'a "}{" in it' });
  write({ message: 'two' });
  await requests(1);
  const [request] = collector.requests;
  expect(request).toMatchObject({
    method: 'POST',
    url: '/services/collector/event',
    headers: { authorization: 'Splunk a-token-of-splunk', 'content-type': 'application/json' },
  });
  const common = { time: atMs / 1_000, host: 'shop-1', source: 'cartwright', sourcetype: '_json' };
  expect(eventsIn(request?.text ?? '')).toEqual([
    { ...common, event: { message: 'one', text: 'a "}{" in it' } },
    { ...common, event: { message: 'two' } },
  ]);
});

test('A large batch is zipped, and the path of the URL is used as it is', async () => {
  const { write, requests, sent } = createFixture({}, '/raw/hec');
  for (let index = 0; index < 100; index++) write({ message: 'a line', index });
  await requests(1);
  expect(collector.requests[0]).toMatchObject({ url: '/raw/hec', headers: { 'content-encoding': 'gzip' } });
  expect(sent()).toHaveLength(100);
});

test('A batch that is full is sent at once, and no batch is larger', async () => {
  const { write, sent } = createFixture({ batchBytes: 1_000 });
  for (let index = 0; index < 30; index++) write({ message: 'a line', index });
  while (sent().length < 30) await waitTurns(1);
  for (const { text } of collector.requests) expect(text.length).toBeLessThanOrEqual(1_000);
  expect(sent().map((event) => (event as { index: number }).index)).toEqual(
    Array.from({ length: 30 }, (_, index) => index),
  );
});

for (const status of [503, 429, 500, 403, 401, 404] as const)
  test(`A collector that answers ${status} gets the lines once it takes them, and that is said once`, async () => {
    const { write, requests, sent, own, splunk } = createFixture();
    collector.state.status = status;
    write({ message: 'one' });
    await requests(3);
    write({ message: 'two' });
    expect(own).toEqual([`error Splunk takes no log lines {"reason":"the answer is ${status}"}`]);
    collector.state.status = 200;
    const before = collector.requests.length;
    await requests(before + 1);
    await splunk.close();
    expect(sent().slice(-2)).toEqual([{ message: 'one' }, { message: 'two' }]);
    expect(own[1]).toBe('info Splunk takes log lines again {}');
    expect(own).toHaveLength(2);
    expect(splunk.dropped()).toBe(0);
  });

test('The pauses between tries grow to a minute, a wrong token has it from the start, and Retry-After is kept to', async () => {
  const pausesWith = async (status: number, headers: Record<string, string>) => {
    Object.assign(collector.state, { status, headers });
    const { write, requests, pauseMs } = createFixture();
    write({ message: 'one' });
    const first = collector.requests.length;
    const pauses: number[] = [];
    for (let tries = 1; tries <= 12; tries++) {
      await requests(first + tries);
      pauses.push(pauseMs());
    }
    return pauses;
  };
  const growing = await pausesWith(503, {});
  expect(growing[0]).toBeWithin(500, 1_001);
  for (const pause of growing.slice(-3)) expect(pause).toBeWithin(30_000, 60_001);
  expect(await pausesWith(403, {})).toEqual(Array(12).fill(60_000));
  expect((await pausesWith(503, { 'retry-after': '20' }))[0]).toBe(20_000);
  expect((await pausesWith(503, { 'retry-after': '7200' }))[0]).toBe(60_000);
});

test('A collector that is down or silent never holds up a line, and gets the lines when it is back', async () => {
  const { write, requests, sent, own, timer, splunk } = createFixture();
  collector.state.isSilent = true;
  write({ message: 'one' });
  await timer.advance(1_000);
  await collector.received(1);
  const begunMs = performance.now();
  for (let index = 0; index < 1_000; index++) write({ index });
  expect(performance.now() - begunMs).toBeLessThan(1_000);
  await timer.advance(10_000);
  while (own.length === 0) await waitTurns(1);
  expect(own).toEqual(['error Splunk takes no log lines {"reason":"no answer within 10000 ms"}']);
  collector.state.isSilent = false;
  await requests(2);
  await splunk.close();
  expect(sent().filter((event) => 'index' in (event as object))).toHaveLength(1_000);
  expect(splunk.dropped()).toBe(0);
});

test('Memory is bounded: what is too much is dropped, counted, and said once at its begin and once at its end', async () => {
  const { write, requests, sent, own, splunk } = createFixture({ bufferBytes: 10_000 });
  collector.state.status = 503;
  for (let index = 0; index < 1_000; index++) write({ message: 'a line', index });
  await requests(2);
  const kept = 1_000 - splunk.dropped();
  expect(kept).toBeWithin(50, 100);
  expect(own).toEqual([
    'error log lines for Splunk are dropped; here they are all {}',
    'error Splunk takes no log lines {"reason":"the answer is 503"}',
  ]);
  collector.requests.length = 0;
  collector.state.status = 200;
  await requests(1);
  await splunk.close();
  // The first lines are kept, because they say how it began.
  expect(sent().map((event) => (event as { index: number }).index)).toEqual(
    Array.from({ length: kept }, (_, index) => index),
  );
  expect(own.slice(2)).toEqual([
    'info Splunk takes log lines again {}',
    `warn log lines were dropped and are not in Splunk {"lines":${1_000 - kept}}`,
  ]);
});

test('A batch that the collector cannot read is dropped and counted, and the next ones are sent', async () => {
  const { write, requests, sent, splunk } = createFixture();
  collector.state.status = 400;
  write({ message: 'bad' });
  await requests(1);
  collector.state.status = 200;
  write({ message: 'good' });
  await requests(2);
  await splunk.close();
  expect(splunk.dropped()).toBe(1);
  expect(sent()).toEqual([{ message: 'bad' }, { message: 'good' }]);
});

test('A batch that is too large for the collector is sent in parts, and a line that is too large alone is dropped', async () => {
  const { write, requests, splunk, own, sent } = createFixture();
  collector.state.bytesMax = 400;
  for (let index = 0; index < 8; index++) write({ index });
  await requests(1);
  await splunk.close();
  expect(splunk.dropped()).toBe(0);
  expect(own).toEqual([]);
  const last = sent().slice(-8);
  expect(last).toEqual(Array.from({ length: 8 }, (_, index) => ({ index })));

  const other = createFixture();
  other.write({ text: 'x'.repeat(500) });
  await other.splunk.close();
  expect(other.splunk.dropped()).toBe(1);
});

test('A stop sends what waits', async () => {
  const { write, splunk, sent } = createFixture();
  write({ message: 'stopping' });
  await splunk.close();
  expect(sent()).toEqual([{ message: 'stopping' }]);
});

test('A stop waits for a collector that is down no longer than its limit, and says what is lost', async () => {
  const { write, splunk, own, timer } = createFixture();
  closed.add(collector);
  await collector.close();
  write({ message: 'one' });
  write({ message: 'two' });
  const stopped = splunk.close();
  let isOver = false;
  stopped.then(() => {
    isOver = true;
  });
  await timer.advance(2_999);
  expect(isOver).toBeFalse();
  await timer.advance(1);
  await stopped;
  expect(own.at(-1)).toBe('warn log lines were dropped and are not in Splunk {"lines":2}');
  expect(own.join()).not.toContain('a-token');
});

test('The log gives Splunk each line as JSON, also where the lines of the terminal are text, and without secrets', () => {
  const { world } = createFixture();
  const [text, json]: [string[], string[]] = [[], []];
  const log = createLog((line) => text.push(line), world.clock, {
    level: 'info',
    readable: true,
    alsoJson: (line, atMs) => json.push(`${atMs} ${line}`),
  });
  log.debug('no');
  log.warn('refused', { to: 'lan@example.com' });
  expect(text).toHaveLength(1);
  expect(text[0]).toMatch(/^08:00:00\.000 warn {2}refused to=/);
  expect(json).toHaveLength(1);
  const [at, line] = [json[0]?.split(' ', 1)[0], json[0]?.slice(json[0].indexOf(' ') + 1)];
  expect(Number(at)).toBe(world.clock.nowMs());
  expect(JSON.parse(line ?? '')).toMatchObject({ level: 'warn', message: 'refused' });
  expect(json[0]).not.toContain('lan@example.com');
});

test('The doctor asks the collector with its token and sends nothing, and says what to do', async () => {
  const { world } = createFixture();
  const examine = () => checkSplunk(world, { splunk: { url: collector.url, token: 'a-token-of-splunk' } });
  const { host } = new URL(collector.url);
  // So it answers to a request without data.
  collector.state.status = 400;
  expect(await examine()).toEqual([
    { part: 'Splunk', state: 'ok', text: `${host} answers and takes the token` },
  ]);
  expect(collector.requests[0]).toMatchObject({
    text: '',
    headers: { authorization: 'Splunk a-token-of-splunk' },
  });
  collector.state.status = 403;
  expect(await examine()).toMatchObject([{ state: 'wrong', text: `${host}: the answer is 403` }]);
  closed.add(collector);
  await collector.close();
  const [finding] = await examine();
  expect(finding).toMatchObject({ state: 'wrong', advice: expect.stringContaining('SPLUNK_HEC_URL') });
  expect(JSON.stringify(finding)).not.toContain('a-token');
  expect(await checkSplunk(world, { splunk: null })).toEqual([]);
});

test('A batch stays as it was taken while more lines come, so that one that is too large gets smaller', () => {
  const buffer = createBuffer(1_000);
  buffer.add({ text: 'a', bytes: 10 });
  const batch = buffer.first(100);
  buffer.add({ text: 'b', bytes: 20 });
  expect(batch.map(({ text }) => text)).toEqual(['a']);
  expect(buffer.first(29)).toHaveLength(1);
  expect(buffer.first(30)).toHaveLength(2);
  buffer.drop(1);
  expect([buffer.count(), buffer.bytes()]).toEqual([1, 20]);
  expect(buffer.first(1)).toHaveLength(1);
});
