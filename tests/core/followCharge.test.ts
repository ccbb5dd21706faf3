import { beforeEach, describe, expect, test } from 'bun:test';
import { err, ok } from 'neverthrow';
import { createMemoryRecords } from '../../adapters/sandbox/memoryRecords.ts';
import { createSandboxProvider } from '../../adapters/sandbox/provider.ts';
import type { Order } from '../../core/order.ts';
import { createFollowCharge } from '../../core/usecases/followCharge.ts';
import { createReconcileLedger } from '../../core/usecases/reconcileLedger.ts';
import { createRunJob } from '../../core/usecases/runJob.ts';
import { createFixture, defined, unknownOutcome, unwrap } from '../contracts/fixture.ts';
import { createMemoryStore } from '../model/store.ts';
import { refundAtProvider } from '../provider/harness.ts';
import { createTestWorld } from '../world.ts';
import { unreachableProvider } from './providers.ts';

const dayLengthMs = 24 * 3_600_000;

let world = createTestWorld();
let store = createMemoryStore(world);
let fixture = createFixture(store, world);
let provider = createSandboxProvider(createMemoryRecords(), world);

beforeEach(() => {
  world = createTestWorld();
  store = createMemoryStore(world);
  fixture = createFixture(store, world);
  provider = createSandboxProvider(createMemoryRecords(), world);
});

const price = { amount: 1_000, currency: 'VND' };

/** Orders of 1,000 ₫ each, charged at the sandbox. With `isRecorded` false, the outcome is not known to us. */
const charge = async (
  count = 1,
  isRecorded = true,
): Promise<{ orders: readonly Order[]; reference: string; paymentId: string }> => {
  const products = await fixture.createProducts(
    Array.from({ length: count }, () => fixture.productDraft({ price })),
  );
  const orders = await fixture.placeOrders(products);
  const claim = await fixture.claimCheckout(fixture.checkoutRequest(orders));
  const { checkoutId: paymentId, amount, method } = claim;
  const outcome = await provider.charge({ paymentId, amount, method });
  if (outcome.kind !== 'succeeded') throw new Error(outcome.kind);
  await fixture.recordOutcome(claim, isRecorded ? outcome : unknownOutcome);
  return { orders, reference: outcome.reference, paymentId };
};

const follow = (reference: string) => unwrap(createFollowCharge({ ...store, provider, world })(reference));
const statuses = (orders: readonly Order[]) =>
  Promise.all(orders.map(async ({ id }) => (await fixture.findOrder(id)).status));
const listRefunds = async () =>
  (await unwrap(store.refunds.list({ orderId: null, status: null, after: null, limit: 100 }))).items;

describe('Following a charge', () => {
  test('A refund that was made at the provider is adopted, once', async () => {
    const { orders, reference } = await charge();
    await refundAtProvider(provider.engine, reference, null);
    for (let time = 0; time < 3; time++) expect(await follow(reference)).toBe(true);
    expect(await statuses(orders)).toEqual(['refunded']);
    expect(await listRefunds()).toHaveLength(1);
  });

  test('A refund of ours is not adopted, even before its outcome is recorded', async () => {
    const { orders, reference } = await charge();
    const { id, amount } = await fixture.requestRefund(defined(orders[0]).id, 400);
    await provider.refund({ refundId: id, reference, amount });
    expect(await follow(reference)).toBe(true);
    expect(await listRefunds()).toMatchObject([{ id, status: 'requested' }]);
  });

  test('A charge whose payment has no outcome yet is followed later', async () => {
    const { reference } = await charge(1, false);
    await refundAtProvider(provider.engine, reference, null);
    expect(await follow(reference)).toBe(false);
    expect(await listRefunds()).toEqual([]);
  });

  test('A charge of others is ignored, and an unreachable provider is asked again', async () => {
    const amount = { amount: 5, currency: 'VND' };
    for (const paymentId of ['order 17 of another shop', fixture.newId()]) {
      const outcome = await provider.charge({ paymentId, amount, method: 'pm_card_visa' });
      const reference = outcome.kind === 'succeeded' ? outcome.reference : '';
      await refundAtProvider(provider.engine, reference, null);
      expect(await follow(reference)).toBe(true);
    }
    expect(await follow('pi_nobody')).toBe(true);
    expect(await listRefunds()).toEqual([]);
  });
});

