import { beforeEach, describe, expect, test } from 'bun:test';
import { err, ok } from 'neverthrow';
import type { Inbox } from '../../core/inbox.ts';
import type { ChargeOutcome, PaymentProvider, ProviderEvent } from '../../core/provider.ts';
import { createActOnEvent, createReceiveEvent } from '../../core/usecases/providerEvents.ts';
import { createPaymentRecovery } from '../../core/usecases/recoverPayments.ts';
import { createFixture, defined, unknownOutcome, unwrap } from '../contracts/fixture.ts';
import { createMemoryStore } from '../model/store.ts';
import { createTestLog } from '../worker/harness.ts';
import { createTestWorld } from '../world.ts';
import { createScriptedProvider, trustingProvider, unreachableProvider } from './providers.ts';

let world = createTestWorld();
let store = createMemoryStore(world);
let fixture = createFixture(store, world);
let wakeups = 0;
const wakeup = {
  notify: () => {
    wakeups++;
  },
  listen: () => () => {},
};

beforeEach(() => {
  world = createTestWorld();
  store = createMemoryStore(world);
  fixture = createFixture(store, world);
  wakeups = 0;
});

const paymentEvent = (paymentId: string | null, succeeded = true, id = 'evt_1'): ProviderEvent => ({
  id,
  type: 'payment_intent.succeeded',
  subject: { kind: 'payment', paymentId, reference: 'pi_1', succeeded },
});

describe('Received events', () => {
  const receive = (event: ProviderEvent, provider: PaymentProvider = trustingProvider) =>
    createReceiveEvent({ ...store, provider, wakeup, world, log: createTestLog().log })({
      body: JSON.stringify(event),
      header: () => null,
    });
  const jobs = async () => (await fixture.listTasks()).filter(({ jobId }) => jobId !== null);

  test('An event that is received several times is stored once, with one task', async () => {
    const event = paymentEvent(fixture.newId());
    for (let time = 0; time < 3; time++) expect((await receive(event)).isOk()).toBe(true);
    const [job, ...more] = await jobs();
    expect(more).toEqual([]);
    expect(job).toMatchObject({
      pipeline: 'provider_event',
      step: 'act_on_event',
      checkoutId: null,
      orderIds: [],
      state: 'ready',
    });
    expect(await unwrap(store.inbox.find(defined(defined(job).jobId)))).toEqual(event);
    expect(wakeups).toBe(1);
  });

  test('An event is stored without what names its customer', async () => {
    const bodies: string[] = [];
    const receive = createReceiveEvent({
      inbox: {
        ...store.inbox,
        receive: async (items) => {
          bodies.push(...items.map(({ body }) => body));
          return ok(items.map(() => true));
        },
      },
      ...{ provider: trustingProvider, wakeup, world, log: createTestLog().log },
    });
    const body = JSON.stringify({ ...paymentEvent(null), receipt_email: 'lan@example.com' });
    expect((await receive({ body, header: () => null })).isOk()).toBe(true);
    expect(bodies).toEqual([JSON.stringify({ ...paymentEvent(null), receipt_email: null })]);
  });

  test('An event with a wrong signature is not stored', async () => {
    const refused = await receive(paymentEvent(null), unreachableProvider);
    expect(refused._unsafeUnwrapErr().kind).toBe('signature_invalid');
    expect(await jobs()).toEqual([]);
  });

  test('An event that is not understood is kept without a task, and logged once a type', async () => {
    const { log, logLines } = createTestLog();
    const kept: string[] = [];
    const inbox: Inbox = {
      ...store.inbox,
      receive: async (items, nowMs) => {
        kept.push(...items.map(({ event }) => event.id));
        return store.inbox.receive(items, nowMs);
      },
    };
    const receiveEvent = createReceiveEvent({ inbox, provider: trustingProvider, wakeup, world, log });
    for (const [id, type] of [
      ['evt_2', 'invoice.paid'],
      ['evt_3', 'invoice.paid'],
      ['evt_4', 'payout.paid'],
    ]) {
      const body = JSON.stringify({ id, type, subject: { kind: 'other' } });
      expect((await receiveEvent({ body, header: () => null })).isOk()).toBe(true);
    }
    expect(kept).toEqual(['evt_2', 'evt_3', 'evt_4']);
    expect(logLines).toMatchObject([
      { level: 'warn', message: 'event not understood', facts: { event: 'evt_2', type: 'invoice.paid' } },
      { level: 'warn', message: 'event not understood', facts: { event: 'evt_4', type: 'payout.paid' } },
    ]);
    expect(await jobs()).toEqual([]);
    expect(wakeups).toBe(0);
  });

  test('A webhook request fails if the database cannot be reached', async () => {
    const outage = { kind: 'unavailable', reason: 'no connection' } as const;
    const inbox = { ...store.inbox, receive: async () => err(outage) };
    const receiveEvent = createReceiveEvent({
      ...{ inbox, provider: trustingProvider, wakeup, world, log: createTestLog().log },
    });
    const body = JSON.stringify(paymentEvent(null));
    expect((await receiveEvent({ body, header: () => null }))._unsafeUnwrapErr()).toEqual(outage);
  });
});

