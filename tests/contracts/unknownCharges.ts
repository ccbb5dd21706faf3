import { describe, expect, test } from 'bun:test';
import { moneyCheckLimits } from '../../core/ledger.ts';
import { refundPipeline } from '../../core/pipelines/refund.ts';
import { defined, refundFailed, refundSucceeded, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

/** Refunds of charges that belong to no payment of ours. */
export const unknownChargesContract = (name: string, open: OpenStore): void => {
  describe(`${name}: refunds of unknown charges`, () => {
    const context = useFreshStore(open);
    const amount = { amount: 5_000, currency: 'VND' };

    const request = (reference = 'pi_9', reason = 'not ours') => {
      const { fixture, store } = context();
      const ids = { refundId: fixture.newId(), taskId: fixture.newId() };
      return unwrap(store.refunds.refundUnknownCharge({ ...ids, reference, amount, reason }, fixture.now()));
    };

    test('The refund of an unknown charge has no order and no payment, and is sent by its charge', async () => {
      const { fixture, store } = context();
      const refund = await request();
      expect(refund).toEqual({
        ...{ id: refund.id, orderId: null, paymentId: null, amount, reason: 'not ours', status: 'requested' },
        ...{
          origin: 'operator',
          restock: null,
          creditNote: null,
          creditedLine: null,
          error: null,
          createdAtMs: fixture.now(),
          updatedAtMs: fixture.now(),
        },
      });
      const detail = { ...refund, chargeReference: 'pi_9', disputed: false, order: null, contact: null };
      expect(await fixture.findRefund(refund.id)).toEqual(detail);
      const query = { orderId: null, status: null, after: null, limit: 9 };
      expect((await unwrap(store.refunds.list(query))).items).toEqual([refund]);
      expect(await fixture.claimJobs(refundPipeline)).toMatchObject([{ jobId: refund.id }]);
      expect(await unwrap(store.refunds.findByKey('charge:pi_9'))).toEqual(refund);
      expect(await unwrap(store.refunds.findByKey('charge:pi_8'))).toBeNull();
    });

    test('Each unknown charge is refunded once, however many requests there are at once', async () => {
      const { fixture } = context();
      await fixture.openConnections();
      const requests = Array.from({ length: 12 }, (_, index) =>
        request(`pi_${index % 2}`, `reason ${index}`),
      );
      const refunds = await Promise.all(requests);
      expect(new Set(refunds.map(({ id }) => id)).size).toBe(2);
      expect(await fixture.listTasks({ pipeline: 'refund' })).toHaveLength(2);
    });

    test('The refund of an unknown charge ends as the provider decides', async () => {
      const { fixture, store, world } = context();
      const [made, refused] = [await request('pi_1'), await request('pi_2')];
      world.advance(moneyCheckLimits.refundMs);
      const stuck = async () => {
        const query = { check: 'refunds_stuck', nowMs: fixture.now(), after: null, limit: 9 } as const;
        return (await unwrap(store.ledger.cases(query))).items;
      };
      expect(await stuck()).toMatchObject([
        { refundId: made.id, orderId: null, paymentId: null },
        { refundId: refused.id },
      ]);
      expect(await fixture.finishRefund(made.id, refundSucceeded)).toBe(true);
      expect(await fixture.finishRefund(refused.id, refundFailed)).toBe(true);
      expect(await fixture.findRefund(made.id)).toMatchObject({ status: 'succeeded', creditNote: null });
      expect(await fixture.findRefund(refused.id)).toMatchObject({ status: 'failed' });
      expect(await stuck()).toMatchObject([{ refundId: refused.id, detail: 'charge_disputed' }]);
      const range = { fromMs: fixture.now(), toMs: fixture.now() + 1, after: null, limit: 9 };
      const succeeded = (await unwrap(store.ledger.listSucceededRefunds(range))).items;
      expect(succeeded.map(({ id }) => id)).toEqual([made.id]);
      expect(defined(succeeded[0]).amount).toEqual(amount);
    });
  });
};
