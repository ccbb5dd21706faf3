import { beforeEach, describe, expect, test } from 'bun:test';
import { err, ok } from 'neverthrow';
import type { Mail, MailOutcome } from '../../core/mail.ts';
import type { ProviderRefundOutcome } from '../../core/provider.ts';
import type { JobLease } from '../../core/queue.ts';
import { attemptsMax, mailAttemptsMax } from '../../core/retry.ts';
import { createRunJob, type JobPorts } from '../../core/usecases/runJob.ts';
import { createFixture, defined, unwrap } from '../contracts/fixture.ts';
import { createMemoryStore } from '../model/store.ts';
import { createTestWorld } from '../world.ts';
import { createJobPorts } from './jobPorts.ts';
import { createRefundingProvider } from './providers.ts';

let world = createTestWorld();
let store = createMemoryStore(world);
let fixture = createFixture(store, world);
let sent: Mail[] = [];

beforeEach(() => {
  world = createTestWorld();
  store = createMemoryStore(world);
  fixture = createFixture(store, world);
  sent = [];
});

const createTestJob = (changes: Partial<JobPorts> = {}, mailOutcome: MailOutcome = { kind: 'accepted' }) =>
  createRunJob(
    {
      ...createJobPorts(store, world),
      mailer: {
        send: async (mail) => {
          sent.push(mail);
          return mailOutcome;
        },
      },
      ...changes,
    },
    { mailDomain: 'shop.test' },
  );

const outage = { kind: 'unavailable', reason: 'no connection' } as const;

/** A refund of a paid order, and the lease of its task. */
const claimRefundJob = async (): Promise<{ readonly refundId: string; readonly lease: JobLease }> => {
  const order = await fixture.placeOrder(await fixture.createProduct());
  await fixture.pay([order]);
  const refundId = fixture.newId();
  const ids = { refundId, taskId: fixture.newId(), key: fixture.newId(), orderId: order.id };
  await unwrap(
    store.refunds.request({ ...ids, amount: null, origin: 'operator', reason: 'torn' }, fixture.now()),
  );
  const [lease] = await fixture.claimJobs('refund');
  return { refundId, lease: defined(lease) };
};
const findRefund = async (id: string) => defined(await unwrap(store.refunds.find(id)));

