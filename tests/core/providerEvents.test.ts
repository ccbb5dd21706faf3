import { beforeEach, describe, expect, test } from 'bun:test';
import { err } from 'neverthrow';
import type { ChargeOutcome, PaymentProvider, ProviderEvent } from '../../core/provider.ts';
import { createActOnEvent, createReceiveEvent } from '../../core/usecases/providerEvents.ts';
import { createPaymentRecovery } from '../../core/usecases/recoverPayments.ts';
import { known, lost, shopOver, value } from '../contracts/shop.ts';
import { createMemoryStore } from '../model/store.ts';
import { testWorld } from '../world.ts';
import { scriptedProvider, silentProvider, trustingProvider } from './provider.ts';

let world = testWorld();
let store = createMemoryStore(world);
let shop = shopOver(store, world);
let hints = 0;
const wakeup = {
  notify: () => {
    hints++;
  },
  listen: () => () => {},
};

beforeEach(() => {
  world = testWorld();
  store = createMemoryStore(world);
  shop = shopOver(store, world);
  hints = 0;
});

const paymentEvent = (paymentId: string | null, succeeded = true, id = 'evt_1'): ProviderEvent => ({
  id,
  type: 'payment_intent.succeeded',
  subject: { kind: 'payment', paymentId, reference: 'pi_1', succeeded },
});

describe('an event that comes in', () => {
  const receive = (event: ProviderEvent, provider: PaymentProvider = trustingProvider) =>
    createReceiveEvent({ ...store, provider, wakeup, world })({
      body: JSON.stringify(event),
      header: () => null,
    });
  const jobs = async () => (await shop.tasks()).filter(({ jobId }) => jobId !== null);

  test('is stored once, with a task, however often it comes', async () => {
    const event = paymentEvent(shop.freshId());
    for (let time = 0; time < 3; time++) expect((await receive(event)).isOk()).toBe(true);
    const [job, ...more] = await jobs();
    expect(more).toEqual([]);
    expect(job).toMatchObject({
      pipeline: 'provider_event',
      step: 'act_on_event',
      orderId: null,
      state: 'ready',
    });
    expect(await value(store.inbox.find(known(known(job).jobId)))).toEqual(event);
    expect(hints).toBe(1);
  });

  test('is not stored where its signature proves nothing', async () => {
    const refused = await receive(paymentEvent(null), silentProvider);
    expect(refused._unsafeUnwrapErr().kind).toBe('signature_invalid');
    expect(await jobs()).toEqual([]);
  });

  test('is not stored where nobody would act on it', async () => {
    expect((await receive({ id: 'evt_2', type: 'invoice.paid', subject: { kind: 'other' } })).isOk()).toBe(
      true,
    );
    expect(await jobs()).toEqual([]);
  });

  test('is said to be not taken where the store is away', async () => {
    const down = { kind: 'unavailable', reason: 'no connection' } as const;
    const inbox = { ...store.inbox, receive: async () => err(down) };
    const receiving = createReceiveEvent({ inbox, provider: trustingProvider, wakeup, world });
    const body = JSON.stringify(paymentEvent(null));
    expect((await receiving({ body, header: () => null }))._unsafeUnwrapErr()).toEqual(down);
  });
});

