import { describe, expect, test } from 'bun:test';
import type { CheckoutResponse } from '../../core/audit.ts';
import { declined, defined, refundSucceeded, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const done = { kind: 'done', detail: null } as const;

/** A task keeps the span of the request that made it, so that the traces of its steps can link to it. */
export const taskCausesContract = (name: string, open: OpenStore): void => {
  describe(`${name}: the causes of tasks`, () => {
    const context = useFreshStore(open);

    const ids = () => ({ refundId: context().fixture.newId(), taskId: context().fixture.newId() });

    const requestRefund = async (): Promise<string> => {
      const { fixture, store } = context();
      const { id } = await fixture.placePaidOrder(await fixture.createProduct());
      const command = { ...fixture.refundCommand(id), traceparent };
      await unwrap(store.refunds.request(command, fixture.now()));
      return command.taskId;
    };

    const refundUnknownCharge = async (): Promise<string> => {
      const { fixture, store } = context();
      const charge = {
        ...ids(),
        reference: 'pi_9',
        amount: { amount: 5, currency: 'VND' },
        reason: 'not ours',
      };
      await unwrap(store.refunds.refundUnknownCharge({ ...charge, traceparent }, fixture.now()));
      return charge.taskId;
    };

    const refundLateCharge = async (): Promise<string> => {
      const { fixture, store } = context();
      const order = await fixture.placeOrder(await fixture.createProduct());
      const claim = await fixture.claimCheckout(fixture.checkoutRequest([order]));
      await fixture.recordOutcome(claim, declined);
      const { payment, orders } = defined(fixture.outcomeRecord(claim, declined).response);
      const { checkoutId, number } = claim;
      const response: CheckoutResponse = {
        ...{ status: 'cancelled', checkoutId, number, requestId: checkoutId, payment, orders },
      };
      const charge = { ...ids(), paymentId: checkoutId, reference: 'ch_late', response, traceparent };
      expect(await unwrap(store.refunds.refundLateCharge(charge, fixture.now()))).toBe(true);
      return charge.taskId;
    };

    const reconciliation = () => {
      const { fixture } = context();
      const day = { day: '2026-01-05', dayMs: 1_767_571_200_000, endMs: 1_767_657_600_000 };
      return { ...day, id: fixture.newId(), taskId: fixture.newId(), traceparent };
    };

    const requestReconciliation = async (): Promise<string> => {
      const { fixture, store } = context();
      const request = reconciliation();
      const { taskId: _, traceparent: __, ...day } = request;
      const requested = await unwrap(store.ledger.requestReconciliation(request, fixture.now()));
      expect(requested).toEqual(expect.objectContaining(day));
      expect(requested).not.toHaveProperty('traceparent');
      return request.taskId;
    };

    const requestReconciliationOnce = async (): Promise<string> => {
      const { fixture, store } = context();
      const commandKey = { callerId: 'op-1', route: 'r', key: fixture.newId(), fingerprint: 'f' };
      const request = { ...reconciliation(), commandKey };
      await unwrap(store.ledger.requestReconciliationOnce(request, fixture.now()));
      return request.taskId;
    };

    test.each([
      ['a refund', 'refund', requestRefund],
      ['a refund of a charge that is not ours', 'refund', refundUnknownCharge],
      ['a refund of a late charge', 'refund', refundLateCharge],
      ['a reconciliation', 'reconciliation', requestReconciliation],
      ['a reconciliation with a key', 'reconciliation', requestReconciliationOnce],
    ] as const)('The task of %s keeps the span of its request', async (_, pipeline, request) => {
      const taskId = await request();
      const [lease] = await context().fixture.claimJobs(pipeline);
      expect(lease).toMatchObject({ taskId, traceparent });
    });

    test('The tasks of mails that are sent again keep the span of the request that asked for it', async () => {
      const { fixture, store } = context();
      const [lease] = await fixture.payAndLease([await fixture.createProduct()]);
      const { order } = defined(lease);
      await fixture.report(defined(lease), done);
      const refund = await fixture.requestRefund(order.id, 1);
      await fixture.finishRefund(refund.id, refundSucceeded);
      for (const outcome of [{ kind: 'advanced', step: 'notify_customer' }, { kind: 'done' }] as const)
        await fixture.reportJob(defined((await fixture.claimJobs('refund'))[0]), outcome);
      const correction = { orderId: order.id, email: 'right@example.com', resend: true };
      const corrected = store.contacts.correct(
        { ...correction, createId: fixture.newId, traceparent },
        fixture.now(),
      );
      expect(await unwrap(corrected)).toMatchObject({ resent: 2 });
      expect((await fixture.claimTasks('physical')).leases).toMatchObject([{ traceparent }]);
      expect(await fixture.claimJobs('refund')).toMatchObject([{ traceparent }]);
    });
  });
};
