import { describe, expect, test } from 'bun:test';
import { err, ok } from 'neverthrow';
import type { Mailer } from '../../core/mail.ts';
import type { AsyncResult } from '../../core/result.ts';
import { attemptsMax } from '../../core/retry.ts';
import type { DatabaseClock } from '../../core/store.ts';
import { waitTurns } from '../timer.ts';
import { createFixtureOpener, createManualMailer, waitUntil, wereNotified, withQueue } from './harness.ts';

const open = createFixtureOpener();

const unavailable = async <T>(): AsyncResult<T> => err({ kind: 'unavailable', reason: 'gone' });

describe('an unavailable store', () => {
  test('An outage is logged at its start and at its end, and all work is done after it', async () => {
    const fixture = await open();
    const orderIds = await fixture.placePaidOrders(['digital', 'physical', 'service']);
    let isDown = true;
    let claims = 0;
    const store = {
      ...withQueue(fixture.store, {
        claim: (query) => {
          claims++;
          return isDown ? unavailable() : fixture.store.queue.claim(query);
        },
        rescue: (query) => (isDown ? unavailable() : fixture.store.queue.rescue(query)),
      }),
      prune: (nowMs: number) => (isDown ? unavailable<void>() : fixture.store.prune(nowMs)),
    };
    const { advance, logLines } = fixture.startWorker({ store });
    await advance(60_000);
    // Three loops run for one minute. Polling would make 120 rounds each; pauses that grow to 10 s make about 11.
    expect(claims).toBeGreaterThan(3 * 8);
    expect(claims).toBeLessThan(3 * 20);
    expect(logLines).toMatchObject([{ level: 'warn', facts: { reason: 'gone' } }]);
    isDown = false;
    await advance(10_000);
    expect(await fixture.statuses(orderIds)).toEqual(['completed', 'completed', 'completed']);
    expect(logLines.slice(1)).toMatchObject([
      { level: 'info', message: 'the database is available again', facts: { afterMs: expect.any(Number) } },
    ]);
  });

  test('An outage longer than a lease sends no mail twice, because steps are reported before the rescue', async () => {
    const fixture = await open();
    const orderIds = await fixture.placePaidOrders(['digital']);
    let isDown = false;
    const { queue, ping } = fixture.store;
    const store = {
      ...withQueue(fixture.store, {
        report: (...args) => (isDown ? unavailable() : queue.report(...args)),
        heartbeat: (...args) => (isDown ? unavailable() : queue.heartbeat(...args)),
        claim: (query) => (isDown ? unavailable() : queue.claim(query)),
        rescue: (query) => (isDown ? unavailable() : queue.rescue(query)),
      }),
      ping: () => (isDown ? unavailable<DatabaseClock>() : ping()),
    };
    const mailer = createManualMailer();
    const world = { ...fixture.world, random: { ...fixture.world.random, unit: () => 1 } };
    const { advance } = fixture.startWorker({ store, mailer, world });
    await waitUntil(() => mailer.waiting.length === 1);
    isDown = true;
    mailer.accept();
    // At the end of these 36 s the next report is due in 9.5 s, but the next rescue already in 4.5 s.
    await advance(36_000);
    isDown = false;
    await advance(10_000);
    expect(await wereNotified(fixture, orderIds)).toBe(true);
    expect(mailer.sent.length).toBe(1);
  });

  test('A mail sent during an outage is reported after it, and not sent again', async () => {
    const fixture = await open();
    const orderIds = await fixture.placePaidOrders(['digital']);
    let isDown = true;
    const store = withQueue(fixture.store, {
      report: (reports, nowMs) => (isDown ? unavailable() : fixture.store.queue.report(reports, nowMs)),
    });
    const mailer = createManualMailer();
    const { advance, logLines } = fixture.startWorker({ store, mailer });
    await waitUntil(() => mailer.waiting.length === 1);
    mailer.accept();
    await advance(120_000);
    expect(await wereNotified(fixture, orderIds)).toBe(false);
    isDown = false;
    await advance(10_000);
    expect(await wereNotified(fixture, orderIds)).toBe(true);
    expect(mailer.sent.length).toBe(1);
    expect(logLines.map(({ level }) => level)).toEqual(['warn', 'info']);
  });

  test('The end of an outage is logged though a report was given up in it, and so is the next outage', async () => {
    const fixture = await open();
    await fixture.placePaidOrders(['digital']);
    const { queue } = fixture.store;
    let isDown = false;
    let isLost = false;
    const store = withQueue(fixture.store, {
      report: (...args) => (isDown ? unavailable() : queue.report(...args)),
      // Another worker has rescued the task meanwhile.
      heartbeat: async (...args) => (isDown ? unavailable() : isLost ? ok([]) : queue.heartbeat(...args)),
      claim: async (query) =>
        isDown ? unavailable() : isLost ? ok({ processed: 0, leases: [] }) : queue.claim(query),
    });
    const mailer = createManualMailer();
    const { advance, logLines } = fixture.startWorker({ store, mailer });
    await waitUntil(() => mailer.waiting.length === 1);
    isDown = true;
    mailer.accept();
    await advance(30_000);
    isLost = true;
    isDown = false;
    await advance(30_000);
    isDown = true;
    await advance(30_000);
    const outages = logLines.filter(({ message }) => message.startsWith('the database is'));
    expect(outages.map(({ level }) => level)).toEqual(['warn', 'info', 'warn']);
  });

  test('The end of an outage is logged though leases could not be released in it', async () => {
    const fixture = await open();
    await fixture.placePaidOrders(['digital', 'digital']);
    const { queue, pauses } = fixture.store;
    let isDown = false;
    const store = withQueue(fixture.store, {
      release: unavailable,
      claim: (query) => (isDown ? unavailable() : queue.claim(query)),
    });
    const mailer = createManualMailer();
    const { advance, logLines } = fixture.startWorker({ store, mailer }, { mailsMax: 1 });
    await waitUntil(() => mailer.waiting.length === 1);
    // What was claimed and has not begun is released.
    const reason = 'a pause';
    const { ids, clock } = fixture.world;
    const pause = { id: ids.next(clock.nowMs()), pipeline: 'digital', step: null, reason };
    (await pauses.begin(pause, clock.nowMs()))._unsafeUnwrap();
    await advance(5_000);
    isDown = true;
    await advance(30_000);
    isDown = false;
    await advance(30_000);
    const outages = logLines.filter(({ message }) => message.startsWith('the database is'));
    expect(outages.map(({ level }) => level)).toEqual(['warn', 'info']);
  });
});