describe('an event of a payment that is open', () => {
  const act = (provider: PaymentProvider, event: ProviderEvent) => {
    const reconciler = createPaymentRecovery({ ...store, provider, wakeup, world });
    return value(createActOnEvent({ ...store, reconciler, wakeup, world })(event));
  };

  const open = async (outcome: ChargeOutcome | null) => {
    const order = await shop.order(await shop.product());
    const claim = await shop.claimed(shop.request([order]));
    if (outcome !== null) await shop.settle(claim, outcome);
    const status = async () => (await shop.detail(order.id)).status;
    return { id: claim.checkoutId, status };
  };
  const challenged = {
    kind: 'requires_action',
    reference: 'pi_1',
    action: { clientSecret: 'secret', redirectUrl: null },
  } as const;

  test.each<[string, ChargeOutcome]>([
    ['waits for its customer', challenged],
    ['is not known', lost],
  ])('that %s asks the provider, and settles what that says', async (_, outcome) => {
    const payment = await open(outcome);
    const provider = scriptedProvider();
    expect(await act(provider, paymentEvent(payment.id))).toBe(true);
    expect(provider.calls).toMatchObject([{ verb: 'charge', paymentId: payment.id }]);
    expect(await payment.status()).toBe('paid');
    expect(await act(provider, paymentEvent(payment.id))).toBe(true);
    expect(provider.calls).toHaveLength(1);
  });

  test('that a checkout is charging just now is left to it, and looked at again', async () => {
    const payment = await open(null);
    const provider = scriptedProvider();
    expect(await act(provider, paymentEvent(payment.id))).toBe(false);
    expect(await act(provider, paymentEvent(payment.id, false))).toBe(true);
    expect(provider.calls).toEqual([]);
    world.advance(15_000);
    expect(await act(provider, paymentEvent(payment.id))).toBe(true);
    expect(await payment.status()).toBe('paid');
  });

  test('is looked at again as long as the provider does not say what it proves', async () => {
    const payment = await open(lost);
    const provider = scriptedProvider(lost, challenged);
    expect(await act(provider, paymentEvent(payment.id))).toBe(false);
    expect(await act(provider, paymentEvent(payment.id))).toBe(false);
    expect(await payment.status()).toBe('paying');
    expect(await act(provider, paymentEvent(payment.id))).toBe(true);
  });

  test('says nothing of payments that are not ours', async () => {
    const provider = scriptedProvider();
    expect(await act(provider, paymentEvent(shop.freshId()))).toBe(true);
    expect(await act(provider, paymentEvent(null))).toBe(true);
    expect(await act(provider, paymentEvent('order 17 of another shop'))).toBe(true);
    expect(provider.calls).toEqual([]);
  });
});

describe('an event of a refund', () => {
  const act = (event: ProviderEvent) => {
    const reconciler = createPaymentRecovery({ ...store, provider: silentProvider, wakeup, world });
    return value(createActOnEvent({ ...store, reconciler, wakeup, world })(event));
  };
  const refundEvent = (refundId: string | null, failure: string | null): ProviderEvent => ({
    id: 'evt_3',
    type: 'refund.updated',
    subject: { kind: 'refund', refundId, failure },
  });

  const requested = async () => {
    const order = await shop.order(await shop.product());
    await shop.pay([order]);
    const ids = { refundId: shop.freshId(), taskId: shop.freshId(), key: shop.freshId() };
    const command = { ...ids, orderId: order.id, amount: { amount: 1_000, currency: null }, reason: 'torn' };
    return (await value(store.refunds.request(command, shop.now()))).refund;
  };
  const refundOf = async (id: string) => known(await value(store.refunds.find(id)));

  test('that is waited for makes its task ready', async () => {
    const { id } = await requested();
    const [task] = (await shop.tasks()).filter(({ jobId }) => jobId === id);
    const { leases } = { leases: await shop.takeJobs('refund') };
    const runAtMs = shop.now() + 3_600_000;
    const [lease] = leases;
    const report = { taskId: known(task).id, lease: known(lease).lease };
    const outcome = { kind: 'retry', error: 'not decided', runAtMs } as const;
    await value(store.queue.reportJobs([{ ...report, outcome }], shop.now()));
    expect(await shop.takeJobs('refund')).toEqual([]);
    expect(await act(refundEvent(id, null))).toBe(true);
    expect(await shop.takeJobs('refund')).toMatchObject([{ jobId: id }]);
  });

  test('that came back from the bank makes it failed, done or not', async () => {
    const { id } = await requested();
    await value(
      store.refunds.finish({ refundId: id, outcome: { kind: 'succeeded', reference: 're_1' } }, shop.now()),
    );
    expect(await act(refundEvent(id, 'account closed'))).toBe(true);
    expect(await refundOf(id)).toMatchObject({ status: 'failed', error: 'account closed' });
  });

  test('says nothing of refunds that are not ours', async () => {
    expect(await act(refundEvent(shop.freshId(), null))).toBe(true);
    expect(await act(refundEvent(null, 'account closed'))).toBe(true);
  });
});
