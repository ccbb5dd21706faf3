import { describe, expect, test } from 'bun:test';
import type { Mailer, MailOutcome } from '../../core/mail.ts';
import { createFixtureOpener, type Fixture, waitUntil, wereNotified } from './harness.ts';

const open = createFixtureOpener();

/** A mail server for all workers of a test. */
const createServer = (answer: (orderId: string) => MailOutcome) => {
  const state = { answer, sent: [] as string[], tried: 0, atOnce: 0, atOnceMax: 0 };
  const mailer: Mailer = {
    send: async ({ orderIds: [orderId = ''] }) => {
      state.tried++;
      state.atOnceMax = Math.max(state.atOnceMax, ++state.atOnce);
      await Promise.resolve();
      state.atOnce--;
      const outcome = state.answer(orderId);
      if (outcome.kind === 'accepted') state.sent.push(orderId);
      return outcome;
    },
  };
  return { state, mailer };
};

const down = (): MailOutcome => ({ kind: 'unavailable', reason: 'the mail server cannot be reached' });
const accept = (): MailOutcome => ({ kind: 'accepted' });

const pausesOf = async ({ store }: Fixture) => (await store.pauses.list())._unsafeUnwrap();
const shownLevels = (lines: readonly { readonly level: string }[]) =>
  lines.map(({ level }) => level).filter((level) => level !== 'debug');
const manyOrders = Array(100).fill('digital');

