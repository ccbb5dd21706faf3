import { beforeEach, describe, expect, test } from 'bun:test';
import { err, ok } from 'neverthrow';
import type { Mail, MailOutcome } from '../../core/mail.ts';
import type { ProviderRefundOutcome } from '../../core/provider.ts';
import type { JobLease } from '../../core/queue.ts';
import { attemptsMax } from '../../core/retry.ts';
import { createRunJob, type JobPorts } from '../../core/usecases/runJob.ts';
import { known, shopOver, value } from '../contracts/shop.ts';
import { createMemoryStore } from '../model/store.ts';
import { testWorld } from '../world.ts';
import { returningProvider, silentProvider } from './provider.ts';

let world = testWorld();
let store = createMemoryStore(world);
let shop = shopOver(store, world);
let sent: Mail[] = [];

beforeEach(() => {
  world = testWorld();
  store = createMemoryStore(world);
  shop = shopOver(store, world);
  sent = [];
});

const performing = (changes: Partial<JobPorts> = {}, mailed: MailOutcome = { kind: 'accepted' }) =>
  createRunJob(
    {
      ...store,
      ledger: store.ledger,
      provider: silentProvider,
      mailer: {
        send: async (mail) => {
          sent.push(mail);
          return mailed;
        },
      },
      actOnEvent: async () => ok(true),
      reconcileLedger: async () => ok({ charges: 2, refunds: 1, differences: 0, kept: [] }),
      world,
      ...changes,
    },
    { mailDomain: 'shop.test' },
  );

const down = { kind: 'unavailable', reason: 'no connection' } as const;

/** A refund of a paid order, and the lease of its task. */
const refunding = async (): Promise<{ readonly refundId: string; readonly lease: JobLease }> => {
  const order = await shop.order(await shop.product());
  await shop.pay([order]);
  const refundId = shop.freshId();
  const ids = { refundId, taskId: shop.freshId(), key: shop.freshId(), orderId: order.id };
  await value(store.refunds.request({ ...ids, amount: null, reason: 'torn' }, shop.now()));
  const [lease] = await shop.takeJobs('refund');
  return { refundId, lease: known(lease) };
};
const refundOf = async (id: string) => known(await value(store.refunds.find(id)));

describe('money on its way back', () => {
  test('is asked of the provider under the refund’s id, booked, and then told to the customer', async () => {
    const { refundId, lease } = await refunding();
    const provider = returningProvider();
    const report = await performing({ provider })(lease);
    const { id, amount, chargeReference: reference } = await refundOf(refundId);
    expect(provider.asked).toEqual([{ refundId: id, reference, amount }]);
    expect(await refundOf(refundId)).toMatchObject({ status: 'succeeded' });
    const { taskId, lease: token } = lease;
    expect(report).toEqual({ taskId, lease: token, outcome: { kind: 'moved', step: 'notify_customer' } });
  });

  test.each<[string, ProviderRefundOutcome]>([
    ['is not decided', { kind: 'pending', reference: 're_1' }],
    ['is not known', { kind: 'unknown', reason: 'timed out' }],
    ['was not reached', { kind: 'unavailable', reason: 'down' }],
  ])('that %s is owed for as long as it takes', async (_, outcome) => {
    const { refundId, lease } = await refunding();
    const provider = returningProvider(outcome, outcome, outcome);
    const pauses: number[] = [];
    for (const attempts of [0, 1, attemptsMax * 2]) {
      const report = await performing({ provider })({ ...lease, attempts });
      const { outcome: said } = known(report);
      pauses.push(said.kind === 'retry' ? said.runAtMs - shop.now() : -1);
    }
    expect(pauses).toEqual([15_000, 60_000, 3_600_000]);
    expect(await refundOf(refundId)).toMatchObject({ status: 'requested' });
  });

  test('that the provider refuses is failed, and nobody is told that it came', async () => {
    const { refundId, lease } = await refunding();
    const provider = returningProvider({ kind: 'refused', reason: 'in dispute' });
    const report = await performing({ provider })(lease);
    expect(report?.outcome).toEqual({ kind: 'moved', step: 'notify_customer' });
    expect(await refundOf(refundId)).toMatchObject({ status: 'failed', error: 'in dispute' });
    expect((await performing()({ ...lease, step: 'notify_customer' }))?.outcome).toEqual({ kind: 'done' });
    expect(sent).toEqual([]);
  });

  test('is not asked for again once it is booked', async () => {
    const { lease } = await refunding();
    const provider = returningProvider();
    await performing({ provider })(lease);
    expect((await performing({ provider })(lease))?.outcome.kind).toBe('moved');
    expect(provider.asked).toHaveLength(1);
  });

  test('that came back and could not be booked is asked for again under the same key', async () => {
    const { refundId, lease } = await refunding();
    const provider = returningProvider();
    const refunds = { ...store.refunds, finish: async () => err(down) };
    expect((await performing({ provider, refunds })(lease))?.outcome.kind).toBe('retry');
    await performing({ provider })(lease);
    expect(new Set(provider.asked.map((each) => each.refundId))).toEqual(new Set([refundId]));
    expect(await refundOf(refundId)).toMatchObject({ status: 'succeeded' });
  });

  test('is told in one mail, the same for every try', async () => {
    const { refundId, lease } = await refunding();
    await performing({ provider: returningProvider() })(lease);
    const atMail = { ...lease, step: 'notify_customer' };
    const deferred = { kind: 'deferred', reason: 'busy' } as const;
    expect((await performing({}, deferred)(atMail))?.outcome.kind).toBe('retry');
    expect((await performing()(atMail))?.outcome).toEqual({ kind: 'done' });
    expect(sent).toHaveLength(2);
    expect(sent[0]).toEqual(known(sent[1]));
    expect(sent[0]?.messageId).toBe(`<${refundId}.notify_customer@shop.test>`);
  });

  test.each<[MailOutcome, number]>([
    [{ kind: 'rejected', reason: '550' }, 0],
    [{ kind: 'deferred', reason: '450' }, attemptsMax - 1],
  ])('fails openly where the mail is %p', async (outcome, attempts) => {
    const { lease } = await refunding();
    await performing({ provider: returningProvider() })(lease);
    const report = await performing({}, outcome)({ ...lease, step: 'notify_customer', attempts });
    expect(report?.outcome.kind).toBe('failed');
  });
});

