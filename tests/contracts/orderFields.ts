import { describe, expect, test } from 'bun:test';
import type { CheckoutResponse, OpenClaim } from '../../core/audit.ts';
import { lateRefundReason } from '../../core/judgeRefund.ts';
import type { OrderDetail } from '../../core/order.ts';
import type { Payment } from '../../core/payment.ts';
import type { Refund, RefundCommand, RefundDetail, RefundQuery } from '../../core/refund.ts';
import { createAllFieldsOrderFixture } from './allFieldsOrder.ts';
import { type AllFieldsSet, expectAllFieldsSet } from './allFieldsSet.ts';
import { declined, defined, refundFailed, refundSucceeded, requiresAction, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/**
 * Every read of an order, its payment and its refund returns all fields. The tests compare complete objects with
 * every field set, so that no read can omit a field.
 */
export const orderFieldsContract = (name: string, open: OpenStore): void => {
  describe(`${name}: fields of orders`, () => {
    const context = useFreshStore(open);
    const { placeAndClaim, payAndLease, payAndLeaseFirstStep, expectListed, expectPayment } =
      createAllFieldsOrderFixture(() => context());

    test('Each response of a checkout has all fields of its orders and payment', async () => {
      const { fixture, store, world } = context();
      const { request, claim, paying, claimedAtMs, orderAs } = await placeAndClaim();
      const { checkoutId, amount, method } = claim;

      const recovered: AllFieldsSet<OpenClaim> = { ...claim, attempt: 2, claimedAtMs };
      world.advance(60_000);
      const query = {
        nowMs: fixture.now(),
        nextRecoveryAtMs: () => fixture.now() + 1,
        limit: 9,
        onlyPaymentId: checkoutId,
      };
      expect(await unwrap(store.audits.claimOpenPayments(query))).toEqual([recovered]);

      const openPayment: Omit<AllFieldsSet<Payment>, 'declineCode'> & { readonly declineCode: null } = {
        id: checkoutId,
        status: 'requires_action',
        amount,
        method,
        reference: requiresAction.reference,
        declineCode: null,
        action: { clientSecret: 'secret_1', redirectUrl: 'https://bank.example/1' },
      };
      const outcome = { ...requiresAction, action: openPayment.action };
      const recorded = await fixture.recordOutcome(recovered, outcome);
      const status = 'requires_action';
      const response: CheckoutResponse = {
        status,
        checkoutId,
        number: claim.number,
        requestId: 'request-1',
        payment: openPayment,
        orders: [paying],
      };
      expect(recorded).toEqual({ applied: true, paymentStatus: status, response });
      await expectPayment(openPayment, paying, claimedAtMs);
      const replay = async () => (await fixture.tryClaimCheckout(request))._unsafeUnwrapErr();
      expect(await replay()).toEqual({ kind: 'already_answered', response });

      world.advance(1_000);
      expect(await fixture.recordOutcome(recovered, declined)).toEqual({
        applied: true,
        paymentStatus: 'declined',
        response,
      });
      const pending = orderAs('pending', checkoutId, fixture.now());
      const { declineCode } = declined;
      const finalPayment: Payment = { ...openPayment, status: 'declined', declineCode, action: null };
      await expectPayment(finalPayment, pending, claimedAtMs);
      await expectListed(pending);
      expect(await replay()).toEqual({ kind: 'already_answered', response });
    });

    test('A cancelled order and the order of a refunded late charge have all fields', async () => {
      const { fixture, store, world } = context();
      const { claim, claimedAtMs, orderAs, contact } = await placeAndClaim();
      const { checkoutId, amount, method } = claim;
      const { response } = await fixture.recordOutcome(claim, declined);
      const payment: Payment = {
        ...{ id: checkoutId, status: 'declined', amount, method },
        ...{ reference: null, declineCode: declined.declineCode, action: null },
      };
      expect(defined(response).payment).toEqual(payment);
      await expectPayment(payment, orderAs('pending', checkoutId, fixture.now()), claimedAtMs);

      world.advance(1_000);
      const cancelled = orderAs('cancelled', checkoutId, fixture.now());
      expect(await unwrap(store.orders.cancel(cancelled.id, cancelled.customerId, fixture.now()))).toEqual(
        cancelled,
      );
      await expectListed(cancelled);

      const ids = { refundId: fixture.newId(), taskId: fixture.newId(), paymentId: checkoutId };
      const late = { ...ids, reference: 'ch_late', response: defined(response) };
      expect(await unwrap(store.refunds.refundLateCharge(late, fixture.now()))).toBe(true);
      const refund: RefundDetail = {
        ...{ id: ids.refundId, orderId: null, paymentId: checkoutId, amount, reason: lateRefundReason },
        ...{
          origin: 'system',
          restock: null,
          status: 'requested',
          creditNote: null,
          creditedLine: null,
          error: null,
        },
        ...{ createdAtMs: fixture.now(), updatedAtMs: fixture.now(), chargeReference: 'ch_late' },
        ...{ disputed: false, order: cancelled, contact },
      };
      expect(await fixture.findRefund(refund.id)).toEqual(refund);
    });

    test('A completed order and its invoice and licences have all fields', async () => {
      const { fixture, world } = context();
      const { lease, claim, completed, licences, paid } = await payAndLease();
      world.advance(1_000);
      await fixture.report(lease, { kind: 'done', detail: 'by mail' });
      await expectListed(completed);
      const issuedAtMs = fixture.now() - 2_000;
      const invoice = { number: '2026-000001', issuedAtMs };
      const payment: Payment = {
        ...{ id: claim.checkoutId, status: 'succeeded', amount: claim.amount, method: claim.method },
        ...{ reference: 'ch_9', declineCode: null, action: null },
      };
      const { history, ...detail } = await fixture.findOrder(paid.id);
      const expected: Omit<OrderDetail, 'history'> = {
        ...completed,
        payment,
        invoice,
        licences,
        bookings: [],
        shipment: null,
        refunded: { ...completed.total, amount: 0 },
      };
      expect(detail).toEqual(expected);
      const row = (seq: number, state: string, atMs: number, detail: string | null = null) => ({
        ...{ seq, state, atMs, detail },
      });
      expect(history).toEqual([
        row(1, 'pending', completed.createdAtMs),
        row(2, 'paying', completed.createdAtMs + 1_000),
        row(3, 'paid', paid.updatedAtMs),
        row(4, 'licence_issued', issuedAtMs),
        row(5, 'invoiced', issuedAtMs, invoice.number),
        row(6, 'completed', issuedAtMs),
        row(7, 'customer_notified', fixture.now(), 'by mail'),
      ]);
    });

    test('A failed order and a retried order have all fields', async () => {
      const { fixture, store, world } = context();
      const { lease, claim, orderAs } = await payAndLeaseFirstStep();
      world.advance(1_000);
      await fixture.report(lease, { kind: 'failed', error: 'no such mailbox' });
      await expectListed(orderAs('failed', claim.checkoutId, fixture.now()));
      expect(await unwrap(store.queue.retry([lease.taskId], fixture.now()))).toBe(1);
      await expectListed(orderAs('paid', claim.checkoutId, fixture.now()));
    });

    test('A refund has all fields in each read, and so does its order', async () => {
      const { fixture, store, world } = context();
      const { lease, claim, orderAs, contact, paid, completed } = await payAndLease();
      await fixture.report(lease, { kind: 'done', detail: null });
      world.advance(1_000);
      const command: Omit<AllFieldsSet<RefundCommand>, 'command' | 'traceparent'> = {
        ...{ refundId: fixture.newId(), taskId: fixture.newId(), key: fixture.newId() },
        ...{ orderId: paid.id, amount: paid.total, origin: 'operator', reason: 'torn', restock: true },
      };
      const requested: Refund = {
        ...{ id: command.refundId, orderId: paid.id, paymentId: claim.checkoutId, amount: paid.total },
        ...{ origin: 'operator', reason: command.reason, restock: true },
        ...{ status: 'requested', creditNote: null, creditedLine: null, error: null },
        ...{ createdAtMs: fixture.now(), updatedAtMs: fixture.now() },
      };
      const request = async () => unwrap(store.refunds.request(command, fixture.now()));
      expect(await request()).toEqual({ refund: requested, replayed: false });
      const chargeReference = 'ch_9';
      const before = { ...requested, chargeReference, disputed: false, order: completed, contact };
      expect(await fixture.findRefund(requested.id)).toEqual(before);

      world.advance(1_000);
      await fixture.finishRefund(requested.id, refundSucceeded);
      const refunded = orderAs('refunded', claim.checkoutId, fixture.now());
      await expectListed(refunded);
      world.advance(1_000);
      await fixture.finishRefund(requested.id, refundFailed);
      const refund: AllFieldsSet<Refund> = expectAllFieldsSet({
        ...{ ...requested, orderId: paid.id, paymentId: claim.checkoutId, restock: true },
        ...{ status: 'failed', updatedAtMs: fixture.now() },
        ...{ creditNote: 'CN-2026-000001', error: refundFailed.reason },
        creditedLine: { invoice: '2026-000001', line: 1 },
      });
      const detail: AllFieldsSet<RefundDetail> = {
        ...{ ...refund, chargeReference, disputed: false },
        ...{ order: refunded, contact },
      };
      expect(await fixture.findRefund(requested.id)).toEqual(detail);
      expect(await request()).toEqual({ refund, replayed: true });
      const filtersByField: Readonly<Record<keyof RefundQuery, Partial<RefundQuery>>> = {
        orderId: { orderId: paid.id },
        status: { status: 'failed' },
        after: { after: 'ffffffff-ffff-7fff-bfff-ffffffffffff' },
        limit: { limit: 1 },
      };
      const any: RefundQuery = { orderId: null, status: null, after: null, limit: 100 };
      for (const filter of Object.values(filtersByField))
        expect((await unwrap(store.refunds.list({ ...any, ...filter }))).items).toEqual([refund]);
    });
  });
};