describe('Refund jobs', () => {
  test('The refund of a charge without an order is sent by its charge, and nobody is notified', async () => {
    const provider = createRefundingProvider();
    const ids = { refundId: fixture.newId(), taskId: fixture.newId() };
    const charge = { ...ids, reference: 'pi_9', amount: { amount: 5, currency: 'VND' }, reason: 'not ours' };
    await unwrap(store.refunds.refundUnknownCharge(charge, fixture.now()));
    const lease = defined((await fixture.claimJobs('refund'))[0]);
    const runJob = createTestJob({ provider });
    expect((await runJob(lease))?.outcome).toEqual({ kind: 'advanced', step: 'notify_customer' });
    expect(provider.requests).toEqual([{ refundId: ids.refundId, reference: 'pi_9', amount: charge.amount }]);
    expect((await runJob({ ...lease, step: 'notify_customer' }))?.outcome).toEqual({ kind: 'done' });
    expect(sent).toEqual([]);
  });

  test('A refund is sent to the provider under its own id and recorded; the next step notifies the customer', async () => {
    const { refundId, lease } = await claimRefundJob();
    const provider = createRefundingProvider();
    const report = await createTestJob({ provider })(lease);
    const { id, amount, chargeReference: reference } = await findRefund(refundId);
    expect(provider.requests).toEqual([{ refundId: id, reference, amount }]);
    expect(await findRefund(refundId)).toMatchObject({ status: 'succeeded' });
    const { taskId, lease: token } = lease;
    expect(report).toEqual({ taskId, lease: token, outcome: { kind: 'advanced', step: 'notify_customer' } });
  });

  test.each<[string, number, ProviderRefundOutcome]>([
    ['pending', 60, { kind: 'pending', reference: 're_1' }],
    ['unknown', 5, { kind: 'unknown', reason: 'timed out' }],
    ['unavailable', 5, { kind: 'unavailable', reason: 'down' }],
  ])(
    'A refund whose outcome is %s is retried without limit, after %d minutes at most',
    async (_, minutes, outcome) => {
      const { refundId, lease } = await claimRefundJob();
      const provider = createRefundingProvider(outcome, outcome, outcome);
      const pauses: number[] = [];
      for (const attempts of [0, 1, attemptsMax * 2]) {
        const report = await createTestJob({ provider })({ ...lease, attempts });
        const { outcome: reported } = defined(report);
        pauses.push(reported.kind === 'retry' ? reported.runAtMs - fixture.now() : -1);
      }
      expect(pauses).toEqual([15_000, 60_000, minutes * 60_000]);
      expect(await findRefund(refundId)).toMatchObject({ status: 'requested' });
    },
  );

  test('A refund that the provider refuses fails, and the customer gets no mail', async () => {
    const { refundId, lease } = await claimRefundJob();
    const provider = createRefundingProvider({ kind: 'refused', reason: 'in dispute' });
    const report = await createTestJob({ provider })(lease);
    expect(report?.outcome).toEqual({ kind: 'advanced', step: 'notify_customer' });
    expect(await findRefund(refundId)).toMatchObject({ status: 'failed', error: 'in dispute' });
    expect((await createTestJob()({ ...lease, step: 'notify_customer' }))?.outcome).toEqual({ kind: 'done' });
    expect(sent).toEqual([]);
  });

  test('A refund that is recorded is not sent to the provider again', async () => {
    const { lease } = await claimRefundJob();
    const provider = createRefundingProvider();
    await createTestJob({ provider })(lease);
    expect((await createTestJob({ provider })(lease))?.outcome.kind).toBe('advanced');
    expect(provider.requests).toHaveLength(1);
  });

  test('A refund that could not be recorded is sent again under the same key', async () => {
    const { refundId, lease } = await claimRefundJob();
    const provider = createRefundingProvider();
    const refunds = { ...store.refunds, finish: async () => err(outage) };
    expect((await createTestJob({ provider, refunds })(lease))?.outcome.kind).toBe('retry');
    await createTestJob({ provider })(lease);
    expect(new Set(provider.requests.map((each) => each.refundId))).toEqual(new Set([refundId]));
    expect(await findRefund(refundId)).toMatchObject({ status: 'succeeded' });
  });

  test('What the provider refunded before is assigned by the next try, if the answer to the written refund was lost', async () => {
    const orders = await fixture.placeOrders(
      await fixture.createProducts([fixture.productDraft(), fixture.productDraft()]),
    );
    await fixture.pay(orders);
    const [first, other] = [defined(orders[0]).id, defined(orders[1]).id];
    const paymentId = defined((await fixture.findOrder(first)).checkoutId);
    const refundedOfOther = async () => (await fixture.findOrder(other)).refunded.amount;
    const amount = { amount: 1, currency: defined(orders[0]).total.currency };
    const reported = { reference: 're_9', refundId: null, origin: 'provider', amount, atMs: 1 } as const;
    const createId = fixture.newId;
    await unwrap(store.refunds.adopt({ paymentId, refunds: [reported], createId }, fixture.now()));
    await fixture.requestRefund(first);
    const [lease] = await fixture.claimJobs('refund');
    const finish: typeof store.refunds.finish = async (...args) => {
      await store.refunds.finish(...args);
      return err(outage);
    };
    const provider = createRefundingProvider();
    const lost = await createTestJob({ provider, refunds: { ...store.refunds, finish } })(defined(lease));
    expect(lost?.outcome.kind).toBe('retry');
    expect(await refundedOfOther()).toBe(0);
    expect((await createTestJob({ provider })(defined(lease)))?.outcome.kind).toBe('advanced');
    expect(await refundedOfOther()).toBe(1);
  });

  test('The refund of an erased customer is sent, and nobody is notified', async () => {
    const { refundId, lease } = await claimRefundJob();
    await fixture.finishRefund(refundId, { kind: 'succeeded', reference: 're_1' });
    const { order } = await findRefund(refundId);
    const customerId = defined(order ?? undefined).customerId;
    await unwrap(store.customers.eraseSlice({ customerId, after: null, limit: 10 }, fixture.now()));
    const report = await createTestJob()({ ...lease, step: 'notify_customer' });
    expect(report?.outcome).toEqual({ kind: 'done' });
    expect(sent).toEqual([]);
  });

  test('Every attempt sends the refund mail with the same id', async () => {
    const { lease } = await claimRefundJob();
    await createTestJob({ provider: createRefundingProvider() })(lease);
    const atMail = { ...lease, step: 'notify_customer' };
    const deferred = { kind: 'deferred', reason: 'busy' } as const;
    expect((await createTestJob({}, deferred)(atMail))?.outcome.kind).toBe('retry');
    expect((await createTestJob()(atMail))?.outcome).toEqual({ kind: 'done' });
    expect(sent).toHaveLength(2);
    expect(sent[0]).toEqual(defined(sent[1]));
    expect(sent[0]?.messageId).toBe(`<${lease.taskId}.notify_customer@shop.test>`);
  });

  test.each<[MailOutcome, number]>([
    [{ kind: 'rejected', reason: '550' }, 0],
    [{ kind: 'deferred', reason: '450' }, mailAttemptsMax - 1],
  ])('The notification step fails if the last mail is %p', async (outcome, attempts) => {
    const { lease } = await claimRefundJob();
    await createTestJob({ provider: createRefundingProvider() })(lease);
    const report = await createTestJob({}, outcome)({ ...lease, step: 'notify_customer', attempts });
    expect(report?.outcome.kind).toBe('failed');
  });
});