describe('a job', () => {
  test('is left alone under a lease that ran out', async () => {
    const { lease } = await refunding();
    const provider = returningProvider();
    world.advance(30_000);
    expect(await performing({ provider })(lease)).toBeNull();
    expect(provider.asked).toEqual([]);
  });

  test('at a step that its pipeline does not have is a bug', async () => {
    const { lease } = await refunding();
    await expect(performing()({ ...lease, step: 'fly' })).rejects.toThrow('has no step fly');
  });

  test('whose record is gone fails', async () => {
    const { lease } = await refunding();
    const jobId = shop.freshId();
    for (const [pipeline, step] of [
      ['refund', 'return_money'],
      ['refund', 'notify_customer'],
      ['provider_event', 'act_on_event'],
      ['money_audit', 'compare_ledgers'],
    ] as const) {
      const report = await performing()({ ...lease, jobId, pipeline, step });
      expect(report?.outcome).toEqual({ kind: 'failed', error: 'its record is gone' });
    }
  });
});

describe('an event', () => {
  const received = async (): Promise<JobLease> => {
    const event = {
      id: 'evt_1',
      type: 'x',
      subject: { kind: 'refund', refundId: null, failure: null },
    } as const;
    const item = { id: shop.freshId(), taskId: shop.freshId(), provider: 'stripe', event, body: '{}' };
    await value(store.inbox.receive([item], shop.now()));
    return known((await shop.takeJobs('provider_event'))[0]);
  };

  test('is done once it was acted on, and looked at again where it is too early', async () => {
    const lease = await received();
    expect((await performing()(lease))?.outcome).toEqual({ kind: 'done' });
    const early = performing({ actOnEvent: async () => ok(false) });
    expect((await early(lease))?.outcome.kind).toBe('retry');
    expect((await early({ ...lease, attempts: attemptsMax - 1 }))?.outcome.kind).toBe('failed');
  });

  test('waits while the store is away', async () => {
    const lease = await received();
    const away = performing({ actOnEvent: async () => err(down) });
    expect((await away(lease))?.outcome).toMatchObject({ kind: 'retry', error: down.reason });
  });
});

describe('a money audit', () => {
  test('keeps what it found, once', async () => {
    const ids = { id: shop.freshId(), taskId: shop.freshId() };
    await value(store.ledger.requestReconciliation({ ...ids, dayMs: 0 }, shop.now()));
    const [lease] = await shop.takeJobs('money_audit');
    expect((await performing()(known(lease)))?.outcome).toEqual({ kind: 'done' });
    const again = performing({
      reconcileLedger: async () => ok({ charges: 9, refunds: 9, differences: 9, kept: [] }),
    });
    expect((await again(known(lease)))?.outcome).toEqual({ kind: 'done' });
    const audit = known(await value(store.ledger.findReconciliation(ids.id)));
    expect(audit).toMatchObject({ charges: 2, refunds: 1, differences: 0, finishedAtMs: shop.now() });
  });
});
