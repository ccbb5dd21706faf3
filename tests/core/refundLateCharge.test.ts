import { beforeEach, describe, expect, test } from 'bun:test';
import type { Claim } from '../../core/audit.ts';
import type { Order } from '../../core/order.ts';
import type { ChargeOutcome } from '../../core/provider.ts';
import { lateReason } from '../../core/refundRequest.ts';
import { createCheckOut } from '../../core/usecases/checkOut.ts';
import { createActOnEvent } from '../../core/usecases/providerEvents.ts';
import { createPaymentRecovery } from '../../core/usecases/recoverPayments.ts';
import { createRefundLateCharge } from '../../core/usecases/refundLateCharge.ts';
import { declined, known, released, shopOver, value } from '../contracts/shop.ts';
import { createMemoryStore } from '../model/store.ts';
import { testWorld } from '../world.ts';
import { scriptedProvider, silentProvider } from './provider.ts';

describe('money that comes late', () => {
  let world = testWorld();
  let store = createMemoryStore(world);
  let shop = shopOver(store, world);
  let order: Order;
  let claim: Claim;
  let hints = 0;

  const wakeup = {
    notify: () => {
      hints++;
    },
    listen: () => () => {},
  };
  const refunds = () => value(store.refunds.list({ orderId: null, status: null, after: null, limit: 100 }));
  const statusOf = async () => known(await value(store.audits.find(claim.checkoutId))).payment.status;
  const returnLate = () =>
    value(createRefundLateCharge({ ...store, wakeup, world })(claim.checkoutId, 'ch_late'));

  beforeEach(async () => {
    world = testWorld();
    store = createMemoryStore(world);
    shop = shopOver(store, world);
    order = await shop.order(await shop.product());
    claim = await shop.claimed(shop.request([order]));
    hints = 0;
  });

  test.each<[string, ChargeOutcome]>([
    ['declined', declined],
    ['cancelled', { kind: 'cancelled' }],
    ['released', released],
  ])('for a payment that was %s goes back, whole and once', async (_, outcome) => {
    await shop.settle(claim, outcome);
    expect(await Promise.all([returnLate(), returnLate(), returnLate()])).toEqual([true, false, false]);
    const { items } = await refunds();
    expect(items).toMatchObject([
      {
        orderId: null,
        paymentId: claim.checkoutId,
        amount: claim.amount,
        status: 'requested',
        reason: lateReason,
      },
    ]);
    expect(await statusOf()).toBe('returned');
    expect((await shop.detail(order.id)).status).toBe('pending');
    expect(hints).toBe(1);
    const refund = known(await value(store.refunds.find(known(items[0]).id)));
    expect(refund).toMatchObject({ chargeReference: 'ch_late', order: { id: order.id } });
  });

  test('spends the key: it is answered as cancelled, and never charges again', async () => {
    const { key, customerId, orderIds, method } = shop.request([order]);
    const again = shop.request([order], { key, customerId, orderIds, method });
    await shop.settle(claim, declined);
    const first = await shop.claimed(again);
    await shop.settle(first, released);
    claim = first;
    expect(await returnLate()).toBe(true);
    const provider = scriptedProvider();
    const pay = createCheckOut({ ...store, provider, wakeup, world }, { reconcileAfterMs: 15_000 });
    const answered = await pay({ key, customerId, orderIds, method, requestId: 'r' });
    expect(answered._unsafeUnwrap()).toMatchObject({ replayed: true, response: { status: 'cancelled' } });
    expect(provider.calls).toEqual([]);
  });

  test('does not go back while its payment is open, or was paid with it', async () => {
    expect(await returnLate()).toBe(false);
    await shop.settle(claim, { kind: 'succeeded', reference: 'ch_1' });
    expect(await returnLate()).toBe(false);
    expect((await refunds()).items).toEqual([]);
    expect(await statusOf()).toBe('succeeded');
  });

  test('of a payment that nobody knows is let be', async () => {
    expect(await value(createRefundLateCharge({ ...store, wakeup, world })(shop.freshId(), 'ch_late'))).toBe(
      false,
    );
  });

  test('is seen by a checkout whose payment was given up while it was being charged', async () => {
    const other = await shop.order(await shop.product());
    const provider = {
      ...silentProvider,
      charge: async () => {
        const query = { nowMs: shop.now() + 15_000, againAtMs: () => Number.MAX_SAFE_INTEGER, limit: 9 };
        const [taken] = await value(store.audits.claimOpenPayments({ ...query, only: null }));
        claim = known(taken);
        await shop.settle(claim, { kind: 'cancelled' });
        return { kind: 'succeeded', reference: 'ch_late' } as const;
      },
    };
    await shop.settle(claim, declined);
    const { key, customerId, orderIds, method } = shop.request([other]);
    const pay = createCheckOut({ ...store, provider, wakeup, world }, { reconcileAfterMs: 15_000 });
    const { response: answer } = (
      await pay({ key, customerId, orderIds, method, requestId: 'r' })
    )._unsafeUnwrap();
    expect(answer.status).toBe('cancelled');
    expect(await statusOf()).toBe('returned');
  });

  test('is seen by the event that proves it, and by no other', async () => {
    await shop.settle(claim, { kind: 'cancelled' });
    const reconciler = createPaymentRecovery({ ...store, provider: silentProvider, wakeup, world });
    const act = createActOnEvent({ ...store, reconciler, wakeup, world });
    const event = (succeeded: boolean, paymentId: string | null = claim.checkoutId) => ({
      id: 'evt_1',
      type: 'payment_intent.anything',
      subject: { kind: 'payment', paymentId, reference: 'ch_late', succeeded } as const,
    });
    expect(await value(act(event(false)))).toBe(true);
    expect(await value(act(event(true, null)))).toBe(true);
    expect(await statusOf()).toBe('cancelled');
    expect(await value(act(event(true)))).toBe(true);
    expect(await value(act(event(true)))).toBe(true);
    expect(await statusOf()).toBe('returned');
    expect((await refunds()).items).toHaveLength(1);
  });
});
