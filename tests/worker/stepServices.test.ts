import { describe, expect, test } from 'bun:test';
import type { ServiceOutcome, StepServices } from '../../core/stepService.ts';
import { createFixtureOpener, haveStatus, waitUntil } from './harness.ts';

const open = createFixtureOpener();

type Call = Parameters<StepServices['call']>[0];

const createServices = (
  available: StepServices['available'],
  answer: (call: Call, count: number) => ServiceOutcome,
) => {
  const calls: Call[] = [];
  const stepServices: StepServices = {
    available,
    call: async (call) => answer(call, calls.push(call)),
  };
  return { calls, stepServices };
};

const doneAs = (reference: string): ServiceOutcome => ({ kind: 'done', reference: { reference, url: null } });

describe('a worker with step services', () => {
  test('A worker completes orders whose steps are done by services, and their mails name what came back', async () => {
    const fixture = await open();
    const orderIds = await fixture.placePaidOrders(['physical', 'digital', 'service']);
    const { calls, stepServices } = createServices(
      ['carrier', 'invoice_service', 'product_service'],
      ({ service, key }) => doneAs(`${service} ${key.split('.')[1]}`),
    );
    const { advance } = fixture.startWorker({ stepServices });
    await advance(5_000);
    await waitUntil(() => haveStatus(fixture, orderIds, 'completed'));

    expect(new Set(calls.map(({ key }) => key)).size).toBe(6);
    const { items } = (
      await fixture.store.mailbox.list({ to: null, after: null, limit: 100 })
    )._unsafeUnwrap();
    expect(items).toHaveLength(3);
    for (const {
      orderIds: [orderId = ''],
      text,
    } of items) {
      const { history, product } = await fixture.order(orderId);
      const details = history.flatMap(({ detail }) => (detail?.includes('service ') ? [detail] : []));
      if (product.type === 'physical')
        expect(history.map(({ detail }) => detail)).toContain('carrier request_shipment');
      else expect(details).toHaveLength(2);
      for (const detail of details) expect(text).toContain(`: ${detail}\n`);
    }
    const [physical = ''] = orderIds;
    expect((await fixture.order(physical)).shipment).toEqual({
      reference: 'carrier request_shipment',
      url: null,
    });
  });

  test('A service that is down for an hour fails no order, and its step is done once it is back', async () => {
    const fixture = await open();
    const orderIds = await fixture.placePaidOrders(['physical']);
    let isDown = true;
    const { calls, stepServices } = createServices(['carrier'], () =>
      isDown ? { kind: 'unavailable', reason: 'down', retryAfterMs: null } : doneAs('VN-7'),
    );
    const { advance } = fixture.startWorker({ stepServices });
    await advance(3_600_000);
    // The probes begin after a second, and there is one a minute later on.
    expect(calls.length).toBeGreaterThan(55);
    expect(calls.length).toBeLessThan(140);
    expect(await fixture.tasks()).toMatchObject([
      { step: 'request_shipment', state: 'paused', attempts: 0, lastError: 'down' },
    ]);
    expect(await fixture.statuses(orderIds)).toEqual(['paid']);

    isDown = false;
    await advance(300_000);
    await waitUntil(() => haveStatus(fixture, orderIds, 'completed'));
    expect(new Set(calls.map(({ key, body }) => `${key} ${body}`)).size).toBe(1);
  });

  test('The groups of a checkout get their invoice with one call, also when they ask at once', async () => {
    const fixture = await open();
    const orderIds = await fixture.placePaidCart(['physical', 'digital', 'service']);
    let answer = (_: ServiceOutcome) => {};
    const answered = new Promise<ServiceOutcome>((resolve) => {
      answer = resolve;
    });
    const calls: Call[] = [];
    const stepServices: StepServices = {
      available: ['invoice_service'],
      call: (call) => {
        calls.push(call);
        return answered;
      },
    };
    const { advance } = fixture.startWorker({ stepServices });
    await waitUntil(async () => (await fixture.tasks()).every(({ state }) => state === 'running'));
    answer({ kind: 'done', reference: { reference: 'INV-7', url: 'https://invoices.example/7' } });
    await advance(5_000);
    await waitUntil(() => haveStatus(fixture, orderIds, 'completed'));
    expect(calls.map(({ key }) => key)).toEqual([expect.stringMatching(/^[0-9a-f-]{36}\.invoice$/)]);
    const orders = await Promise.all(orderIds.map(fixture.order));
    for (const { invoice, history } of orders) {
      expect(invoice).toMatchObject({ number: 'INV-7', url: 'https://invoices.example/7' });
      expect(history.find(({ state }) => state === 'invoiced')?.detail).toBe('INV-7');
    }
  });

  test('An invoice service that was down gets one request for each checkout, unchanged', async () => {
    const fixture = await open();
    const orderIds = await fixture.placePaidCart(['physical', 'digital']);
    let isDown = true;
    const { calls, stepServices } = createServices(['invoice_service'], () =>
      isDown ? { kind: 'unavailable', reason: 'down', retryAfterMs: null } : doneAs('INV-7'),
    );
    const { advance } = fixture.startWorker({ stepServices });
    await advance(120_000);
    isDown = false;
    await advance(120_000);
    await waitUntil(() => haveStatus(fixture, orderIds, 'completed'));
    expect(new Set(calls.map(({ key, body }) => `${key} ${body}`)).size).toBe(1);
  });

  test('An operator can retry a step that was refused, under the same key', async () => {
    const fixture = await open();
    const orderIds = await fixture.placePaidOrders(['physical']);
    const { calls, stepServices } = createServices(['carrier'], (_, count) =>
      count === 1 ? { kind: 'rejected', reason: 'the carrier answered 422' } : doneAs('VN-7'),
    );
    const { advance } = fixture.startWorker({ stepServices });
    await waitUntil(() => haveStatus(fixture, orderIds, 'failed'));
    const [task] = await fixture.tasks();
    expect(task).toMatchObject({ step: 'request_shipment', lastError: 'the carrier answered 422' });
    (await fixture.store.queue.retry([task?.id ?? ''], fixture.world.clock.nowMs()))._unsafeUnwrap();
    await advance(1_000);
    await waitUntil(() => haveStatus(fixture, orderIds, 'completed'));
    expect(calls[1]).toEqual(calls[0]);
  });

  test('A step that waits for a service is done in the database once the service has no URL', async () => {
    const fixture = await open();
    const orderIds = await fixture.placePaidOrders(['physical']);
    const { stepServices } = createServices(['carrier'], () => ({
      kind: 'unavailable',
      reason: 'down',
      retryAfterMs: null,
    }));
    const worker = fixture.startWorker({ stepServices });
    await waitUntil(async () => (await fixture.tasks())[0]?.lastError === 'down');
    await worker.stop();
    const { advance } = fixture.startWorker();
    await advance(60_000);
    await waitUntil(() => haveStatus(fixture, orderIds, 'completed'));
  });
});
