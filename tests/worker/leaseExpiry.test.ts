import { describe, expect, test } from 'bun:test';
import { err, ok } from 'neverthrow';
import { createRequestRefund } from '../../core/usecases/requestRefund.ts';
import { createFixtureOpener, createManualMailer, waitUntil, wereNotified, withQueue } from './harness.ts';

const open = createFixtureOpener();

describe('a lease of a worker', () => {
  test('A lease lasts until its step is done, and until a waiting step is done', async () => {
    const fixture = await open();
    const orderIds = await fixture.placePaidOrders(['digital', 'digital']);
    const mailer = createManualMailer();
    const { advance, logLines } = fixture.startWorker({ mailer }, { mailsMax: 1 });
    await waitUntil(() => mailer.waiting.length === 1);
    // Twice as long as a lease, almost.
    await advance(59_000);
    mailer.accept();
    await waitUntil(() => mailer.waiting.length === 1);
    mailer.accept();
    await waitUntil(() => wereNotified(fixture, orderIds));
    expect(mailer.sent.length).toBe(2);
    expect(logLines).toEqual([]);
  });

  test('A lease that expires while its worker hangs goes to another worker, and its step is not reported', async () => {
    const fixture = await open();
    const orderIds = await fixture.placePaidOrders(['digital', 'digital']);
    const hangingMailer = createManualMailer();
    const reports: number[] = [];
    const store = withQueue(fixture.store, {
      report: (stepReports, nowMs) => {
        reports.push(stepReports.length);
        return fixture.store.queue.report(stepReports, nowMs);
      },
    });
    const hanging = fixture.startWorker({ store, mailer: hangingMailer }, { mailsMax: 1 });
    await waitUntil(() => hangingMailer.waiting.length === 1);

    const healthy = fixture.startWorker();
    await healthy.advance(60_000);
    expect(await wereNotified(fixture, orderIds)).toBe(true);

    await hanging.advance(30_000);
    hangingMailer.accept();
    await waitUntil(() => hanging.logLines.length > 0);
    expect(hanging.logLines).toMatchObject([
      {
        level: 'warn',
        message: expect.stringContaining('a lease expired before its step was reported'),
        facts: { taskId: expect.any(String) },
      },
    ]);
    expect(reports).toEqual([]);
    expect(hangingMailer.sent.length).toBe(1);
    const { history } = await fixture.order(hangingMailer.sent[0]?.orderIds[0] ?? '');
    expect(history.filter(({ state }) => state === 'customer_notified').length).toBe(1);
  });

  test('Leases that expire together have one line at once and one line with their count', async () => {
    const fixture = await open();
    await fixture.placePaidOrders(['digital', 'digital', 'digital', 'digital']);
    const hangingMailer = createManualMailer();
    const hanging = fixture.startWorker({ mailer: hangingMailer });
    await waitUntil(() => hangingMailer.waiting.length === 4);
    await fixture.startWorker().advance(60_000);
    await hanging.advance(30_000);
    for (let mails = 0; mails < 4; mails++) hangingMailer.accept();
    await waitUntil(() => hanging.logLines.length > 0);
    await hanging.advance(60_000);
    expect(hanging.logLines).toMatchObject([
      {
        level: 'warn',
        message: expect.stringContaining('a lease expired'),
        facts: { taskId: expect.any(String) },
      },
      { level: 'warn', message: expect.stringContaining('a lease expired'), facts: { count: 3 } },
    ]);
  });

  test('A refund that takes a task from its worker is no lease that expired', async () => {
    const fixture = await open();
    const [orderId = ''] = await fixture.placePaidOrders(['digital']);
    const mailer = createManualMailer();
    const { logLines } = fixture.startWorker({ mailer });
    await waitUntil(() => mailer.waiting.length === 1);
    const { store, world } = fixture;
    const key = world.ids.next(world.clock.nowMs());
    const command = { key, orderId, amount: null, origin: 'operator', reason: 'torn' } as const;
    (await createRequestRefund({ ...store, world })(command))._unsafeUnwrap();
    mailer.accept();
    await waitUntil(() => logLines.length > 0);
    expect(logLines).toMatchObject([
      { level: 'info', message: expect.stringContaining('a refund or an operator took a task') },
    ]);
  });

  test('A report whose answer was lost is no task that was taken', async () => {
    const fixture = await open();
    const [orderId = ''] = await fixture.placePaidOrders(['digital']);
    let reports = 0;
    const store = withQueue(fixture.store, {
      report: async (...query) => {
        const accepted = await fixture.store.queue.report(...query);
        return ++reports === 1 ? err({ kind: 'unavailable', reason: 'the answer was lost' }) : accepted;
      },
    });
    const { advance, logLines } = fixture.startWorker({ store });
    await waitUntil(() => reports === 1);
    await advance(1_000);
    expect(reports).toBe(2);
    expect(await fixture.tasks()).toEqual([]);
    expect(await fixture.statuses([orderId])).toEqual(['completed']);
    expect(logLines.map(({ level, message }) => [level, message])).toEqual([
      ['warn', expect.stringContaining('the database is unavailable')],
      ['info', expect.stringContaining('the database is available again')],
    ]);
  });

  test('A task whose workers die is rescued, until it fails', async () => {
    const fixture = await open();
    const [orderId = ''] = await fixture.placePaidOrders(['digital']);
    // The worker dies while it sends the mail: the mail never ends, and no heartbeat extends the lease.
    const hangingMailer = { send: () => new Promise<never>(() => {}) };
    const store = withQueue(fixture.store, { heartbeat: async (leases) => ok(leases.map(() => 'no task')) });
    const { advance, logLines } = fixture.startWorker({ store, mailer: hangingMailer });
    await advance(5 * 60_000);
    expect(await fixture.statuses([orderId])).toEqual(['completed']);
    const [task] = await fixture.tasks();
    expect(task).toMatchObject({ state: 'failed', crashes: 5, attempts: 0 });
    expect(
      logLines.filter(({ message }) => message.startsWith('rescued tasks whose leases had expired')).length,
    ).toBe(5);
  });
});