describe('Events of open payments', () => {
  const act = (provider: PaymentProvider, event: ProviderEvent) => {
    const recovery = createPaymentRecovery({ ...store, provider, wakeup, world });
    return unwrap(
      createActOnEvent({ ...store, recovery, followCharge: async () => ok(true), wakeup, world })(event),
    );
  };

  const open = async (outcome: ChargeOutcome | null) => {
    const order = await fixture.placeOrder(await fixture.createProduct());
    const claim = await fixture.claimCheckout(fixture.checkoutRequest([order]));
    if (outcome !== null) await fixture.recordOutcome(claim, outcome);
    const status = async () => (await fixture.findOrder(order.id)).status;
    return { id: claim.checkoutId, status };
  };
  const requiresAction = {
    kind: 'requires_action',
    reference: 'pi_1',
    action: { clientSecret: 'secret', redirectUrl: null },
  } as const;

  test.each<[string, ChargeOutcome]>([
    ['requires_action', requiresAction],
    ['unknown', unknownOutcome],
  ])('An event of a payment that is %s asks the provider and records its outcome', async (_, outcome) => {
    const payment = await open(outcome);
    const provider = createScriptedProvider();
    expect(await act(provider, paymentEvent(payment.id))).toBe(true);
    expect(provider.calls).toMatchObject([{ method: 'charge', paymentId: payment.id }]);
    expect(await payment.status()).toBe('paid');
    expect(await act(provider, paymentEvent(payment.id))).toBe(true);
    expect(provider.calls).toHaveLength(1);
  });

  test('An event of a payment that a checkout is charging now is handled later', async () => {
    const payment = await open(null);
    const provider = createScriptedProvider();
    expect(await act(provider, paymentEvent(payment.id))).toBe(false);
    expect(await act(provider, paymentEvent(payment.id, false))).toBe(true);
    expect(provider.calls).toEqual([]);
    world.advance(15_000);
    expect(await act(provider, paymentEvent(payment.id))).toBe(true);
    expect(await payment.status()).toBe('paid');
  });

  test('An event is handled again as long as the provider does not confirm it', async () => {
    const payment = await open(unknownOutcome);
    const provider = createScriptedProvider(unknownOutcome, requiresAction);
    expect(await act(provider, paymentEvent(payment.id))).toBe(false);
    expect(await act(provider, paymentEvent(payment.id))).toBe(false);
    expect(await payment.status()).toBe('paying');
    expect(await act(provider, paymentEvent(payment.id))).toBe(true);
  });

  test('An event of a payment that we did not create is ignored', async () => {
    const provider = createScriptedProvider();
    expect(await act(provider, paymentEvent(fixture.newId()))).toBe(true);
    expect(await act(provider, paymentEvent(null))).toBe(true);
    expect(await act(provider, paymentEvent('order 17 of another shop'))).toBe(true);
    expect(provider.calls).toEqual([]);
  });
});