describe('a bug in a worker', () => {
  test('A step that throws is logged with its stack and fails only its own task', async () => {
    const fixture = await open();
    const [poison = '', ...others] = await fixture.placePaidOrders(['digital', 'digital', 'digital']);
    const mailer: Mailer = {
      send: async (mail) => {
        if (mail.orderIds.includes(poison)) throw new Error('poison');
        return { kind: 'accepted' };
      },
    };
    // One pipeline and a slow poll, because an hour of polls follows.
    const { advance, logLines } = fixture.startWorker({ mailer }, { pipelines: ['digital'], pollMs: 5_000 });
    await waitUntil(() => wereNotified(fixture, others));
    // The random pause may be 0, and the task ready again.
    expect(await fixture.tasks()).toMatchObject([{ attempts: 1, lastError: 'poison' }]);
    await advance(60 * 60_000);
    expect(await fixture.tasks()).toMatchObject([{ state: 'failed', crashes: 0, lastError: 'poison' }]);
    expect(await fixture.statuses([poison])).toEqual(['completed']);
    const threw = logLines.filter(({ message }) => message === 'the step notify_customer threw');
    expect(threw.reduce((tries, { facts }) => tries + Number(facts?.count ?? 1), 0)).toBe(attemptsMax);
    expect(logLines.filter((line) => !threw.includes(line))).toMatchObject([
      { level: 'error', message: 'a task failed; it waits for an operator' },
    ]);
    expect(logLines[0]).toMatchObject({
      level: 'error',
      facts: { orderIds: poison, cause: expect.any(Error) },
    });
  });

  test('A pause that cannot be written for an unknown reason is logged, and the step is tried again', async () => {
    const fixture = await open();
    const orderIds = await fixture.placePaidOrders(['digital']);
    let isBroken = true;
    const { pauses } = fixture.store;
    const store = {
      ...fixture.store,
      pauses: {
        ...pauses,
        beginForFault: (...args: Parameters<typeof pauses.beginForFault>) => {
          if (isBroken) throw new Error('relation "pause" does not exist');
          return pauses.beginForFault(...args);
        },
      },
    };
    const mailer: Mailer = {
      send: async () => (isBroken ? { kind: 'unavailable', reason: 'down' } : { kind: 'accepted' }),
    };
    const { advance, logLines } = fixture.startWorker({ store, mailer }, { pipelines: ['digital'] });
    await waitUntil(() => logLines.length > 0);
    expect(logLines[0]).toMatchObject({ level: 'error', message: 'pausing a step failed' });
    isBroken = false;
    await advance(60_000);
    expect(await wereNotified(fixture, orderIds)).toBe(true);
  });

  test('A claim that throws is logged with its stack, and the loop continues after a pause', async () => {
    const fixture = await open();
    const orderIds = await fixture.placePaidOrders(['digital']);
    let isBroken = true;
    const store = withQueue(fixture.store, {
      claim: (query) => {
        if (isBroken) throw new Error('broken');
        return fixture.store.queue.claim(query);
      },
    });
    const { advance, logLines } = fixture.startWorker({ store }, { pipelines: ['digital'] });
    await waitTurns(20);
    expect(logLines).toMatchObject([{ level: 'error', facts: { cause: expect.any(Error) } }]);
    isBroken = false;
    await advance(1_000);
    expect(await fixture.statuses(orderIds)).toEqual(['completed']);
  });

  test('A report that throws leaves its task for the rescue', async () => {
    const fixture = await open();
    const orderIds = await fixture.placePaidOrders(['digital']);
    let isBroken = true;
    const store = withQueue(fixture.store, {
      report: async (reports, nowMs) => {
        if (isBroken) throw new Error('broken');
        return fixture.store.queue.report(reports, nowMs);
      },
    });
    const { advance, logLines } = fixture.startWorker({ store });
    await waitUntil(() => logLines.length > 0);
    isBroken = false;
    await advance(60_000);
    expect(await fixture.statuses(orderIds)).toEqual(['completed']);
    expect(logLines.map(({ level }) => level)).toEqual(['error', 'warn']);
  });
});