describe('a mail server that does not work', () => {
  test('A server that is down for minutes fails none of 100 mails, and each is sent once when it is back', async () => {
    const fixture = await open();
    const orderIds = await fixture.placePaidOrders(manyOrders);
    const { state, mailer } = createServer(down);
    const { advance, logLines } = fixture.startWorker({ mailer }, { pipelines: ['digital'] });
    await advance(7 * 60_000);
    const tasks = await fixture.tasks();
    expect(tasks).toHaveLength(100);
    for (const task of tasks) expect(task).toMatchObject({ state: 'paused', attempts: 0 });
    expect(await pausesOf(fixture)).toMatchObject([
      {
        pipeline: 'digital',
        step: 'notify_customer',
        origin: 'fault',
        reason: 'the mail server cannot be reached',
      },
    ]);
    // The first mails that were under way, and then one probe at a time: some in the first minute, and one a minute.
    expect(state.tried).toBeLessThan(30);
    expect(logLines).toMatchObject([
      { level: 'warn', facts: { pipeline: 'digital', reason: 'the mail server cannot be reached' } },
    ]);

    state.answer = accept;
    await advance(70_000);
    await waitUntil(() => wereNotified(fixture, orderIds));
    expect(state.sent.toSorted()).toEqual(orderIds.toSorted());
    expect(await pausesOf(fixture)).toEqual([]);
    expect(logLines).toMatchObject([{ level: 'warn' }, { level: 'info', facts: { waited: 99 } }]);
  });

  test('Two workers send one probe at a time, and one of them says that the step is paused', async () => {
    const fixture = await open();
    const orderIds = await fixture.placePaidOrders(manyOrders);
    const { state, mailer } = createServer(down);
    const workers = [1, 2].map(() => fixture.startWorker({ mailer }, { pipelines: ['digital'] }));
    const advanceBoth = async (ms: number) => {
      for (let passed = 0; passed < ms; passed += 500) {
        await workers[0]?.advance(500);
        await workers[1]?.advance(0);
      }
    };
    await advanceBoth(5_000);
    Object.assign(state, { atOnceMax: 0, tried: 0 });
    await advanceBoth(5 * 60_000);
    expect(state.atOnceMax).toBe(1);
    expect(state.tried).toBeGreaterThan(3);
    expect(state.tried).toBeLessThan(15);
    state.answer = accept;
    await advanceBoth(70_000);
    await waitUntil(() => wereNotified(fixture, orderIds));
    expect(state.sent).toHaveLength(100);
    const lines = workers.flatMap(({ logLines }) => logLines.map(({ level }) => level));
    expect(lines.toSorted()).toEqual(['info', 'warn']);
  });

  test('A limit of thirty mails a minute delays mails and fails none', async () => {
    const fixture = await open();
    const orderIds = await fixture.placePaidOrders(manyOrders);
    let minute = 0;
    let inMinute = 0;
    const { state, mailer } = createServer(() => {
      const now = Math.floor(fixture.world.clock.nowMs() / 60_000);
      if (now !== minute) [minute, inMinute] = [now, 0];
      return ++inMinute <= 30 ? accept() : { kind: 'unavailable', reason: '450 too many messages' };
    });
    const { advance } = fixture.startWorker({ mailer }, { pipelines: ['digital'] });
    await advance(8 * 60_000);
    await waitUntil(() => wereNotified(fixture, orderIds));
    expect(state.sent).toHaveLength(100);
    expect(await fixture.statuses(orderIds)).toEqual(Array(100).fill('completed'));
  });

  test('A mail that always makes the server look down does not keep the other mails back', async () => {
    const fixture = await open();
    const [poison = '', ...others] = await fixture.placePaidOrders(Array(20).fill('digital'));
    const { state, mailer } = createServer((orderId) => (orderId === poison ? down() : accept()));
    const { advance, logLines } = fixture.startWorker({ mailer }, { pipelines: ['digital'] });
    await advance(120_000);
    await waitUntil(() => wereNotified(fixture, others));
    // The pause begins and ends many times.
    expect(logLines.filter(({ level }) => level !== 'debug').length).toBeLessThan(8);
    expect(state.sent.toSorted()).toEqual(others.toSorted());
    expect(await fixture.tasks()).toMatchObject([{ attempts: 0 }]);
  });

  test('A second outage within a minute that is over by then is not said to go on', async () => {
    const fixture = await open();
    const { state, mailer } = createServer(down);
    const { advance, logLines } = fixture.startWorker({ mailer }, { pipelines: ['digital'] });
    await fixture.placePaidOrders(['digital']);
    await advance(3_000);
    state.answer = accept;
    await advance(5_000);
    state.answer = down;
    await fixture.placePaidOrders(['digital']);
    await advance(3_000);
    expect(await pausesOf(fixture)).toHaveLength(1);
    state.answer = accept;
    await advance(120_000);
    expect(await pausesOf(fixture)).toEqual([]);
    expect(shownLevels(logLines)).toEqual(['warn', 'info']);
  });

  test('A second outage that lasts is said within a minute, and so is its end', async () => {
    const fixture = await open();
    const { state, mailer } = createServer(down);
    const { advance, logLines } = fixture.startWorker({ mailer }, { pipelines: ['digital'] });
    await fixture.placePaidOrders(['digital']);
    await advance(20_000);
    state.answer = accept;
    await advance(20_000);
    state.answer = () => ({ kind: 'unavailable', reason: 'the mail server refused the login' });
    await fixture.placePaidOrders(['digital']);
    await advance(22_000);
    state.answer = accept;
    await advance(35_000);
    expect(await pausesOf(fixture)).toEqual([]);
    expect(shownLevels(logLines)).toEqual(['warn', 'info', 'warn', 'info']);
    expect(logLines.filter(({ level }) => level === 'warn')[1]).toMatchObject({
      facts: { reason: 'the mail server refused the login', count: 1 },
    });
  });

  test('A probe that throws before it calls the server ends no pause', async () => {
    const fixture = await open();
    const orderIds = await fixture.placePaidOrders(Array(5).fill('digital'));
    let isBroken = false;
    const { state, mailer } = createServer(() => {
      if (isBroken) throw new Error('the invoice cannot be drawn');
      return down();
    });
    const { advance, logLines } = fixture.startWorker({ mailer }, { pipelines: ['digital'] });
    await advance(500);
    isBroken = true;
    await advance(10_000);
    expect(await pausesOf(fixture)).toHaveLength(1);
    expect(logLines.filter(({ level }) => level === 'info')).toEqual([]);
    state.answer = accept;
    await advance(600_000);
    await waitUntil(() => wereNotified(fixture, orderIds));
    expect(await pausesOf(fixture)).toEqual([]);
  });

  test('A refusal that is about one mail fails that one alone, pauses nothing and ends a pause', async () => {
    const fixture = await open();
    const [refused = '', ...others] = await fixture.placePaidOrders(Array(5).fill('digital'));
    const refuse = (orderId: string): MailOutcome =>
      orderId === refused ? { kind: 'rejected', reason: '550 no such mailbox' } : accept();
    const { state, mailer } = createServer(down);
    const { advance } = fixture.startWorker({ mailer }, { pipelines: ['digital'] });
    await advance(3_000);
    expect(await pausesOf(fixture)).toHaveLength(1);
    state.answer = refuse;
    await advance(20_000);
    await waitUntil(() => wereNotified(fixture, others));
    expect(await pausesOf(fixture)).toEqual([]);
    expect(await fixture.tasks()).toMatchObject([{ state: 'failed', lastError: '550 no such mailbox' }]);
    expect(await fixture.statuses([refused])).toEqual(['completed']);
  });
});