describe('Events of refunds', () => {
  const act = (event: ProviderEvent) => {
    const recovery = createPaymentRecovery({ ...store, provider: unreachableProvider, wakeup, world });
    const followCharge = async (reference: string) => {
      followed.push(reference);
      return ok(true);
    };
    return unwrap(createActOnEvent({ ...store, recovery, followCharge, wakeup, world })(event));
  };
  const followed: string[] = [];
  const refundEvent = (
    refundId: string | null,
    failure: string | null,
    reference: string | null = 're_1',
  ): ProviderEvent => ({
    id: 'evt_3',
    type: 'refund.updated',
    subject: { kind: 'refund', refundId, reference, chargeReference: 'pi_1', failure },
  });

  const requestRefund = async () => {
    const order = await fixture.placeOrder(await fixture.createProduct());
    await fixture.pay([order]);
    const ids = { refundId: fixture.newId(), taskId: fixture.newId(), key: fixture.newId() };
    const command = {
      ...ids,
      orderId: order.id,
      amount: { amount: 1_000, currency: null },
      origin: 'operator',
      reason: 'torn',
    } as const;
    return (await unwrap(store.refunds.request(command, fixture.now()))).refund;
  };
  const findRefund = async (id: string) => defined(await unwrap(store.refunds.find(id)));

  test('An event of a refund whose task waits makes the task ready', async () => {
    const { id } = await requestRefund();
    const [task] = (await fixture.listTasks()).filter(({ jobId }) => jobId === id);
    const [lease] = await fixture.claimJobs('refund');
    const runAtMs = fixture.now() + 3_600_000;
    const report = { taskId: defined(task).id, lease: defined(lease).lease };
    const outcome = { kind: 'retry', error: 'not decided', runAtMs } as const;
    await unwrap(store.queue.reportJobs([{ ...report, outcome }], fixture.now()));
    expect(await fixture.claimJobs('refund')).toEqual([]);
    expect(await act(refundEvent(id, null))).toBe(true);
    expect(await fixture.claimJobs('refund')).toMatchObject([{ jobId: id }]);
  });

  test('An event that a refund failed makes even a succeeded refund failed', async () => {
    const { id } = await requestRefund();
    await unwrap(
      store.refunds.finish(
        { refundId: id, outcome: { kind: 'succeeded', reference: 're_1' } },
        fixture.now(),
      ),
    );
    expect(await act(refundEvent(id, 'account closed'))).toBe(true);
    expect(await findRefund(id)).toMatchObject({ status: 'failed', error: 'account closed' });
  });

  test('An event of a refund that we did not request is a reason to read its charge', async () => {
    expect(await act(refundEvent(fixture.newId(), null))).toBe(true);
    expect(await act(refundEvent(null, null))).toBe(true);
    expect(await act(refundEvent(null, null, null))).toBe(true);
    expect(followed).toEqual(['pi_1', 'pi_1', 'pi_1']);
  });

  test('An adopted refund that failed at the provider is failed', async () => {
    const order = await fixture.placeOrder(await fixture.createProduct());
    await fixture.pay([order]);
    const paymentId = defined((await fixture.findOrder(order.id)).checkoutId);
    const amount = { amount: 5, currency: 'VND' };
    const reported = { reference: 're_1', refundId: null, origin: 'provider', amount, atMs: 1 } as const;
    const charge = { paymentId, refunds: [reported], createId: fixture.newId };
    expect(await unwrap(store.refunds.adopt(charge, fixture.now()))).toBe(1);
    expect(await act(refundEvent(null, 'account closed'))).toBe(true);
    const query = { orderId: order.id, status: null, after: null, limit: 9 };
    expect((await unwrap(store.refunds.list(query))).items).toMatchObject([
      { origin: 'provider', status: 'failed', error: 'account closed' },
    ]);
  });
});
