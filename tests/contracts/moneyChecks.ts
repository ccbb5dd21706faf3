import { describe, expect, test } from 'bun:test';
import { type MoneyCheck, moneyCheckLimits, moneyChecks } from '../../core/ledger.ts';
import { refundPipeline } from '../../core/pipelines/refund.ts';
import {
  declined,
  defined,
  listAll,
  refundFailed,
  refundSucceeded,
  requiresAction,
  unknownOutcome,
  unwrap,
} from './fixture.ts';
import { withRemoteStep } from './remoteStep.ts';
import { type OpenWithBackdoor, useFreshStore } from './testContext.ts';

/** The cases that each money check finds. Reconciliations are in reconciliations.ts. */
export const moneyChecksContract = (name: string, open: OpenWithBackdoor): void => {
  describe(`${name}: money checks`, () => {
    const context = useFreshStore(open);
    const done = { kind: 'done', detail: null } as const;

    /** Lists all cases of a check, which are all open. Expects that the check's count agrees with its list. */
    const casesOf = async (check: MoneyCheck) => {
      const { fixture, store } = context();
      const query = { check, nowMs: fixture.now(), limit: 2 };
      const rows = await listAll((after: string | null) => store.ledger.cases({ ...query, after }));
      const ids = rows.map(({ id }) => id);
      expect(ids).toEqual([...new Set(ids)].toSorted());
      const count = (await unwrap(store.ledger.counts(fixture.now())))[check];
      const oldestMs = rows.length === 0 ? null : Math.min(...rows.map(({ sinceMs }) => sinceMs));
      expect(count).toEqual({ count: rows.length, oldestMs });
      return rows.map(({ acknowledgement, ...row }) => {
        expect(acknowledgement).toBeNull();
        return row;
      });
    };

    const expectHealthy = async (...except: readonly MoneyCheck[]) => {
      for (const check of moneyChecks) if (!except.includes(check)) expect(await casesOf(check)).toEqual([]);
    };

    /** Runs everything that may happen in a healthy shop. */
    const runHealthyDay = async () => {
      const { fixture, store } = context();
      const product = await fixture.createProduct();
      const leases = await fixture.payAndLease(Array(6).fill(product));
      for (const lease of leases) await fixture.report(lease, done);
      const [full, part] = leases.map(({ order }) => order.id);
      for (const id of [
        await fixture.requestRefund(defined(full)),
        await fixture.requestRefund(defined(part), 1),
      ].map(({ id }) => id))
        await fixture.finishRefund(id, refundSucceeded);
      for (const lease of await fixture.claimJobs(refundPipeline))
        await fixture.reportJob(lease, { kind: 'done' });
      const order = await fixture.placeOrder(product);
      const request = () => fixture.checkoutRequest([order]);
      for (const outcome of [declined, { kind: 'unavailable', reason: 'down' } as const])
        await fixture.recordOutcome(await fixture.claimCheckout(request()), outcome);
      const again = await fixture.claimCheckout(request());
      await fixture.recordOutcome(again, { kind: 'succeeded', reference: 'ch_2' });
      for (const lease of (await fixture.claimTasks('physical')).leases) await fixture.report(lease, done);
      await fixture.placeOrder(product);
      await unwrap(store.ledger.counts(fixture.now()));
    };

    test('A healthy shop has no cases, now or later', async () => {
      const { world } = context();
      await expectHealthy();
      await runHealthyDay();
      await expectHealthy();
      world.advance(2 * 3_600_000);
      await expectHealthy();
      world.advance(40 * 24 * 3_600_000);
      await expectHealthy();
    });

    test('The check paid_without_progress finds failed orders at once and slow orders after its limit', async () => {
      const { fixture, store, world } = context();
      await runHealthyDay();
      const [lease, refunded] = await fixture.payAndLease(
        [await fixture.createProduct(), await fixture.createProduct()],
        withRemoteStep,
      );
      // A finished partial refund does not excuse the lack of progress.
      await fixture.finishRefund(
        (await fixture.requestRefund(defined(lease).order.id, 1)).id,
        refundSucceeded,
      );
      await fixture.report(defined(lease), { kind: 'failed', error: 'no such mailbox' });
      await fixture.report(defined(refunded), { kind: 'failed', error: 'no such mailbox' });
      const { order, taskId } = defined(lease);
      const failed = {
        id: order.id,
        orderId: order.id,
        paymentId: defined(order.checkoutId),
        refundId: null,
        amount: order.total,
        sinceMs: fixture.now(),
        detail: 'no such mailbox',
      };
      expect(await casesOf('paid_without_progress')).toMatchObject([{}, {}]);
      const { id } = await fixture.requestRefund(defined(refunded).order.id);
      expect(await casesOf('paid_without_progress')).toEqual([failed]);

      const slow = await fixture.placePaidOrder(await fixture.createProduct());
      world.advance(moneyCheckLimits.progressMs - 1);
      expect(await casesOf('paid_without_progress')).toEqual([failed]);
      world.advance(1);
      const waiting = {
        id: slow.id,
        orderId: slow.id,
        paymentId: defined(slow.checkoutId),
        refundId: null,
        amount: slow.total,
        sinceMs: slow.updatedAtMs,
        detail: null,
      };
      expect(await casesOf('paid_without_progress')).toEqual([failed, waiting]);
      await expectHealthy('paid_without_progress', 'refunds_stuck');

      await unwrap(store.queue.retry([taskId], fixture.now()));
      expect(await casesOf('paid_without_progress')).toEqual([waiting]);
      await fixture.requestRefund(slow.id);
      expect(await casesOf('paid_without_progress')).toEqual([]);
      await fixture.finishRefund(id, refundSucceeded);
      expect(await casesOf('paid_without_progress')).toEqual([]);
    });

    test('The check paid_without_progress finds a paid order whose task is missing', async () => {
      const { fixture, backdoor, world } = context();
      await runHealthyDay();
      const order = await fixture.placePaidOrder(await fixture.createProduct());
      const [task] = await fixture.listTasks({ orderId: order.id });
      await backdoor.deleteTask(defined(task).id);
      expect(await casesOf('paid_without_progress')).toEqual([]);
      world.advance(moneyCheckLimits.progressMs);
      expect(await casesOf('paid_without_progress')).toMatchObject([
        { id: order.id, sinceMs: order.updatedAtMs, amount: order.total },
      ]);
      await expectHealthy('paid_without_progress');
    });

    test('The check unknown finds payments without a final outcome after its limit', async () => {
      const { fixture, world } = context();
      await runHealthyDay();
      const product = await fixture.createProduct();
      const claims = [];
      for (const outcome of [null, unknownOutcome, requiresAction]) {
        const claim = await fixture.claimCheckout(
          fixture.checkoutRequest([await fixture.placeOrder(product)]),
        );
        if (outcome !== null) await fixture.recordOutcome(claim, outcome);
        claims.push(claim);
      }
      const sinceMs = fixture.now();
      world.advance(moneyCheckLimits.outcomeMs - 1);
      await expectHealthy();
      world.advance(1);
      expect(await casesOf('unknown')).toEqual(
        claims.map(({ checkoutId, amount }, index) => ({
          id: checkoutId,
          orderId: null,
          paymentId: checkoutId,
          refundId: null,
          amount,
          sinceMs,
          detail: defined(['initiated', 'unknown', 'requires_action'][index]),
        })),
      );
      await expectHealthy('unknown');
      for (const claim of claims) await fixture.recordOutcome(claim, declined);
      await expectHealthy();
    });

    test('The check charged_twice finds orders with two successful payments in the last day', async () => {
      const { fixture, backdoor, world } = context();
      await runHealthyDay();
      const product = await fixture.createProduct();
      const orders = await fixture.placeOrders([product, product, product]);
      const [order] = orders;
      const first = await fixture.claimCheckout(fixture.checkoutRequest([defined(order)]));
      await fixture.recordOutcome(first, declined);
      world.advance(1_000);
      const second = await fixture.claimCheckout(fixture.checkoutRequest(orders));
      await fixture.recordOutcome(second, { kind: 'succeeded', reference: 'ch_2' });
      for (const lease of (await fixture.claimTasks('physical')).leases) await fixture.report(lease, done);
      await expectHealthy();
      await backdoor.markPaymentSucceeded(first.checkoutId);
      const [found, ...rest] = await casesOf('charged_twice');
      expect(rest).toEqual([]);
      expect(found).toMatchObject({
        id: defined(order).id,
        orderId: defined(order).id,
        amount: defined(order).total,
      });
      for (const { checkoutId } of [first, second]) expect(defined(found).detail).toContain(checkoutId);
      await expectHealthy('charged_twice');
      world.advance(moneyCheckLimits.chargedTwiceMs - 3_600_000);
      expect(await casesOf('charged_twice')).toHaveLength(1);
      world.advance(2 * 3_600_000);
      expect(await casesOf('charged_twice')).toEqual([]);
    });

    test('The check refunds_stuck finds slow refunds and failed refunds without a later refund', async () => {
      const { fixture, world } = context();
      await runHealthyDay();
      const leases = await fixture.payAndLease(Array(2).fill(await fixture.createProduct()));
      for (const lease of leases) await fixture.report(lease, done);
      const [slow, other] = leases.map(({ order }) => order);
      const refund = await fixture.requestRefund(defined(slow).id, 7);
      const [lease] = await fixture.claimJobs(refundPipeline);
      await fixture.reportJob(defined(lease), {
        kind: 'retry',
        error: 'timed out',
        runAtMs: fixture.now() + 60_000,
      });
      world.advance(moneyCheckLimits.refundMs - 1);
      await expectHealthy();
      world.advance(1);
      const stuck = {
        id: refund.id,
        orderId: defined(slow).id,
        paymentId: defined(defined(slow).checkoutId),
        refundId: refund.id,
        amount: { amount: 7, currency: 'VND' },
        sinceMs: refund.createdAtMs,
        detail: 'timed out',
      };
      expect(await casesOf('refunds_stuck')).toEqual([stuck]);

      const failed = await fixture.requestRefund(defined(other).id, 8);
      const beside = await fixture.requestRefund(defined(other).id, 1);
      expect(await casesOf('refunds_stuck')).toEqual([stuck]);
      world.advance(3);
      await fixture.finishRefund(beside.id, refundSucceeded);
      await fixture.finishRefund(failed.id, refundFailed);
      expect(await casesOf('refunds_stuck')).toMatchObject([
        stuck,
        { id: failed.id, refundId: failed.id, sinceMs: fixture.now(), detail: 'charge_disputed' },
      ]);
      await expectHealthy('refunds_stuck');

      const next = await fixture.requestRefund(defined(other).id, 8);
      expect(await casesOf('refunds_stuck')).toEqual([stuck]);
      for (const { id } of [refund, next]) await fixture.finishRefund(id, refundSucceeded);
      await expectHealthy();

      const atOnce = await fixture.requestRefund(defined(slow).id, 1);
      await fixture.finishRefund(atOnce.id, refundFailed);
      expect(await casesOf('refunds_stuck')).toMatchObject([{ id: atOnce.id }]);
    });

    test('The check refunds_stuck finds a failed refund of a late charge', async () => {
      const { fixture, store } = context();
      const claim = await fixture.claimCheckout(
        fixture.checkoutRequest([await fixture.placeOrder(await fixture.createProduct())]),
      );
      const { response } = await fixture.recordOutcome(claim, declined);
      const late = { refundId: fixture.newId(), taskId: fixture.newId(), paymentId: claim.checkoutId };
      await unwrap(
        store.refunds.refundLateCharge(
          { ...late, reference: 'ch_1', response: defined(response) },
          fixture.now(),
        ),
      );
      await expectHealthy();
      await fixture.finishRefund(late.refundId, refundFailed);
      expect(await casesOf('refunds_stuck')).toMatchObject([
        { id: late.refundId, orderId: null, paymentId: claim.checkoutId, amount: claim.amount },
      ]);
      await expectHealthy('refunds_stuck');
    });
  });
};
