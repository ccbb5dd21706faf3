import { describe, expect, test } from 'bun:test';
import { err } from 'neverthrow';
import { createLiveFeed, liveRules } from '../../api/routes/liveFeed.ts';
import { createMemoryStore } from '../model/store.ts';
import { createManualTimer, waitTurns } from '../timer.ts';
import { createTestWorld } from '../world.ts';
import { codeOf } from './reply.ts';
import { createTestApi, requestOf, tokenOf } from './testApi.ts';

const outage = err({ kind: 'unavailable', reason: 'the test' } as const);

/** A feed over a queue whose pace the test sets, with a timer that the test drives. */
const createFeed = (streamsMax?: number) => {
  const world = createTestWorld();
  const timer = createManualTimer(world);
  const store = createMemoryStore(world);
  const reads = { queue: 0, money: 0, pace: 0, fails: false, throws: false };
  const stats = (nowMs: number) => {
    reads.queue++;
    if (reads.throws) throw new Error('a port that throws');
    return reads.fails ? Promise.resolve(outage) : store.queue.stats(nowMs).then(paced);
  };
  type Stats = Awaited<ReturnType<typeof store.queue.stats>>;
  const paced = (found: Stats): Stats =>
    found.map((one) => ({ ...one, finishedPerSecond: reads.pace, oldestReadyAgeMs: world.clock.nowMs() }));
  const counts = (nowMs: number) => {
    reads.money++;
    return store.ledger.counts(nowMs);
  };
  const errors: string[] = [];
  const countedLog = { error: (message: string) => void errors.push(message) };
  const ports = { queue: { stats }, ledger: { counts }, clock: world.clock, timer, countedLog };
  return { world, timer, reads, errors, feed: createLiveFeed(ports, streamsMax) };
};

type Viewer = Parameters<ReturnType<typeof createLiveFeed>['open']>[0];
const viewer: Viewer = { seesMoney: false, mayStay: async () => true };

/** What has come over a stream so far, as one text. */
const follow = (body: ReadableStream<Uint8Array>) => {
  const reader = body.getReader();
  const seen = { text: '', ended: false, cancel: () => reader.cancel() };
  const read = async (): Promise<void> => {
    const { done, value } = await reader.read();
    if (done) {
      seen.ended = true;
      return;
    }
    seen.text += new TextDecoder().decode(value);
    await read();
  };
  void read();
  return seen;
};

const eventsOf = ({ text }: { readonly text: string }) =>
  [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? ''));

const openOne = async ({ feed }: ReturnType<typeof createFeed>, changes: Partial<Viewer> = {}) => {
  const opened = await feed.open({ ...viewer, ...changes });
  const seen = follow(opened._unsafeUnwrap());
  await waitTurns(3);
  return seen;
};

