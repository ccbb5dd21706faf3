import { describe, expect, test } from 'bun:test';
import { waitTurns } from '../timer.ts';
import {
  createFixtureOpener,
  createManualMailer,
  type Fixture,
  waitUntil,
  wereNotified,
  withQueue,
} from './harness.ts';

const open = createFixtureOpener();

describe('the stop of a worker', () => {
  test('A stopping worker finishes the step that runs, and releases the other leases without counting an attempt', async () => {
    const fixture = await open();
    const orderIds = await fixture.placePaidOrders(Array(4).fill('digital'));
    const mailer = createManualMailer();
    const { stop, logLines } = fixture.startWorker({ mailer }, { mailsMax: 1 });
    await waitUntil(() => mailer.waiting.length === 1);
    let stopped = false;
    const stopResult = stop().then(() => {
      stopped = true;
    });
    await waitUntil(
      async () => (await fixture.tasks()).filter(({ state }) => state === 'ready').length === 3,
    );
    await waitTurns(20);
    expect(stopped).toBe(false);
    mailer.accept();
    await stopResult;
    expect(await Promise.all(orderIds.map((id) => wereNotified(fixture, [id])))).toContain(true);
    expect(
      (await fixture.tasks()).map(({ state, attempts, crashes }) => ({ state, attempts, crashes })),
    ).toEqual(Array(3).fill({ state: 'ready', attempts: 0, crashes: 0 }));
    expect(mailer.sent.length).toBe(1);
    expect(logLines).toEqual([]);
  });

  test('A stopping worker waits no longer than shutdownMs for a step that hangs', async () => {
    const fixture = await open();
    await fixture.placePaidOrders(['digital']);
    const mailer = createManualMailer();
    const { stop, advance, logLines } = fixture.startWorker({ mailer });
    await waitUntil(() => mailer.waiting.length === 1);
    let stopped = false;
    const stopResult = stop().then(() => {
      stopped = true;
    });
    await advance(9_999);
    expect(stopped).toBe(false);
    await advance(1);
    await stopResult;
    expect(logLines.map(({ message }) => message)).toEqual([
      expect.stringContaining('stopped before all steps were reported'),
    ]);
    mailer.accept();
    await waitTurns(5);
    expect((await fixture.tasks()).map(({ state }) => state)).toEqual(['running']);
  });

  const hangs = () => new Promise<never>(() => {});
  test.each<[string, Partial<Fixture['store']['queue']>]>([
    ['claim', { claim: hangs }],
    ['rescue', { rescue: hangs }],
    ['heartbeat', { heartbeat: hangs }],
    ['release', { release: hangs }],
  ])('A stopping worker waits no longer than shutdownMs for a %s that hangs', async (_, queue) => {
    const fixture = await open();
    await fixture.placePaidOrders(['digital', 'digital']);
    const store = withQueue(fixture.store, queue);
    const { stop, advance } = fixture.startWorker({ store, mailer: createManualMailer() }, { mailsMax: 1 });
    await advance(10_000);
    const stopResult = stop();
    await advance(10_000);
    await stopResult;
  });

  test('A stopped worker claims nothing, ignores hints and has no timer', async () => {
    const fixture = await open();
    let listeners = 0;
    const wakeup = {
      notify: () => {},
      listen: () => {
        listeners++;
        return () => {
          listeners--;
        };
      },
    };
    const { stop, advance, alarms } = fixture.startWorker({ store: { ...fixture.store, wakeup } });
    await waitTurns(5);
    expect([listeners, alarms.size > 0]).toEqual([1, true]);
    await stop();
    expect([listeners, alarms.size]).toEqual([0, 0]);
    const orderIds = await fixture.placePaidOrders(['digital']);
    await advance(60_000);
    expect(await fixture.statuses(orderIds)).toEqual(['paid']);
    expect(await fixture.tasks()).toMatchObject([{ state: 'ready' }]);
  });
});
