import { describe, expect, test } from 'bun:test';
import { err, ok } from 'neverthrow';
import { createFollowCharge } from '../../core/usecases/followCharge.ts';
import { defined, unwrap } from '../contracts/fixture.ts';
import { useChargeShop } from '../provider/chargeShop.ts';
import { refundAtProvider } from '../provider/harness.ts';

const dayLengthMs = 24 * 3_600_000;

const shop = useChargeShop();
const { charge, follow, statuses, listRefunds, createTestJobs, reconcile } = shop;

describe('Following a charge', () => {
  test('A refund that was made at the provider is adopted, once', async () => {
    const { orders, reference } = await charge();
    await refundAtProvider(shop.provider.engine, reference, null);
    for (let time = 0; time < 3; time++) expect(await follow(reference)).toBe(true);
    expect(await statuses(orders)).toEqual(['refunded']);
    expect(await listRefunds()).toHaveLength(1);
  });

  test('A refund that fails after the charge was read and before the refund is adopted is failed', async () => {
    const { orders, reference } = await charge(1, true, 'pm_card_refundFail');
    await refundAtProvider(shop.provider.engine, reference, null);
    const provider = {
      ...shop.provider,
      readCharge: async (id: string) => {
        const read = await shop.provider.readCharge(id);
        // The event about the failure comes now, and finds no refund of ours.
        shop.world.advance(60_000);
        return read;
      },
    };
    const followed = createFollowCharge({ ...shop.store, provider, world: shop.world })(reference);
    expect(await unwrap(followed)).toBe(true);
    expect(await listRefunds()).toMatchObject([{ origin: 'provider', status: 'failed' }]);
    expect(await statuses(orders)).toEqual(['refunded']);
  });

  test('A refund that has failed, and whose charge was not read again after its adoption, is failed by the reconciliation', async () => {
    const { reference } = await charge(1, true, 'pm_card_refundFail');
    await refundAtProvider(shop.provider.engine, reference, null);
    let reads = 0;
    const provider = {
      ...shop.provider,
      readCharge: async (id: string) => {
        const read = await shop.provider.readCharge(id);
        // The refund fails now. The second reading sees it, and its answer is lost.
        shop.world.advance(60_000);
        return reads++ === 0 ? read : err({ kind: 'unavailable', reason: 'no answer' } as const);
      },
    };
    const followed = createFollowCharge({ ...shop.store, provider, world: shop.world })(reference);
    expect((await followed)._unsafeUnwrapErr().reason).toBe('no answer');
    expect(await listRefunds()).toMatchObject([{ origin: 'provider', status: 'succeeded' }]);
    expect(await reconcile()).toMatchObject({ refunds: 0, differences: 0 });
    expect(await listRefunds()).toMatchObject([{ origin: 'provider', status: 'failed' }]);
  });

  test('A refund that succeeds after the ledger was read is not missing in it', async () => {
    const { orders, reference } = await charge(1, true, 'pm_card_refundFail');
    await refundAtProvider(shop.provider.engine, reference, 300);
    await follow(reference);
    shop.world.advance(60_000);
    await shop.provider.readCharge(reference);
    const { id } = await shop.fixture.requestRefund(defined(orders[0]).id, 400);
    const provider = {
      ...shop.provider,
      // The first refund has failed by now. While its charge is read again, the second one succeeds.
      readCharge: async (charged: string) => {
        await shop.fixture.finishRefund(id, { kind: 'succeeded', reference: 're_new' });
        return shop.provider.readCharge(charged);
      },
    };
    expect(await reconcile(provider)).toMatchObject({ differences: 0 });
    expect(await listRefunds()).toMatchObject([{ status: 'succeeded' }, { status: 'failed' }]);
  });

  test('A refund of ours is not adopted, even before its outcome is recorded', async () => {
    const { orders, reference } = await charge();
    const { id, amount } = await shop.fixture.requestRefund(defined(orders[0]).id, 400);
    await shop.provider.refund({ refundId: id, reference, amount });
    expect(await follow(reference)).toBe(true);
    expect(await listRefunds()).toMatchObject([{ id, status: 'requested' }]);
  });

  test('A charge whose payment has no outcome yet is followed later', async () => {
    const { reference } = await charge(1, false);
    await refundAtProvider(shop.provider.engine, reference, null);
    expect(await follow(reference)).toBe(false);
    expect(await listRefunds()).toEqual([]);
  });

  test('What is done to a second charge of a payment changes no order', async () => {
    const { orders, paymentId } = await charge();
    const atMs = shop.fixture.now();
    const given = { kind: 'refund', id: 're_2', reference: 'pi_2', paymentId, refundId: null } as const;
    const refunds = [{ ...given, amount: shop.price, atMs }];
    const lost = { reference: 'dp_2', reason: 'general', status: 'lost', amount: shop.price, atMs } as const;
    const provider = {
      ...shop.provider,
      readCharge: async () => ok({ paymentId, refunds, failedRefunds: [], disputes: [lost] }),
      readLedger: async () => ok({ items: refunds, next: null }),
    };
    const ports = { ...shop.store, provider, world: shop.world };
    expect(await unwrap(createFollowCharge(ports)('pi_2'))).toBe(true);
    const { storedDifferences } = await reconcile(provider);
    expect(storedDifferences.map(({ kind }) => kind)).toEqual(['refund_unknown', 'charge_missing']);
    expect(await listRefunds()).toEqual([]);
    expect(await statuses(orders)).toEqual(['paid']);
  });

  test('A charge of others is ignored, and an unreachable provider is asked again', async () => {
    const amount = { amount: 5, currency: 'VND' };
    for (const paymentId of ['order 17 of another shop', shop.fixture.newId()]) {
      const outcome = await shop.provider.charge({ paymentId, amount, method: 'pm_card_visa' });
      const reference = outcome.kind === 'succeeded' ? outcome.reference : '';
      await refundAtProvider(shop.provider.engine, reference, null);
      expect(await follow(reference)).toBe(true);
    }
    expect(await follow('pi_nobody')).toBe(true);
    expect(await listRefunds()).toEqual([]);
  });
});

