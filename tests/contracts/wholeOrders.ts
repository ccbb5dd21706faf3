import { describe, expect, test } from 'bun:test';
import type { CheckoutResponse, OpenClaim } from '../../core/audit.ts';
import type { OrderDetail } from '../../core/order.ts';
import type { Payment } from '../../core/payment.ts';
import type { Refund, RefundCommand, RefundDetail, RefundQuery } from '../../core/refund.ts';
import { lateReason } from '../../core/refundRequest.ts';
import { expectFull, type Full } from './full.ts';
import { freshPlace, type Open } from './open.ts';
import { challenged, declined, known, refused, returned, value } from './shop.ts';
import { wholeOrderIn } from './wholeOrder.ts';

/**
 * An order with every field set, with its payment and its refund, in all that answers them. Whole objects are
 * compared, so that no way of reading an order can leave a field out.
 */
export const wholeOrdersContract = (name: string, open: Open): void => {
  describe(`${name}: whole orders`, () => {
    const place = freshPlace(open);
    const { claimed, leased, expectListed, expectPayment } = wholeOrderIn(() => place());

    test('an order and its payment are whole in each answer of a checkout', async () => {
      const { shop, store, world } = place();
      const { request, claim, paying, claimedAtMs, orderAs } = await claimed();
      const { checkoutId, amount, method } = claim;

      const recovered: Full<OpenClaim> = { ...claim, attempt: 2, claimedAtMs };
      world.advance(60_000);
      const query = { nowMs: shop.now(), againAtMs: () => shop.now() + 1, limit: 9, only: checkoutId };
      expect(await value(store.audits.claimOpenPayments(query))).toEqual([recovered]);

      const waiting: Omit<Full<Payment>, 'declineCode'> & { readonly declineCode: null } = {
        id: checkoutId,
        status: 'requires_action',
        amount,
        method,
        reference: challenged.reference,
        declineCode: null,
        action: { clientSecret: 'secret_1', redirectUrl: 'https://bank.example/1' },
      };
      const outcome = { ...challenged, action: waiting.action };
      const settled = await shop.settle(recovered, outcome);
      const status = 'requires_action';
      const answer: CheckoutResponse = {
        status,
        checkoutId,
        requestId: 'request-1',
        payment: waiting,
        orders: [paying],
      };
      expect(settled).toEqual({ applied: true, paymentStatus: status, response: answer });
      await expectPayment(waiting, paying, claimedAtMs);
      const replay = async () => (await shop.claim(request))._unsafeUnwrapErr();
      expect(await replay()).toEqual({ kind: 'already_answered', response: answer });

      world.advance(1_000);
      expect(await shop.settle(recovered, declined)).toEqual({
        applied: true,
        paymentStatus: 'declined',
        response: answer,
      });
      const pending = orderAs('pending', checkoutId, shop.now());
      const { declineCode } = declined;
      const gone: Payment = { ...waiting, status: 'declined', declineCode, action: null };
      await expectPayment(gone, pending, claimedAtMs);
      await expectListed(pending);
      expect(await replay()).toEqual({ kind: 'already_answered', response: answer });
    });

    test('a cancelled order is whole, and so is the one that late money is given back for', async () => {
      const { shop, store, world } = place();
      const { claim, claimedAtMs, orderAs, contact } = await claimed();
      const { checkoutId, amount, method } = claim;
      const { response: answer } = await shop.settle(claim, declined);
      const payment: Payment = {
        ...{ id: checkoutId, status: 'declined', amount, method },
        ...{ reference: null, declineCode: declined.declineCode, action: null },
      };
      expect(known(answer).payment).toEqual(payment);
      await expectPayment(payment, orderAs('pending', checkoutId, shop.now()), claimedAtMs);

      world.advance(1_000);
      const cancelled = orderAs('cancelled', checkoutId, shop.now());
      expect(await value(store.orders.cancel(cancelled.id, cancelled.customerId, shop.now()))).toEqual(
        cancelled,
      );
      await expectListed(cancelled);

      const ids = { refundId: shop.freshId(), taskId: shop.freshId(), paymentId: checkoutId };
      const late = { ...ids, reference: 'ch_late', answer: known(answer) };
      expect(await value(store.refunds.refundLateCharge(late, shop.now()))).toBe(true);
      const refund: RefundDetail = {
        ...{ id: ids.refundId, orderId: null, paymentId: checkoutId, amount, reason: lateReason },
        ...{ status: 'requested', creditNote: null, error: null },
        ...{ createdAtMs: shop.now(), updatedAtMs: shop.now(), chargeReference: 'ch_late' },
        ...{ order: cancelled, contact },
      };
      expect(await shop.refundDetail(refund.id)).toEqual(refund);
    });

    test('a completed order is whole, and so is what was issued for it', async () => {
      const { shop, world } = place();
      const { lease, claim, orderAs, licences, paid } = await leased();
      world.advance(1_000);
      await shop.report(lease, { kind: 'done', detail: 'by mail' });
      const completed = orderAs('completed', claim.checkoutId, shop.now());
      await expectListed(completed);
      const issuedAtMs = shop.now() - 2_000;
      const invoice = { number: '2026-000001', issuedAtMs };
      const payment: Payment = {
        ...{ id: claim.checkoutId, status: 'succeeded', amount: claim.amount, method: claim.method },
        ...{ reference: 'ch_9', declineCode: null, action: null },
      };
      const { history, ...detail } = await shop.detail(paid.id);
      const expected: Omit<OrderDetail, 'history'> = { ...completed, payment, invoice, licences };
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
        row(6, 'customer_notified', shop.now(), 'by mail'),
        row(7, 'completed', shop.now()),
      ]);
    });

    test('a failed order is whole, and so is one that an operator sends on', async () => {
      const { shop, store, world } = place();
      const { lease, claim, orderAs } = await leased();
      world.advance(1_000);
      await shop.report(lease, { kind: 'failed', error: 'no such mailbox' });
      await expectListed(orderAs('failed', claim.checkoutId, shop.now()));
      expect(await value(store.queue.retry([lease.taskId], shop.now()))).toBe(1);
      await expectListed(orderAs('paid', claim.checkoutId, shop.now()));
    });

    test('a refund is whole in each answer, with its order', async () => {
      const { shop, store, world } = place();
      const { lease, claim, orderAs, contact, paid } = await leased();
      await shop.report(lease, { kind: 'done', detail: null });
      const completed = orderAs('completed', claim.checkoutId, shop.now());
      world.advance(1_000);
      const command: Full<RefundCommand> = {
        ...{ refundId: shop.freshId(), taskId: shop.freshId(), key: shop.freshId() },
        ...{ orderId: paid.id, amount: paid.total, reason: 'torn' },
      };
      const requested: Refund = {
        ...{ id: command.refundId, orderId: paid.id, paymentId: claim.checkoutId, amount: paid.total },
        ...{ reason: command.reason, status: 'requested', creditNote: null, error: null },
        ...{ createdAtMs: shop.now(), updatedAtMs: shop.now() },
      };
      const request = async () => value(store.refunds.request(command, shop.now()));
      expect(await request()).toEqual({ refund: requested, replayed: false });
      const chargeReference = 'ch_9';
      const before = { ...requested, chargeReference, order: completed, contact };
      expect(await shop.refundDetail(requested.id)).toEqual(before);

      world.advance(1_000);
      await shop.settleRefund(requested.id, returned);
      const refunded = orderAs('refunded', claim.checkoutId, shop.now());
      await expectListed(refunded);
      world.advance(1_000);
      await shop.settleRefund(requested.id, refused);
      const refund: Full<Refund> = expectFull({
        ...{ ...requested, orderId: paid.id, status: 'failed', updatedAtMs: shop.now() },
        ...{ creditNote: 'CN-2026-000001', error: refused.reason },
      });
      const detail: Full<RefundDetail> = { ...refund, chargeReference, order: refunded, contact };
      expect(await shop.refundDetail(requested.id)).toEqual(detail);
      expect(await request()).toEqual({ refund, replayed: true });
      const forms: Readonly<Record<keyof RefundQuery, Partial<RefundQuery>>> = {
        orderId: { orderId: paid.id },
        status: { status: 'failed' },
        after: { after: 'ffffffff-ffff-7fff-bfff-ffffffffffff' },
        limit: { limit: 1 },
      };
      const any: RefundQuery = { orderId: null, status: null, after: null, limit: 100 };
      for (const form of Object.values(forms))
        expect((await value(store.refunds.list({ ...any, ...form }))).items).toEqual([refund]);
    });
  });
};
