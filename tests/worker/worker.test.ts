import { describe, expect, test } from 'bun:test';
import { waitTurns } from '../timer.ts';
import { createFixtureOpener, createManualMailer, waitUntil, wereNotified, withQueue } from './harness.ts';

const open = createFixtureOpener();

describe('a worker', () => {
  test('A worker completes paid orders of all types, with one mail each', async () => {
    const fixture = await open();
    const bought = (['physical', 'digital', 'service'] as const).flatMap((type) => Array(20).fill(type));
    const orderIds = await fixture.placePaidOrders(bought);
    const { advance } = fixture.startWorker({}, { batchMax: 7, mailsMax: 3 });
    await advance(100);
    expect(await fixture.tasks()).toEqual([]);
    const mails = (await fixture.store.mailbox.list({ to: null, after: null, limit: 100 }))._unsafeUnwrap();
    expect(mails.items.flatMap(({ orderIds: ids }) => ids).sort()).toEqual(orderIds.sort());
    expect((await fixture.order(orderIds[0] ?? '')).history.map(({ state }) => state)).toEqual([
      'pending',
      'paying',
      'paid',
      'invoiced',
      'shipment_requested',
      'completed',
      'customer_notified',
    ]);
  });

  test('A cart gets one mail for each type, with all its orders, and one invoice', async () => {
    const fixture = await open();
    const orderIds = await fixture.placePaidCart(['digital', 'physical', 'digital', 'service', 'physical']);
    const { advance } = fixture.startWorker();
    await advance(100);
    const mails = (await fixture.store.mailbox.list({ to: null, after: null, limit: 100 }))._unsafeUnwrap()
      .items;
    const idsAt = (...positions: readonly number[]) => positions.map((position) => orderIds[position] ?? '');
    expect(
      mails.map((mail) => mail.orderIds).sort((one, other) => (one.join() < other.join() ? -1 : 1)),
    ).toEqual(
      [idsAt(0, 2), idsAt(1, 4), idsAt(3)].sort((one, other) => (one.join() < other.join() ? -1 : 1)),
    );
    const { checkoutId } = await fixture.order(orderIds[0] ?? '');
    const invoice = (await fixture.store.invoices.ofCheckout(checkoutId ?? ''))._unsafeUnwrap();
    expect(invoice?.lines.map(({ orderId }) => orderId)).toEqual(orderIds);
    for (const mail of mails) {
      expect(mail.checkoutId).toBe(checkoutId);
      for (const fact of [...mail.orderIds, invoice?.number ?? '']) expect(mail.text).toContain(fact);
    }
  });

  test('A slow mail delays neither another pipeline nor the other tasks of its own', async () => {
    const fixture = await open();
    const [slow = '', ...others] = await fixture.placePaidOrders([
      'digital',
      'digital',
      'physical',
      'service',
    ]);
    const mailer = createManualMailer();
    const { advance } = fixture.startWorker({ mailer }, { batchMax: 1 });
    await waitUntil(() => mailer.waiting.length === 4);
    const slowIndex = mailer.waiting.findIndex(({ mail }) => mail.orderIds.includes(slow));
    const [stuck] = mailer.waiting.splice(slowIndex, 1);
    mailer.accept();
    await waitUntil(() => wereNotified(fixture, others));
    expect(await wereNotified(fixture, [slow])).toBe(false);

    const later = await fixture.placePaidOrders(['digital']);
    await advance(50);
    mailer.accept();
    await waitUntil(() => wereNotified(fixture, later));
    stuck?.finish({ kind: 'accepted' });
    await waitUntil(() => wereNotified(fixture, [slow]));
  });

  test('A worker runs only its own pipelines', async () => {
    const fixture = await open();
    const [digital = '', physical = ''] = await fixture.placePaidOrders(['digital', 'physical']);
    const { advance } = fixture.startWorker({}, { pipelines: ['digital'] });
    await waitUntil(() => wereNotified(fixture, [digital]));
    await advance(60_000);
    expect(await fixture.statuses([physical])).toEqual(['paid']);
  });

  test('A worker holds at most two batches, and claims again as soon as there is room', async () => {
    const fixture = await open();
    const orderIds = await fixture.placePaidOrders(Array(10).fill('service'));
    const mailer = createManualMailer();
    const { advance } = fixture.startWorker({ mailer }, { batchMax: 2, mailsMax: 1 });
    await waitUntil(() => mailer.waiting.length === 1);
    await advance(5_000);
    const running = (await fixture.tasks()).filter(({ state }) => state === 'running');
    expect(running.length).toBe(4);
    expect(mailer.waiting.length).toBe(1);
    for (let count = 0; count < 10; count++) {
      expect(mailer.waiting.length).toBe(1);
      mailer.accept();
      await advance(30);
    }
    expect(await wereNotified(fixture, orderIds)).toBe(true);
  });

  test('A worker starts at a hint, and finds work without one by polling', async () => {
    const fixture = await open();
    const { advance, logLines } = fixture.startWorker();
    await waitTurns(5);
    const hinted = await fixture.placePaidOrders(['digital']);
    await advance(50);
    expect(await fixture.statuses(hinted)).toEqual(['completed']);

    const noWakeup = { notify: () => {}, listen: () => () => {} };
    const other = await open();
    const first = await other.placePaidOrders(['digital']);
    const { advance: advanceOther } = other.startWorker({ store: { ...other.store, wakeup: noWakeup } });
    await waitUntil(() => wereNotified(other, first));
    const later = await other.placePaidOrders(['digital']);
    await advanceOther(50);
    expect(await other.statuses(later)).toEqual(['paid']);
    await advanceOther(450);
    expect(await other.statuses(later)).toEqual(['completed']);
    await advance(500);
    expect(logLines).toEqual([]);
  });

  test('A hint about one pipeline makes no other pipeline look for work', async () => {
    const fixture = await open();
    const claimed: string[] = [];
    const { claim, claimJobs } = fixture.store.queue;
    const store = withQueue(fixture.store, {
      claim: (query) => {
        claimed.push(query.pipeline.name);
        return claim(query);
      },
      claimJobs: (query) => {
        claimed.push(query.pipeline.name);
        return claimJobs(query);
      },
    });
    const { advance } = fixture.startWorker({ store });
    await waitTurns(10);
    claimed.length = 0;
    const orderIds = await fixture.placePaidOrders(['digital']);
    await advance(50);
    expect(await fixture.statuses(orderIds)).toEqual(['completed']);
    expect(new Set(claimed)).toEqual(new Set(['digital']));
  });

  test('Steps that finish during a report are reported together', async () => {
    const fixture = await open();
    const orderIds = await fixture.placePaidOrders(Array(30).fill('digital'));
    const mailer = createManualMailer();
    const sizes: number[] = [];
    let finishFirst = () => {};
    const store = withQueue(fixture.store, {
      report: async (reports, nowMs) => {
        sizes.push(reports.length);
        if (sizes.length === 1) await new Promise<void>((resolve) => (finishFirst = resolve));
        return fixture.store.queue.report(reports, nowMs);
      },
    });
    fixture.startWorker({ store, mailer });
    for (let count = 0; count < 30; count++) {
      await waitUntil(() => mailer.waiting.length > 0);
      mailer.accept(1);
      await waitUntil(() => sizes.length === 1);
    }
    await waitTurns(5);
    expect(sizes).toEqual([1]);
    finishFirst();
    await waitUntil(() => wereNotified(fixture, orderIds));
    expect(sizes).toEqual([1, 29]);
  });

  test('Steps that take no time are reported together', async () => {
    const fixture = await open();
    const orderIds = await fixture.placePaidOrders(Array(30).fill('digital'));
    let reportCalls = 0;
    const store = withQueue(fixture.store, {
      report: (reports, nowMs) => {
        reportCalls++;
        return fixture.store.queue.report(reports, nowMs);
      },
    });
    fixture.startWorker({ store });
    await waitUntil(() => wereNotified(fixture, orderIds));
    expect(reportCalls).toBe(1);
  });
});
