import { beforeEach, describe, expect, test } from 'bun:test';
import { ok } from 'neverthrow';
import type { Claim } from '../../core/audit.ts';
import { lateRefundReason } from '../../core/judgeRefund.ts';
import type { Order } from '../../core/order.ts';
import type { ChargeOutcome } from '../../core/provider.ts';
import { createCheckOut } from '../../core/usecases/checkOut.ts';
import { createActOnEvent } from '../../core/usecases/providerEvents.ts';
import { createPaymentRecovery } from '../../core/usecases/recoverPayments.ts';
import { createRefundLateCharge } from '../../core/usecases/refundLateCharge.ts';
import { createFixture, declined, defined, providerUnavailable, unwrap } from '../contracts/fixture.ts';
import { createMemoryStore } from '../model/store.ts';
import { createTestWorld } from '../world.ts';
import { createScriptedProvider, unreachableProvider } from './providers.ts';

describe('Late charges', () => {
  let world = createTestWorld();
  let store = createMemoryStore(world);
  let fixture = createFixture(store, world);
  let order: Order;
  let claim: Claim;
  let wakeups = 0;

  const wakeup = {
    notify: () => {
      wakeups++;
    },
    listen: () => () => {},
  };
  const listRefunds = () =>
    unwrap(store.refunds.list({ orderId: null, status: null, after: null, limit: 100 }));
  const statusOf = async () => defined(await unwrap(store.audits.find(claim.checkoutId))).payment.status;
  const refundLateCharge = () =>
    unwrap(createRefundLateCharge({ ...store, wakeup, world })(claim.checkoutId, 'ch_late'));

  beforeEach(async () => {
    world = createTestWorld();
    store = createMemoryStore(world);
    fixture = createFixture(store, world);
    order = await fixture.placeOrder(await fixture.createProduct());
    claim = await fixture.claimCheckout(fixture.checkoutRequest([order]));
    wakeups = 0;
  });

  test.each<[string, ChargeOutcome]>([
    ['declined', declined],
    ['cancelled', { kind: 'cancelled' }],
    ['released', providerUnavailable],
  ])('A late charge of a payment that was %s is refunded completely, and only once', async (_, outcome) => {
    await fixture.recordOutcome(claim, outcome);
    expect(await Promise.all([refundLateCharge(), refundLateCharge(), refundLateCharge()])).toEqual([
      true,
      false,
      false,
    ]);
    const { items } = await listRefunds();
    expect(items).toMatchObject([
      {
        orderId: null,
        paymentId: claim.checkoutId,
        amount: claim.amount,
        status: 'requested',
        reason: lateRefundReason,
      },
    ]);
    expect(await statusOf()).toBe('refunded');
    expect((await fixture.findOrder(order.id)).status).toBe('pending');
    expect(wakeups).toBe(1);
    const refund = defined(await unwrap(store.refunds.find(defined(items[0]).id)));
    expect(refund).toMatchObject({ chargeReference: 'ch_late', order: { id: order.id } });
  });

  test('The key of a late charge is spent: a retry is cancelled, and charges nothing', async () => {
    const { key, customerId, orderIds, method } = fixture.checkoutRequest([order]);
    const again = fixture.checkoutRequest([order], { key, customerId, orderIds, method });
    await fixture.recordOutcome(claim, declined);
    const second = await fixture.claimCheckout(again);
    await fixture.recordOutcome(second, providerUnavailable);
    claim = second;
    expect(await refundLateCharge()).toBe(true);
    const provider = createScriptedProvider();
    const pay = createCheckOut({ ...store, provider, wakeup, world }, { reconcileAfterMs: 15_000 });
    const retried = await pay({ key, customerId, orderIds, method, requestId: 'r' });
    expect(retried._unsafeUnwrap()).toMatchObject({ replayed: true, response: { status: 'cancelled' } });
    expect(provider.calls).toEqual([]);
  });

  test('A charge of an open or succeeded payment is not a late charge', async () => {
    expect(await refundLateCharge()).toBe(false);
    await fixture.recordOutcome(claim, { kind: 'succeeded', reference: 'ch_1' });
    expect(await refundLateCharge()).toBe(false);
    expect((await listRefunds()).items).toEqual([]);
    expect(await statusOf()).toBe('succeeded');
  });

  test('A charge of an unknown payment is ignored', async () => {
    expect(
      await unwrap(createRefundLateCharge({ ...store, wakeup, world })(fixture.newId(), 'ch_late')),
    ).toBe(false);
  });

  test('A checkout refunds its charge if recovery cancelled the payment during the charge', async () => {
    const other = await fixture.placeOrder(await fixture.createProduct());
    const provider = {
      ...unreachableProvider,
      charge: async () => {
        const query = {
          nowMs: fixture.now() + 15_000,
          nextRecoveryAtMs: () => Number.MAX_SAFE_INTEGER,
          limit: 9,
        };
        const [openClaim] = await unwrap(store.audits.claimOpenPayments({ ...query, onlyPaymentId: null }));
        claim = defined(openClaim);
        await fixture.recordOutcome(claim, { kind: 'cancelled' });
        return { kind: 'succeeded', reference: 'ch_late' } as const;
      },
    };
    await fixture.recordOutcome(claim, declined);
    const { key, customerId, orderIds, method } = fixture.checkoutRequest([other]);
    const pay = createCheckOut({ ...store, provider, wakeup, world }, { reconcileAfterMs: 15_000 });
    const { response } = (await pay({ key, customerId, orderIds, method, requestId: 'r' }))._unsafeUnwrap();
    expect(response.status).toBe('cancelled');
    expect(await statusOf()).toBe('refunded');
  });

  test('An event requests a late refund only if it proves the charge', async () => {
    await fixture.recordOutcome(claim, { kind: 'cancelled' });
    const recovery = createPaymentRecovery({ ...store, provider: unreachableProvider, wakeup, world });
    const act = createActOnEvent({ ...store, recovery, followCharge: async () => ok(true), wakeup, world });
    const event = (succeeded: boolean, paymentId: string | null = claim.checkoutId) => ({
      id: 'evt_1',
      type: 'payment_intent.anything',
      subject: { kind: 'payment', paymentId, reference: 'ch_late', succeeded } as const,
    });
    expect(await unwrap(act(event(false)))).toBe(true);
    expect(await unwrap(act(event(true, null)))).toBe(true);
    expect(await statusOf()).toBe('cancelled');
    expect(await unwrap(act(event(true)))).toBe(true);
    expect(await unwrap(act(event(true)))).toBe(true);
    expect(await statusOf()).toBe('refunded');
    expect((await listRefunds()).items).toHaveLength(1);
  });
});