describe('Jobs', () => {
  test('A refund mail that its server cannot take counts no attempt', async () => {
    const { lease } = await claimRefundJob();
    await createTestJob({ provider: createRefundingProvider() })(lease);
    const atMail = { ...lease, step: 'notify_customer', attempts: mailAttemptsMax };
    const report = await createTestJob({}, { kind: 'unavailable', reason: 'down' })(atMail);
    expect(report?.outcome).toEqual({ kind: 'unavailable', error: 'down', retryAfterMs: null });
  });

  test('A job under a lease that has ended does nothing', async () => {
    const { lease } = await claimRefundJob();
    const provider = createRefundingProvider();
    world.advance(30_000);
    expect(await createTestJob({ provider })(lease)).toBeNull();
    expect(provider.requests).toEqual([]);
  });

  test('A refund that has waited for long does not fail for one answer of the database', async () => {
    const { lease } = await claimRefundJob();
    const refunds = { ...store.refunds, find: async () => err(outage) };
    expect((await createTestJob({ refunds })({ ...lease, attempts: 99 }))?.outcome.kind).toBe('retry');
  });

  test('A job at a step that its pipeline does not have throws', async () => {
    const { lease } = await claimRefundJob();
    await expect(createTestJob()({ ...lease, step: 'fly' })).rejects.toThrow('has no step fly');
  });

  test('A job whose record does not exist fails', async () => {
    const { lease } = await claimRefundJob();
    const jobId = fixture.newId();
    for (const [pipeline, step] of [
      ['refund', 'refund_charge'],
      ['refund', 'notify_customer'],
      ['provider_event', 'act_on_event'],
      ['reconciliation', 'reconcile_ledger'],
    ] as const) {
      const report = await createTestJob()({ ...lease, jobId, pipeline, step });
      expect(report?.outcome).toEqual({ kind: 'failed', error: "the job's record does not exist" });
    }
  });
});

describe('Event jobs', () => {
  const claimEventJob = async (): Promise<JobLease> => {
    const event = {
      id: 'evt_1',
      type: 'x',
      subject: { kind: 'refund', refundId: null, reference: null, chargeReference: null, failure: null },
    } as const;
    const item = { id: fixture.newId(), taskId: fixture.newId(), provider: 'stripe', event, body: '{}' };
    await unwrap(store.inbox.receive([item], fixture.now()));
    return defined((await fixture.claimJobs('provider_event'))[0]);
  };

  test('An event job is done when the event is handled, and is retried if it is too early', async () => {
    const lease = await claimEventJob();
    expect((await createTestJob()(lease))?.outcome).toEqual({ kind: 'done' });
    const early = createTestJob({ actOnEvent: async () => ok(false) });
    // A payment can be without an outcome for days, and a refund or dispute of it must not be lost.
    const pauses: number[] = [];
    for (const attempts of [0, attemptsMax * 2]) {
      const { outcome } = defined(await early({ ...lease, attempts }));
      pauses.push(outcome.kind === 'retry' ? outcome.runAtMs - fixture.now() : -1);
    }
    // The payment has its outcome within five minutes after an outage of the provider, and the event must not wait for more.
    expect(pauses).toEqual([15_000, 300_000]);
  });

  test('An event job is retried if the database cannot be reached', async () => {
    const lease = await claimEventJob();
    const withOutage = createTestJob({ actOnEvent: async () => err(outage) });
    for (const attempts of [0, attemptsMax * 2])
      expect((await withOutage({ ...lease, attempts }))?.outcome).toMatchObject({
        kind: 'retry',
        error: outage.reason,
      });
  });
});
