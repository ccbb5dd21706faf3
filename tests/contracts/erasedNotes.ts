import { describe, expect, test } from 'bun:test';
import { createEraseCustomer } from '../../core/usecases/eraseCustomer.ts';
import { defined, refundSucceeded, unwrap } from './fixture.ts';
import { type OpenWithBackdoor, useFreshStore } from './testContext.ts';

const contact = { email: 'lan@example.com', language: 'en' };
const customerId = 'lan-1';

/** What operators wrote about a customer, where no order is named beside it. */
export const erasedNotesContract = (name: string, open: OpenWithBackdoor): void => {
  describe(`${name}: notes about an erased customer`, () => {
    const context = useFreshStore(open);

    const rowsWithAddress = async () =>
      (await context().backdoor.allTexts()).filter((row) => row.includes(contact.email));

    test('Reasons and notes about pauses, jobs, cases and charges without an order have no address any more', async () => {
      const { fixture, store, world } = context();
      const nowMs = fixture.now();
      const actor = { id: 'op-1', email: 'mai@shop.example' };
      const command = { actor, requestId: 'request-1', createId: fixture.newId };
      const reason = `as ${contact.email} asked`;
      const order = await fixture.placeOrder(await fixture.createProduct(), { customerId, contact });
      await fixture.pay([order]);

      const refund = await fixture.requestRefund(order.id, 1);
      const [job] = await fixture.claimJobs('refund');
      await fixture.finishRefund(refund.id, refundSucceeded);
      const step = 'notify_customer';
      await fixture.reportJob(defined(job), { kind: 'advanced', step });
      const skip = { taskIds: [defined(job).taskId], reason, step, services: [] };
      await unwrap(store.queue.skip(skip, nowMs, command));

      const pause = { id: fixture.newId(), pipeline: 'service', step: null, reason, command };
      await unwrap(store.pauses.begin(pause, nowMs));
      await unwrap(store.pauses.end(pause.id, nowMs, command));

      const { checkoutId } = await fixture.findOrder(order.id);
      const dispute = { reference: 'dp_1', amount: order.total, reason: 'fraudulent', atMs: nowMs };
      const charge = {
        paymentId: defined(checkoutId ?? undefined),
        disputes: [{ ...dispute, status: 'open', isConfirmed: true } as const],
        createId: fixture.newId,
      };
      await unwrap(store.disputes.record(charge, nowMs));
      const check = 'disputes_open';
      const { items } = await unwrap(store.ledger.cases({ check, nowMs, after: null, limit: 1 }));
      const noted = { check, caseId: defined(items[0]).id, note: reason, actor, command } as const;
      await unwrap(store.ledger.acknowledge(noted, nowMs));

      // A second charge of a payment is given back without an order too.
      const ids = { refundId: fixture.newId(), taskId: fixture.newId() };
      const stray = { ...ids, reference: 'pi_second', amount: order.total, reason, command };
      await unwrap(store.refunds.refundUnknownCharge(stray, nowMs));

      const written = (await rowsWithAddress()).filter((row) => row.startsWith('activity'));
      expect(written).toHaveLength(5);
      await unwrap(createEraseCustomer({ store, world })(customerId, command));
      expect(await rowsWithAddress()).toEqual([]);
    });
  });
};
