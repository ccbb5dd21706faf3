import { describe, expect, test } from 'bun:test';
import type { CheckoutResponse, Claim } from '../../core/audit.ts';
import { lateKey, lateReason } from '../../core/refundRequest.ts';
import { freshPlace, type Open } from './open.ts';
import { challenged, declined, known, lost, refused, released, returned, succeeded, value } from './shop.ts';

/** Money that came when its payment had been given up. */
export const lateMoneyContract = (name: string, open: Open): void => {
  describe(`${name}: late money`, () => {
    const place = freshPlace(open);
    const cancelled = { kind: 'cancelled' } as const;

    const claimed = async () => {
      const { shop } = place();
      const orders = await shop.orders([await shop.product(), await shop.product()]);
      const request = shop.request(orders);
      return { request, orders, claim: await shop.claimed(request) };
    };

    const returnLate = (claim: Claim) => {
      const { shop, store } = place();
      const { payment, orders } = known(shop.settlement(claim, cancelled).response);
      const answer: CheckoutResponse = {
        status: 'cancelled',
        checkoutId: claim.checkoutId,
        requestId: claim.checkoutId,
        payment,
        orders,
      };
      const late = { refundId: shop.freshId(), taskId: shop.freshId(), paymentId: claim.checkoutId };
      return value(store.refunds.refundLateCharge({ ...late, reference: 'ch_late', answer }, shop.now()));
    };

    const refundsOf = async () =>
      (await value(place().store.refunds.list({ orderId: null, status: null, after: null, limit: 100 })))
        .items;

    test.each([
      ['declined', declined, 'card_declined'],
      ['cancelled', cancelled, null],
      ['released', released, null],
    ] as const)('%s: it is sent back, whole and once', async (_, outcome, declineCode) => {
      const { shop, store, world } = place();
      const { claim, orders } = await claimed();
      await shop.settle(claim, outcome);
      const before = await Promise.all(orders.map(({ id }) => shop.detail(id)));
      world.advance(70);
      expect(await returnLate(claim)).toBe(true);
      const { payment, updatedAtMs } = known(await value(store.audits.find(claim.checkoutId)));
      expect(updatedAtMs).toBe(shop.now());
      expect(payment).toMatchObject({ status: 'returned', reference: 'ch_late', declineCode, action: null });

      const [refund] = await refundsOf();
      expect(refund).toEqual({
        id: expect.any(String),
        orderId: null,
        paymentId: claim.checkoutId,
        amount: claim.amount,
        reason: lateReason,
        status: 'requested',
        creditNote: null,
        error: null,
        createdAtMs: shop.now(),
        updatedAtMs: shop.now(),
      });
      const detail = await shop.refundDetail(known(refund).id);
      expect(detail).toMatchObject({ chargeReference: 'ch_late', order: { id: known(orders[0]).id } });
      expect(await shop.tasks()).toMatchObject([
        { pipeline: 'refund', step: 'return_money', jobId: known(refund).id, orderId: null, state: 'ready' },
      ]);

      expect(await returnLate(claim)).toBe(false);
      expect(await refundsOf()).toHaveLength(1);
      const after = await Promise.all(orders.map(({ id }) => shop.detail(id)));
      expect(after).toEqual(before.map((each) => ({ ...each, payment })));
    });

    test.each([
      ['initiated', null],
      ['unknown', lost],
      ['waiting for the customer', challenged],
      ['succeeded', succeeded],
    ] as const)('a payment that is %s is left alone', async (_, outcome) => {
      const { shop, store } = place();
      const { claim } = await claimed();
      if (outcome !== null) await shop.settle(claim, outcome);
      const before = await value(store.audits.find(claim.checkoutId));
      expect(await returnLate(claim)).toBe(false);
      expect(await value(store.audits.find(claim.checkoutId))).toEqual(before);
      expect(await refundsOf()).toEqual([]);
      expect(await shop.tasks({ pipeline: 'refund' })).toEqual([]);
      expect(await returnLate({ ...claim, checkoutId: shop.freshId() })).toBe(false);
    });

    test('the key is spent, and answers what it answered', async () => {
      const { shop } = place();
      for (const outcome of [declined, released]) {
        const { claim, request } = await claimed();
        const { response: first } = await shop.settle(claim, outcome);
        await returnLate(claim);
        const again = (await shop.claim(request))._unsafeUnwrapErr();
        if (again.kind !== 'already_answered') throw new Error(again.kind);
        expect(again.response.status).toBe(outcome === declined ? 'declined' : 'cancelled');
        if (first !== null) expect(again.response).toEqual(first);
      }
    });

    test('its orders may be paid by another key, and are not touched by what becomes of the refund', async () => {
      const { shop, store } = place();
      const { claim, orders } = await claimed();
      await shop.settle(claim, declined);
      const [taskId] = await shop.pay(await Promise.all(orders.map(({ id }) => shop.detail(id))));
      await returnLate(claim);
      const { id } = known((await refundsOf())[0]);
      const before = await Promise.all(orders.map((order) => shop.detail(order.id)));
      expect(await shop.settleRefund(id, returned)).toBe(true);
      expect(await shop.refundDetail(id)).toMatchObject({ status: 'succeeded', creditNote: null });
      expect(await shop.settleRefund(id, refused)).toBe(true);
      expect(await shop.refundDetail(id)).toMatchObject({ status: 'failed', error: 'charge_disputed' });
      expect(await Promise.all(orders.map((order) => shop.detail(order.id)))).toEqual(before);
      expect(await shop.task(known(taskId))).toMatchObject({ state: 'ready' });
      expect((await shop.refund(known(orders[0]).id)).amount).toEqual(known(orders[0]).total);
      expect(known(await value(store.audits.find(claim.checkoutId))).payment.status).toBe('returned');
    });

    test('what is returned is not settled, nor asked about', async () => {
      const { shop, store, world } = place();
      const { claim } = await claimed();
      await shop.settle(claim, cancelled);
      await returnLate(claim);
      for (const outcome of [succeeded, declined, cancelled, released, lost])
        expect(await shop.settle(claim, outcome)).toMatchObject({
          applied: false,
          paymentStatus: 'returned',
        });
      world.advance(1_000_000);
      const query = { nowMs: shop.now(), againAtMs: () => shop.now(), limit: 10 };
      for (const only of [null, claim.checkoutId])
        expect(await value(store.audits.claimOpenPayments({ ...query, only }))).toEqual([]);
    });

    test('of many that find it at once, one sends it back', async () => {
      const { shop } = place();
      const { claim } = await claimed();
      await shop.settle(claim, declined);
      await shop.crowd();
      const answers = await Promise.all(Array.from({ length: 16 }, () => returnLate(claim)));
      expect(answers.filter((wrote) => wrote)).toHaveLength(1);
      expect(await refundsOf()).toHaveLength(1);
      const again = shop.command(known(claim.orders[0]).id, { key: lateKey(claim.checkoutId) });
      expect((await place().store.refunds.request(again, shop.now()))._unsafeUnwrapErr().kind).toBe(
        'idempotency_key_reused',
      );
    });

    test('a key that is sent again while its money comes back: one of them has it', async () => {
      const { shop } = place();
      for (let round = 0; round < 6; round++) {
        const { claim, request } = await claimed();
        await shop.settle(claim, released);
        const before = (await refundsOf()).length;
        await shop.crowd();
        const [again, wrote] = await Promise.all([shop.claim(request), returnLate(claim)]);
        expect(again.isOk()).toBe(!wrote);
        expect(await refundsOf()).toHaveLength(before + (wrote ? 1 : 0));
        if (again.isErr()) expect(again.error.kind).toBe('already_answered');
        else await shop.settle(again.value, succeeded);
      }
    });
  });
};