describe('Refund jobs of charges that were refunded at the provider', () => {
  const runRefund = async (orderId: string, amount: number | null = null) => {
    await shop.fixture.requestRefund(orderId, amount);
    const run = createTestJobs();
    const [lease] = await shop.fixture.claimJobs('refund');
    return (await run(defined(lease)))?.outcome;
  };

  const refundsStuck = async () =>
    (await unwrap(shop.store.ledger.counts(shop.fixture.now()))).refunds_stuck.count;

  test('Our refund of a charge that is refunded already adopts that refund, and money goes back once', async () => {
    const { orders, reference } = await charge();
    await refundAtProvider(shop.provider.engine, reference, null);
    expect(await runRefund(defined(orders[0]).id)).toEqual({ kind: 'advanced', step: 'notify_customer' });
    expect(await statuses(orders)).toEqual(['refunded']);
    expect(await listRefunds()).toMatchObject([
      { origin: 'provider', status: 'succeeded' },
      { origin: 'operator', status: 'failed', error: 'charge_already_refunded' },
    ]);
    expect(await refundsStuck()).toBe(0);
    expect(await shop.fixture.listTasks({ pipeline: 'physical' })).toEqual([]);
  });

  test('Our refund that is larger than the remainder adopts the other, and the next one is of the remainder', async () => {
    const { orders, reference } = await charge();
    const { id } = defined(orders[0]);
    await refundAtProvider(shop.provider.engine, reference, 300);
    await runRefund(id);
    expect(await listRefunds()).toMatchObject([
      { origin: 'provider', amount: { amount: 300 } },
      { origin: 'operator', status: 'failed', error: 'amount_too_large' },
    ]);
    expect(await refundsStuck()).toBe(1);
    await shop.fixture.claimJobs('refund');
    shop.world.advance(1);
    await runRefund(id);
    expect((await listRefunds())[0]).toMatchObject({ status: 'succeeded', amount: { amount: 700 } });
    expect(await statuses(orders)).toEqual(['refunded']);
    expect(await refundsStuck()).toBe(0);
  });

  test('A refund of ours that leaves one order gives that order what the provider refunded', async () => {
    const { orders, reference } = await charge(2);
    await refundAtProvider(shop.provider.engine, reference, 300);
    await follow(reference);
    expect((await listRefunds())[0]).toMatchObject({ orderId: null });
    await runRefund(defined(orders[0]).id);
    const adopted = (await listRefunds()).find(({ origin }) => origin === 'provider');
    expect(adopted).toMatchObject({ orderId: defined(orders[1]).id, amount: { amount: 300 } });
  });
});

describe('Reconciliations of refunds that were made at the provider', () => {
  test('A refund whose event was lost is found and adopted, and is no difference', async () => {
    const { orders, reference } = await charge(2);
    await refundAtProvider(shop.provider.engine, reference, null);
    for (let time = 0; time < 2; time++) {
      expect(await reconcile()).toMatchObject({ refunds: 1, differences: 0 });
      expect(await statuses(orders)).toEqual(['refunded', 'refunded']);
      expect(await listRefunds()).toHaveLength(2);
    }
  });

  test('A refund that was adopted days after it was made is not missing at the provider', async () => {
    const { reference } = await charge();
    await refundAtProvider(shop.provider.engine, reference, 300);
    shop.world.advance(3 * dayLengthMs);
    await follow(reference);
    expect(await reconcile()).toMatchObject({ differences: 0 });
    expect((await listRefunds())[0]?.createdAtMs).toBe(shop.fixture.now() - 3 * dayLengthMs);
  });

  test('A refund of a charge whose payment has no outcome yet stays a difference', async () => {
    const { reference } = await charge(1, false);
    await refundAtProvider(shop.provider.engine, reference, 300);
    const report = await reconcile();
    expect(report.storedDifferences.map(({ kind }) => kind)).toEqual(['refund_unknown']);
  });
});
