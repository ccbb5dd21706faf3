import { describe, expect, test } from 'bun:test';
import { ok } from 'neverthrow';
import { closeDispute, openDispute } from '../../adapters/sandbox/disputes.ts';
import type { DisputeStatus } from '../../core/dispute.ts';
import type { Order } from '../../core/order.ts';
import type { LedgerQuery } from '../../core/provider.ts';
import { createFollowCharge } from '../../core/usecases/followCharge.ts';
import { createFollowOpenDisputes } from '../../core/usecases/followOpenDisputes.ts';
import { defined, unwrap } from '../contracts/fixture.ts';
import { useChargeShop } from '../provider/chargeShop.ts';

const shop = useChargeShop();
const { price, charge, follow, statuses, listRefunds, createTestJobs, reconcile } = shop;

describe('Following a disputed charge', () => {
  const dispute = async (reference: string, amount: number | null = null) => {
    const money = amount === null ? null : { ...price, amount };
    const request = { intentId: reference, amount: money, reason: 'fraudulent' };
    return (await openDispute(shop.provider.engine, request))._unsafeUnwrap().id;
  };
  const disputed = (orders: readonly Order[]) =>
    Promise.all(orders.map(async ({ id }) => (await shop.fixture.findOrder(id)).disputed));
  /** A dispute as a signed event tells it. The provider does not know it. */
  const signed = (status: DisputeStatus) =>
    ({ reference: 'dp_1', amount: price, reason: 'fraudulent', status, atMs: 0 }) as const;
  const followSigned = (reference: string, status: DisputeStatus) =>
    unwrap(createFollowCharge({ ...shop.store, ...shop })(reference, signed(status)));

  test('A dispute holds the orders until it is won', async () => {
    const { orders, reference } = await charge(2);
    const id = await dispute(reference);
    await follow(reference);
    expect(await disputed(orders)).toEqual([true, true]);
    await closeDispute(shop.provider.engine, id, 'won');
    await follow(reference);
    expect(await disputed(orders)).toEqual([false, false]);
    expect(await listRefunds()).toEqual([]);
  });

  test('A lost dispute counts as given back, and the status stays', async () => {
    const { orders, reference } = await charge(2);
    const id = await dispute(reference);
    await closeDispute(shop.provider.engine, id, 'lost');
    for (let time = 0; time < 2; time++) await follow(reference);
    expect(await disputed(orders)).toEqual([false, false]);
    expect(await statuses(orders)).toEqual(['paid', 'paid']);
    expect(await listRefunds()).toMatchObject([
      { origin: 'dispute', status: 'succeeded', amount: price },
      { origin: 'dispute', status: 'succeeded', amount: price },
    ]);
  });

  test('A dispute that was lost months after it began is found without the ledger of these months', async () => {
    const { orders, reference } = await charge();
    const id = await dispute(reference);
    shop.world.advance(75 * 24 * 3_600_000);
    await closeDispute(shop.provider.engine, id, 'lost');
    await follow(reference);
    const ranges: number[] = [];
    const provider = {
      ...shop.provider,
      readLedger: (query: LedgerQuery) => {
        ranges.push(query.toMs - query.fromMs);
        return shop.provider.readLedger(query);
      },
    };
    expect(await reconcile(provider)).toMatchObject({ differences: 0 });
    expect(Math.max(...ranges)).toBeLessThan(2 * 24 * 3_600_000);

    const noDisputes = async (charged: string) =>
      (await shop.provider.readCharge(charged)).map((found) => found && { ...found, disputes: [] });
    const { storedDifferences } = await reconcile({ ...provider, readCharge: noDisputes });
    expect(storedDifferences).toMatchObject([{ kind: 'refund_missing', ours: defined(orders[0]).total }]);
    // Nobody can compare a refund whose charge is not found.
    const unknown = { ...provider, readCharge: async () => ok(null) };
    expect(await reconcile(unknown)).toMatchObject({ differences: 0 });
  });

  test('A lost dispute of part of a charge of several orders waits for its order', async () => {
    const { orders, reference } = await charge(2);
    const id = await dispute(reference, 300);
    await closeDispute(shop.provider.engine, id, 'lost');
    await follow(reference);
    const [refund] = await listRefunds();
    expect(refund).toMatchObject({ origin: 'dispute', orderId: null });
    const assignment = {
      refundId: defined(refund).id,
      orderId: defined(orders[0]).id,
      createId: shop.fixture.newId,
    };
    await unwrap(shop.store.refunds.assign(assignment, shop.fixture.now()));
    expect(await statuses(orders)).toEqual(['paid', 'paid']);
    expect((await shop.fixture.requestRefund(defined(orders[0]).id)).amount.amount).toBe(700);
  });

  test('A signed dispute that the provider does not know is recorded as the event describes it', async () => {
    const { orders, reference } = await charge();
    await followSigned(reference, 'open');
    expect(await disputed(orders)).toEqual([true]);
    const counts = await unwrap(shop.store.ledger.counts(shop.fixture.now()));
    expect(counts.disputes_open).toEqual({ count: 1, oldestMs: shop.fixture.now() });
    await followSigned(reference, 'lost');
    expect(await disputed(orders)).toEqual([false]);
    expect(await listRefunds()).toMatchObject([{ origin: 'dispute', amount: price }]);
    await followSigned(reference, 'open');
    expect(await disputed(orders)).toEqual([false]);
  });

  test('What the provider says when it is asked wins over the signed event', async () => {
    const { orders, reference } = await charge();
    const id = await dispute(reference);
    const event = { ...signed('lost'), reference: id };
    await unwrap(createFollowCharge({ ...shop.store, ...shop })(reference, event));
    expect(await disputed(orders)).toEqual([true]);
    expect(await listRefunds()).toEqual([]);
  });

  test('A dispute that was lost and then won after all gives nothing back', async () => {
    const { reference } = await charge();
    const asked = (status: DisputeStatus) => ({
      ...shop.provider,
      readCharge: async (id: string) =>
        (await shop.provider.readCharge(id)).map(
          (found) => found && { ...found, disputes: [signed(status)] },
        ),
    });
    for (const status of ['lost', 'won'] as const)
      await unwrap(
        createFollowCharge({ ...shop.store, provider: asked(status), world: shop.world })(reference),
      );
    expect(await listRefunds()).toMatchObject([{ origin: 'dispute', status: 'failed' }]);
    expect((await unwrap(shop.store.ledger.counts(shop.fixture.now()))).refunds_stuck.count).toBe(0);
  });

  test('Our refund that the provider refuses for a dispute waits, and is sent when the dispute is won', async () => {
    const { orders, reference } = await charge();
    const { id: orderId } = defined(orders[0]);
    const { id } = await shop.fixture.requestRefund(orderId);
    const disputeId = await dispute(reference);
    const [lease] = await shop.fixture.claimJobs('refund');
    const run = createTestJobs();
    expect((await run(defined(lease)))?.outcome).toMatchObject({
      kind: 'retry',
      error: 'the payment is disputed',
    });
    expect(await disputed(orders)).toEqual([true]);
    expect(await listRefunds()).toMatchObject([{ id, status: 'requested' }]);
    expect((await run(defined(lease)))?.outcome.kind).toBe('retry');
    await closeDispute(shop.provider.engine, disputeId, 'won');
    await follow(reference);
    expect((await shop.fixture.findRefund(id)).disputed).toBe(false);
  });

  test('A dispute whose last event was lost is followed when it is asked for', async () => {
    const { orders, reference } = await charge();
    const disputeId = await dispute(reference);
    await follow(reference);
    await closeDispute(shop.provider.engine, disputeId, 'lost');
    const followCharge = createFollowCharge({ ...shop.store, ...shop });
    await unwrap(createFollowOpenDisputes({ ...shop.store, followCharge, world: shop.world })());
    expect(await disputed(orders)).toEqual([false]);
    expect(await listRefunds()).toMatchObject([{ origin: 'dispute', status: 'succeeded' }]);
  });

  test('A refund that a dispute holds back asks first whether the dispute has ended', async () => {
    const { orders, reference } = await charge();
    const disputeId = await dispute(reference);
    const { id } = await shop.fixture.requestRefund(defined(orders[0]).id);
    await follow(reference);
    await closeDispute(shop.provider.engine, disputeId, 'won');
    const [lease] = await shop.fixture.claimJobs('refund');
    expect((await shop.fixture.findRefund(id)).disputed).toBe(true);
    expect((await createTestJobs()(defined(lease)))?.outcome.kind).toBe('advanced');
    expect(await statuses(orders)).toEqual(['refunded']);
  });

  test('A reconciliation adopts a lost dispute whose event was lost', async () => {
    const { orders, reference } = await charge();
    await closeDispute(shop.provider.engine, await dispute(reference), 'lost');
    expect(await reconcile()).toMatchObject({ refunds: 1, differences: 0 });
    expect(await listRefunds()).toMatchObject([{ origin: 'dispute', orderId: defined(orders[0]).id }]);
    expect(await statuses(orders)).toEqual(['paid']);
    expect(await reconcile()).toMatchObject({ refunds: 1, differences: 0 });
  });
});