describe('a pause of an operator', () => {
  test('Mails that a worker has claimed and not begun wait too, and each is sent once after the end', async () => {
    const fixture = await open();
    const sent: string[] = [];
    const underWay: (() => void)[] = [];
    const mailer: Mailer = {
      send: async ({ orderIds: [orderId = ''] }) => {
        await new Promise<void>((resolve) => underWay.push(resolve));
        sent.push(orderId);
        return accept();
      },
    };
    const finishMails = () => {
      for (const finish of underWay.splice(0)) finish();
    };
    const orderIds = await fixture.placePaidOrders(Array(8).fill('digital'));
    const { advance } = fixture.startWorker({ mailer }, { pipelines: ['digital'], mailsMax: 2 });
    await advance(1_000);
    expect(underWay).toHaveLength(2);
    const nowMs = fixture.world.clock.nowMs();
    const id = fixture.world.ids.next(nowMs);
    const pause = { id, pipeline: 'digital', step: 'notify_customer', reason: 'a wrong text' };
    await fixture.store.pauses.begin(pause, nowMs);
    await advance(2_000);
    finishMails();
    await advance(5_000);
    expect(sent).toHaveLength(2);
    expect((await fixture.tasks()).map(({ state, attempts }) => [state, attempts])).toEqual(
      Array(6).fill(['paused', 0]),
    );

    await fixture.store.pauses.end(id, fixture.world.clock.nowMs());
    for (let passed = 0; passed < 10; passed++) {
      await advance(1_000);
      finishMails();
    }
    await waitUntil(() => wereNotified(fixture, orderIds));
    expect(sent.toSorted()).toEqual(orderIds.toSorted());
  });

  test('A worker leaves the tasks of a paused step alone, and goes on when the pause has ended', async () => {
    const fixture = await open();
    const orderIds = await fixture.placePaidOrders(['digital', 'digital']);
    const { state, mailer } = createServer(accept);
    const nowMs = fixture.world.clock.nowMs();
    const id = fixture.world.ids.next(nowMs);
    const pause = { id, pipeline: 'digital', step: 'notify_customer', reason: 'a move' };
    await fixture.store.pauses.begin(pause, nowMs);
    const { advance, logLines } = fixture.startWorker({ mailer }, { pipelines: ['digital'] });
    await advance(60_000);
    expect(state.tried).toBe(0);
    expect(await fixture.tasks()).toMatchObject([{ state: 'paused' }, { state: 'paused' }]);
    expect(await fixture.statuses(orderIds)).toEqual(['completed', 'completed']);
    await fixture.store.pauses.end(id, fixture.world.clock.nowMs());
    await advance(1_000);
    await waitUntil(() => wereNotified(fixture, orderIds));
    expect(logLines).toEqual([]);
  });
});