describe('The feed of live events', () => {
  test('A stream has an event at once, then one a second at most, and only after a change', async () => {
    const made = createFeed();
    const seen = await openOne(made);
    expect(eventsOf(seen)).toHaveLength(1);
    await made.timer.advance(5_000);
    expect(eventsOf(seen)).toHaveLength(1);
    for (let change = 1; change <= 30; change++) {
      made.reads.pace = change;
      await made.timer.advance(100);
    }
    expect(eventsOf(seen)).toHaveLength(4);
    expect(new Set(seen.text.match(/^id: \d+$/gm)).size).toBe(4);
  });

  test('Nothing is read while nobody listens, and one read serves all streams', async () => {
    const made = createFeed();
    await made.timer.advance(10_000);
    expect(made.reads.queue).toBe(0);
    const streams = [await openOne(made), await openOne(made), await openOne(made)];
    const before = made.reads.queue;
    await made.timer.advance(10_000);
    expect(made.reads.queue - before).toBe(10);
    for (const stream of streams) await stream.cancel();
    expect(made.feed.streams()).toBe(0);
    const after = made.reads.queue;
    await made.timer.advance(60_000);
    expect(made.reads.queue).toBe(after);
    expect(made.timer.alarms.size).toBe(0);
  });

  test('New streams do not make older ones faster', async () => {
    const made = createFeed();
    const first = await openOne(made);
    for (let other = 1; other <= 5; other++) {
      made.reads.pace = other;
      await made.timer.advance(100);
      expect(eventsOf(await openOne(made))).toHaveLength(1);
    }
    expect(eventsOf(first)).toHaveLength(1);
    await made.timer.advance(1_000);
    expect(eventsOf(first)).toHaveLength(2);
  });

  test('The money is read every ten seconds, and only for those who may see it', async () => {
    const made = createFeed();
    const plain = await openOne(made);
    await made.timer.advance(20_000);
    expect(made.reads.money).toBe(0);
    const whole = await openOne(made, { seesMoney: true });
    made.reads.pace = 1;
    await made.timer.advance(9_000);
    expect(made.reads.money).toBe(1);
    await made.timer.advance(2_000);
    expect(made.reads.money).toBe(2);
    expect(eventsOf(whole)[0]).toHaveProperty('money.healthy', true);
    expect(plain.text).not.toContain('money');
  });

  test('A silent stream has a comment each 15 seconds, well inside the time limit of the server', async () => {
    const made = createFeed();
    const seen = await openOne(made);
    await made.timer.advance(10 * 60_000);
    expect(seen.text.match(/^:$/gm)).toHaveLength(40);
    expect(liveRules.beatMs).toBeLessThanOrEqual(60_000 - 5_000);
  });

  test('A client that takes nothing has nothing piled up, and its stream ends', async () => {
    const made = createFeed();
    const opened = await made.feed.open(viewer);
    for (let change = 1; change <= 50; change++) {
      made.reads.pace = change;
      await made.timer.advance(1_000);
    }
    expect(made.feed.streams()).toBe(1);
    await made.timer.advance(30_000);
    expect(made.feed.streams()).toBe(0);
    const late = follow(opened._unsafeUnwrap());
    await waitTurns(3);
    expect([eventsOf(late).length, late.ended]).toEqual([1, true]);
  });

  test('A stream ends with its token', async () => {
    const made = createFeed();
    let valid = true;
    const seen = await openOne(made, { mayStay: async () => valid });
    const other = await openOne(made);
    valid = false;
    await made.timer.advance(1_000);
    expect([seen.ended, other.ended, made.feed.streams()]).toEqual([true, false, 1]);
  });

  test('A state that cannot be read ends the streams and refuses new ones until it can', async () => {
    const made = createFeed();
    const seen = await openOne(made);
    made.reads.fails = true;
    await made.timer.advance(1_000);
    expect(seen.ended).toBe(true);
    expect((await made.feed.open(viewer))._unsafeUnwrapErr()).toMatchObject({ kind: 'unavailable' });
    expect(made.feed.streams()).toBe(0);
    made.reads.fails = false;
    expect(eventsOf(await openOne(made))).toHaveLength(1);
  });

  test('A port that throws ends the streams, is logged once, and leaves the feed alive', async () => {
    const made = createFeed();
    const [one, other] = [await openOne(made), await openOne(made)];
    made.reads.throws = true;
    await made.timer.advance(1_000);
    expect([one.ended, other.ended, made.feed.streams()]).toEqual([true, true, 0]);
    expect(made.errors).toEqual(['the live streams ended by an error']);
    expect(made.feed.open(viewer)).rejects.toThrow('a port that throws');
    await waitTurns(3);
    made.reads.throws = false;
    expect(eventsOf(await openOne(made))).toHaveLength(1);
  });

  test('A process takes a limited number of streams, and none once it stops', async () => {
    const made = createFeed(2);
    const [one, two] = [await openOne(made), await openOne(made)];
    expect((await made.feed.open(viewer))._unsafeUnwrapErr()).toEqual({ kind: 'too_many_streams' });
    await one.cancel();
    const third = await openOne(made);
    made.feed.end();
    await waitTurns(3);
    expect([two.ended, third.ended, made.feed.streams()]).toEqual([true, true, 0]);
    expect((await made.feed.open(viewer))._unsafeUnwrapErr()).toMatchObject({ kind: 'not_ready' });
    await made.timer.advance(1_000);
    expect(made.timer.alarms.size).toBe(0);
  });
});

describe('GET /live', () => {
  const open = async (api: ReturnType<typeof createTestApi>, claims: object, method = 'GET') => {
    const token = await tokenOf(api.world, { sub: 'o', email: 'o@example.com', roles: [], ...claims });
    return api.api.handle(requestOf(method, 'http://localhost/live', { token }));
  };
  const firstOf = async (response: Response): Promise<string> => {
    const reader = response.body?.getReader();
    const chunk = await reader?.read();
    await reader?.cancel();
    return new TextDecoder().decode(chunk?.value);
  };

  test('Its events have the queue, and the money with its permission', async () => {
    const api = createTestApi();
    const response = await open(api, { permissions: ['queue:read', 'money:read'] });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(response.headers.get('x-accel-buffering')).toBe('no');
    expect(response.headers.get('cache-control')).toBe('no-store');
    const data = JSON.parse(/^data: (.*)$/m.exec(await firstOf(response))?.[1] ?? '');
    expect(data.queue).toEqual((await api.operator.get('/queue')).body);
    expect(data.money).toEqual((await api.operator.get('/money')).body);
    const plain = await firstOf(await open(api, { permissions: ['queue:read'] }));
    expect(plain).toContain('"queue"');
    expect(plain).not.toContain('money');
    expect(api.live.streams()).toBe(0);
  });

  test('HEAD opens no stream, and other callers are refused', async () => {
    const api = createTestApi();
    const head = await open(api, { permissions: ['queue:read'] }, 'HEAD');
    expect([head.status, api.live.streams()]).toEqual([200, 0]);
    expect(codeOf(await api.call('GET', '/live'))).toBe('401 unauthenticated');
    expect(codeOf(await api.customer('an').get('/live'))).toBe('403 forbidden');
  });

  test('A stream too many is refused with a time to wait', async () => {
    const world = createTestWorld();
    const live = createLiveFeed(
      { ...createMemoryStore(world), ...world, countedLog: { error: () => {} } },
      0,
    );
    const refused = await createTestApi({ live }).operator.get('/live');
    expect(codeOf(refused)).toBe('503 unavailable');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});
