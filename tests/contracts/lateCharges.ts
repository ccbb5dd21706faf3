import { describe, expect, test } from 'bun:test';
import type { CheckoutResponse, Claim } from '../../core/audit.ts';
import { lateRefundKey, lateRefundReason } from '../../core/judgeRefund.ts';
import {
  declined,
  defined,
  providerUnavailable,
  refundFailed,
  refundSucceeded,
  requiresAction,
  succeeded,
  unknownOutcome,
  unwrap,
} from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** Charges that succeeded after their payment was declined, cancelled or released. */
export const lateChargesContract = (name: string, open: OpenStore): void => {
  describe(`${name}: late charges`, () => {
    const context = useFreshStore(open);
    const cancelled = { kind: 'cancelled' } as const;

    const placeAndClaim = async () => {
      const { fixture } = context();
      const orders = await fixture.placeOrders([
        await fixture.createProduct(),
        await fixture.createProduct(),
      ]);
      const request = fixture.checkoutRequest(orders);
      return { request, orders, claim: await fixture.claimCheckout(request) };
    };

    const refundLateCharge = (claim: Claim) => {
      const { fixture, store } = context();
      const { payment, orders } = defined(fixture.outcomeRecord(claim, cancelled).response);
      const response: CheckoutResponse = {
        status: 'cancelled',
        checkoutId: claim.checkoutId,
        number: claim.number,
        requestId: claim.checkoutId,
        payment,
        orders,
      };
      const late = { refundId: fixture.newId(), taskId: fixture.newId(), paymentId: claim.checkoutId };
      return unwrap(
        store.refunds.refundLateCharge({ ...late, reference: 'ch_late', response }, fixture.now()),
      );
    };

    const listRefunds = async () =>
      (await unwrap(context().store.refunds.list({ orderId: null, status: null, after: null, limit: 100 })))
        .items;

    test.each([
      ['declined', declined, 'card_declined'],
      ['cancelled', cancelled, null],
      ['released', providerUnavailable, null],
    ] as const)(
      'A late charge of a %s payment is refunded in full and once',
      async (_, outcome, declineCode) => {
        const { fixture, store, world } = context();
        const { claim, orders } = await placeAndClaim();
        await fixture.recordOutcome(claim, outcome);
        const before = await Promise.all(orders.map(({ id }) => fixture.findOrder(id)));
        world.advance(70);
        expect(await refundLateCharge(claim)).toBe(true);
        const { payment, updatedAtMs } = defined(await unwrap(store.audits.find(claim.checkoutId)));
        expect(updatedAtMs).toBe(fixture.now());
        expect(payment).toMatchObject({
          status: 'refunded',
          reference: 'ch_late',
          declineCode,
          action: null,
        });

        const [refund] = await listRefunds();
        expect(refund).toEqual({
          id: expect.any(String),
          orderId: null,
          paymentId: claim.checkoutId,
          amount: claim.amount,
          origin: 'system',
          reason: lateRefundReason,
          restock: null,
          status: 'requested',
          creditNote: null,
          creditedLine: null,
          error: null,
          createdAtMs: fixture.now(),
          updatedAtMs: fixture.now(),
        });
        const detail = await fixture.findRefund(defined(refund).id);
        expect(detail).toMatchObject({ chargeReference: 'ch_late', order: { id: defined(orders[0]).id } });
        expect(await fixture.listTasks()).toMatchObject([
          {
            pipeline: 'refund',
            step: 'refund_charge',
            jobId: defined(refund).id,
            checkoutId: null,
            orderIds: [],
            state: 'ready',
          },
        ]);

        expect(await refundLateCharge(claim)).toBe(false);
        expect(await listRefunds()).toHaveLength(1);
        const after = await Promise.all(orders.map(({ id }) => fixture.findOrder(id)));
        expect(after).toEqual(before.map((each) => ({ ...each, payment })));
      },
    );

    test.each([
      ['initiated', null],
      ['unknown', unknownOutcome],
      ['in requires_action', requiresAction],
      ['succeeded', succeeded],
    ] as const)('A late charge does not change a payment that is %s', async (_, outcome) => {
      const { fixture, store } = context();
      const { claim } = await placeAndClaim();
      if (outcome !== null) await fixture.recordOutcome(claim, outcome);
      const before = await unwrap(store.audits.find(claim.checkoutId));
      expect(await refundLateCharge(claim)).toBe(false);
      expect(await unwrap(store.audits.find(claim.checkoutId))).toEqual(before);
      expect(await listRefunds()).toEqual([]);
      expect(await fixture.listTasks({ pipeline: 'refund' })).toEqual([]);
      expect(await refundLateCharge({ ...claim, checkoutId: fixture.newId() })).toBe(false);
    });

    test('The key of a late charge is spent and keeps its stored response', async () => {
      const { fixture } = context();
      for (const outcome of [declined, providerUnavailable]) {
        const { claim, request } = await placeAndClaim();
        const { response: first } = await fixture.recordOutcome(claim, outcome);
        await refundLateCharge(claim);
        const again = (await fixture.tryClaimCheckout(request))._unsafeUnwrapErr();
        if (again.kind !== 'already_answered') throw new Error(again.kind);
        expect(again.response.status).toBe(outcome === declined ? 'declined' : 'cancelled');
        if (first !== null) expect(again.response).toEqual(first);
      }
    });

    test('The orders of a late charge can be paid under another key, and its refund does not change them', async () => {
      const { fixture, store } = context();
      const { claim, orders } = await placeAndClaim();
      await fixture.recordOutcome(claim, declined);
      const [taskId] = await fixture.pay(await Promise.all(orders.map(({ id }) => fixture.findOrder(id))));
      await refundLateCharge(claim);
      const { id } = defined((await listRefunds())[0]);
      const before = await Promise.all(orders.map((order) => fixture.findOrder(order.id)));
      expect(await fixture.finishRefund(id, refundSucceeded)).toBe(true);
      expect(await fixture.findRefund(id)).toMatchObject({ status: 'succeeded', creditNote: null });
      expect(await fixture.finishRefund(id, refundFailed)).toBe(true);
      expect(await fixture.findRefund(id)).toMatchObject({ status: 'failed', error: 'charge_disputed' });
      expect(await Promise.all(orders.map((order) => fixture.findOrder(order.id)))).toEqual(before);
      expect(await fixture.findTask(defined(taskId))).toMatchObject({ state: 'ready' });
      expect((await fixture.requestRefund(defined(orders[0]).id)).amount).toEqual(defined(orders[0]).total);
      expect(defined(await unwrap(store.audits.find(claim.checkoutId))).payment.status).toBe('refunded');
    });

    test('A refunded late payment accepts no outcome and is not claimed for recovery', async () => {
      const { fixture, store, world } = context();
      const { claim } = await placeAndClaim();
      await fixture.recordOutcome(claim, cancelled);
      await refundLateCharge(claim);
      for (const outcome of [succeeded, declined, cancelled, providerUnavailable, unknownOutcome])
        expect(await fixture.recordOutcome(claim, outcome)).toMatchObject({
          applied: false,
          paymentStatus: 'refunded',
        });
      world.advance(1_000_000);
      const query = { nowMs: fixture.now(), nextRecoveryAtMs: () => fixture.now(), limit: 10 };
      for (const onlyPaymentId of [null, claim.checkoutId])
        expect(await unwrap(store.audits.claimOpenPayments({ ...query, onlyPaymentId }))).toEqual([]);
    });

    test('Only one of many concurrent refunds of a late charge is written', async () => {
      const { fixture } = context();
      const { claim } = await placeAndClaim();
      await fixture.recordOutcome(claim, declined);
      await fixture.openConnections();
      const results = await Promise.all(Array.from({ length: 16 }, () => refundLateCharge(claim)));
      expect(results.filter((written) => written)).toHaveLength(1);
      expect(await listRefunds()).toHaveLength(1);
      const again = fixture.refundCommand(defined(claim.orders[0]).id, {
        key: lateRefundKey(claim.checkoutId),
      });
      expect((await context().store.refunds.request(again, fixture.now()))._unsafeUnwrapErr().kind).toBe(
        'idempotency_key_reused',
      );
    });

    test('Either a new attempt under the key or the refund of the late charge gets the payment', async () => {
      const { fixture } = context();
      for (let round = 0; round < 6; round++) {
        const { claim, request } = await placeAndClaim();
        await fixture.recordOutcome(claim, providerUnavailable);
        const before = (await listRefunds()).length;
        await fixture.openConnections();
        const [again, written] = await Promise.all([
          fixture.tryClaimCheckout(request),
          refundLateCharge(claim),
        ]);
        expect(again.isOk()).toBe(!written);
        expect(await listRefunds()).toHaveLength(before + (written ? 1 : 0));
        if (again.isErr()) expect(again.error.kind).toBe('already_answered');
        else await fixture.recordOutcome(again.value, succeeded);
      }
    });
  });
};