describe('Refund jobs of charges that were refunded at the provider', () => {
  const runRefund = async (orderId: string, amount: number | null = null) => {
    await fixture.requestRefund(orderId, amount);
    const followCharge = createFollowCharge({ ...store, provider, world });
    const run = createRunJob(
      {
        ...store,
        provider,
        followCharge,
        mailer: store.mailbox,
        actOnEvent: async () => ok(true),
        reconcileLedger: createReconcileLedger({ ...store, provider, world }),
        world,
      },
      { mailDomain: 'shop.test' },
    );
    const [lease] = await fixture.claimJobs('refund');
    return (await run(defined(lease)))?.outcome;
  };

  const refundsStuck = async () => (await unwrap(store.ledger.counts(fixture.now()))).refunds_stuck.count;

  test('Our refund of a charge that is refunded already adopts that refund, and money goes back once', async () => {
    const { orders, reference } = await charge();
    await refundAtProvider(provider.engine, reference, null);
    expect(await runRefund(defined(orders[0]).id)).toEqual({ kind: 'advanced', step: 'notify_customer' });
    expect(await statuses(orders)).toEqual(['refunded']);
    expect(await listRefunds()).toMatchObject([
      { origin: 'provider', status: 'succeeded' },
      { origin: 'operator', status: 'failed', error: 'charge_already_refunded' },
    ]);
    expect(await refundsStuck()).toBe(0);
    expect(await fixture.listTasks({ pipeline: 'physical' })).toEqual([]);
  });

  test('Our refund that is larger than the remainder adopts the other, and the next one is of the remainder', async () => {
    const { orders, reference } = await charge();
    const { id } = defined(orders[0]);
    await refundAtProvider(provider.engine, reference, 300);
    await runRefund(id);
    expect(await listRefunds()).toMatchObject([
      { origin: 'provider', amount: { amount: 300 } },
      { origin: 'operator', status: 'failed', error: 'amount_too_large' },
    ]);
    expect(await refundsStuck()).toBe(1);
    await fixture.claimJobs('refund');
    world.advance(1);
    await runRefund(id);
    expect((await listRefunds())[0]).toMatchObject({ status: 'succeeded', amount: { amount: 700 } });
    expect(await statuses(orders)).toEqual(['refunded']);
    expect(await refundsStuck()).toBe(0);
  });

  test('A refund of ours that leaves one order gives that order what the provider refunded', async () => {
    const { orders, reference } = await charge(2);
    await refundAtProvider(provider.engine, reference, 300);
    await follow(reference);
    expect((await listRefunds())[0]).toMatchObject({ orderId: null });
    await runRefund(defined(orders[0]).id);
    const adopted = (await listRefunds()).find(({ origin }) => origin === 'provider');
    expect(adopted).toMatchObject({ orderId: defined(orders[1]).id, amount: { amount: 300 } });
  });
});

describe('Reconciliations of refunds that were made at the provider', () => {
  const reconcile = async () => {
    const day = world.calendar.dayOf(fixture.now());
    const { fromMs: dayMs, toMs: endMs } = defined(world.calendar.rangeOf(day));
    const command = { id: fixture.newId(), taskId: fixture.newId(), day, dayMs, endMs };
    const stored = await unwrap(store.ledger.requestReconciliation(command, fixture.now()));
    return unwrap(createReconcileLedger({ ...store, provider, world })(stored));
  };

  test('A refund whose event was lost is found and adopted, and is no difference', async () => {
    const { orders, reference } = await charge(2);
    await refundAtProvider(provider.engine, reference, null);
    for (let time = 0; time < 2; time++) {
      expect(await reconcile()).toMatchObject({ refunds: 1, differences: 0 });
      expect(await statuses(orders)).toEqual(['refunded', 'refunded']);
      expect(await listRefunds()).toHaveLength(2);
    }
  });

  test('A refund that was adopted days after it was made is not missing at the provider', async () => {
    const { reference } = await charge();
    await refundAtProvider(provider.engine, reference, 300);
    world.advance(3 * dayLengthMs);
    await follow(reference);
    expect(await reconcile()).toMatchObject({ differences: 0 });
    expect((await listRefunds())[0]?.createdAtMs).toBe(fixture.now() - 3 * dayLengthMs);
  });

  test('A refund of a charge whose payment has no outcome yet stays a difference', async () => {
    const { reference } = await charge(1, false);
    await refundAtProvider(provider.engine, reference, 300);
    const report = await reconcile();
    expect(report.storedDifferences.map(({ kind }) => kind)).toEqual(['refund_unknown']);
  });

  test('A charge cannot be followed while the provider cannot be reached', async () => {
    const outage = { kind: 'unavailable', reason: 'down' } as const;
    const down = { ...unreachableProvider, readCharge: async () => err(outage) };
    const result = await createFollowCharge({ ...store, provider: down, world })('pi_1');
    expect(result._unsafeUnwrapErr()).toEqual(outage);
  });
});
