import { describe, expect, test } from 'bun:test';
import type { StepService } from '../../core/pipelines/pipeline.ts';
import type { ServiceOutcome, StepServices } from '../../core/stepService.ts';
import { waitTurns } from '../timer.ts';
import {
  createFixtureOpener,
  createManualMailer,
  type Fixture,
  haveStatus,
  waitUntil,
  wereNotified,
  withQueue,
} from './harness.ts';

const open = createFixtureOpener();
const never = () => new Promise<never>(() => {});

describe('the deadline of an external step', () => {
  test('A mail without an answer in time fails its try, frees its place and is renewed no more', async () => {
    const fixture = await open();
    const [first = '', second = ''] = await fixture.placePaidOrders(['digital', 'digital']);
    const mailer = createManualMailer();
    const renewed: string[][] = [];
    const store = withQueue(fixture.store, {
      heartbeat: (leases, untilMs) => {
        renewed.push(leases.map(({ taskId }) => taskId));
        return fixture.store.queue.heartbeat(leases, untilMs);
      },
    });
    const { advance } = fixture.startWorker({ store, mailer }, { mailsMax: 1 });
    await waitUntil(() => mailer.waiting.length === 1);
    const late = mailer.waiting.splice(0);
    await advance(59_999);
    expect(mailer.sent).toHaveLength(1);
    expect(renewed.length).toBeGreaterThan(0);

    await advance(1);
    await waitUntil(() => mailer.waiting.length === 1);
    expect((await fixture.tasks())[0]).toMatchObject({
      attempts: 1,
      lastError: 'notify_customer did not end within 60 s',
    });
    mailer.accept();
    await waitUntil(() => wereNotified(fixture, [second]));

    // The answer to the first try comes while the second one runs.
    renewed.length = 0;
    await waitUntil(async () => {
      await advance(500);
      return mailer.waiting.length === 1;
    });
    for (const { finish } of late) finish({ kind: 'accepted' });
    await waitTurns(20);
    expect(await wereNotified(fixture, [first])).toBe(false);
    mailer.accept();
    await waitUntil(() => wereNotified(fixture, [first]));
    expect((await fixture.order(first)).history.map(({ state }) => state).slice(-2)).toEqual([
      'completed',
      'customer_notified',
    ]);
    expect(await fixture.tasks()).toEqual([]);
  });

  test('A mailer that never answers costs tries of a mail, which has tries for days', async () => {
    const fixture = await open();
    await fixture.placePaidOrders(['digital']);
    const { advance } = fixture.startWorker({ mailer: { send: never } });
    await waitUntil(async () => {
      await advance(60_000);
      return ((await fixture.tasks())[0]?.attempts ?? 0) > 10;
    });
    expect(await fixture.tasks()).toMatchObject([
      { crashes: 0, state: expect.not.stringContaining('failed') },
    ]);
  });

  test('A step service without an answer in time is waited for without a last attempt', async () => {
    const fixture = await open();
    const [orderId = ''] = await fixture.placePaidOrders(['physical']);
    let answer: () => Promise<ServiceOutcome> = never;
    const available: readonly StepService[] = ['carrier'];
    const stepServices: StepServices = { available, call: () => answer() };
    const { advance } = fixture.startWorker({ stepServices });
    await waitUntil(async () => {
      await advance(60_000);
      return ((await fixture.tasks())[0]?.attempts ?? 0) > 12;
    });
    expect((await fixture.tasks())[0]?.lastError).toBe('request_shipment did not end within 60 s');
    answer = async () => ({ kind: 'done', reference: { reference: null, url: null } });
    await waitUntil(async () => {
      await advance(60_000);
      return wereNotified(fixture, [orderId]);
    });
  });

  test('A refund that its provider never answers waits without a last attempt, and is made later', async () => {
    const fixture = await open();
    const [orderId = ''] = await fixture.placePaidOrders(['service']);
    const order = await fixture.order(orderId);
    const refund = fixture.provider.refund;
    let isSilent = true;
    const provider = {
      ...fixture.provider,
      refund: (request: Parameters<typeof refund>[0]) => (isSilent ? never() : refund(request)),
    };
    const { advance } = fixture.startWorker({ provider });
    await waitUntil(() => wereNotified(fixture, [orderId]));
    await requestRefund(fixture, order.id);
    await waitUntil(async () => {
      await advance(60_000);
      return (await fixture.tasks())[0]?.lastError === 'refund_charge did not end within 60 s';
    });
    isSilent = false;
    await waitUntil(async () => {
      await advance(60_000);
      return haveStatus(fixture, [orderId], 'refunded');
    });
  });

  test('A step that names a deadline of its own has that one', async () => {
    const fixture = await open();
    const requested = await fixture.store.ledger.requestReconciliation(
      { id: newId(fixture), taskId: newId(fixture), day: '2026-02-28', dayMs: 0, endMs: 86_400_000 },
      fixture.world.clock.nowMs(),
    );
    expect(requested.isOk()).toBe(true);
    const provider = { ...fixture.provider, readLedger: never };
    const { advance } = fixture.startWorker({ provider }, { leaseMs: 3_600_000, pollMs: 60_000 });
    await advance(6 * 3_600_000 - 1);
    expect(await fixture.tasks()).toMatchObject([{ state: 'running', attempts: 0, crashes: 0 }]);
    await advance(1);
    expect(await fixture.tasks()).toMatchObject([
      { attempts: 1, lastError: 'reconcile_ledger did not end within 21600 s' },
    ]);
  });
});

const newId = ({ world }: Fixture): string => world.ids.next(world.clock.nowMs());

const requestRefund = async (fixture: Fixture, orderId: string): Promise<void> => {
  const ids = { refundId: newId(fixture), taskId: newId(fixture), key: newId(fixture), orderId };
  const requested = await fixture.store.refunds.request(
    { ...ids, amount: null, origin: 'operator', reason: 'torn' },
    fixture.world.clock.nowMs(),
  );
  requested._unsafeUnwrap();
};
