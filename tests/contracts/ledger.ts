import { describe, expect, test } from 'bun:test';
import { type MoneyCheck, moneyCheckLimits, moneyChecks } from '../../core/ledger.ts';
import { refund as refundPipeline } from '../../core/pipelines/refund.ts';
import { freshPlace, type OpenWithPlanting } from './open.ts';
import { challenged, declined, known, lost, pagesOf, refused, returned, value } from './shop.ts';

/** What is found where money is not well, and nothing where it is. Audits of ledgers are in moneyAudits.ts. */
export const moneyBooksContract = (name: string, open: OpenWithPlanting): void => {
  describe(`${name}: money books`, () => {
    const place = freshPlace(open);
    const done = { kind: 'done', detail: null } as const;

    /** All cases of a check, once it is sure that they are counted as they are listed. */
    const findings = async (check: MoneyCheck) => {
      const { shop, store } = place();
      const query = { check, nowMs: shop.now(), limit: 2 };
      const rows = await pagesOf((after: string | null) => store.ledger.cases({ ...query, after }));
      const ids = rows.map(({ id }) => id);
      expect(ids).toEqual([...new Set(ids)].toSorted());
      const counted = (await value(store.ledger.counts(shop.now())))[check];
      const oldestMs = rows.length === 0 ? null : Math.min(...rows.map(({ sinceMs }) => sinceMs));
      expect(counted).toEqual({ count: rows.length, oldestMs });
      return rows;
    };

    const expectHealthy = async (...except: readonly MoneyCheck[]) => {
      for (const check of moneyChecks) if (!except.includes(check)) expect(await findings(check)).toEqual([]);
    };

    /** Everything that may happen in a shop that is well. */
    const healthyDay = async () => {
      const { shop, store } = place();
      const product = await shop.product();
      const leases = await shop.leased(Array(6).fill(product));
      for (const lease of leases) await shop.report(lease, done);
      const [whole, part] = leases.map(({ order }) => order.id);
      for (const id of [await shop.refund(known(whole)), await shop.refund(known(part), 1)].map(
        ({ id }) => id,
      ))
        await shop.settleRefund(id, returned);
      for (const lease of await shop.takeJobs(refundPipeline)) await shop.reportJob(lease, { kind: 'done' });
      const order = await shop.order(product);
      const request = () => shop.request([order]);
      for (const outcome of [declined, { kind: 'unavailable', reason: 'down' } as const])
        await shop.settle(await shop.claimed(request()), outcome);
      const again = await shop.claimed(request());
      await shop.settle(again, { kind: 'succeeded', reference: 'ch_2' });
      for (const lease of (await shop.take('physical')).leases) await shop.report(lease, done);
      await shop.order(product);
      await value(store.ledger.counts(shop.now()));
    };

    test('a shop that is well has none, now or later', async () => {
      const { world } = place();
      await expectHealthy();
      await healthyDay();
      await expectHealthy();
      world.advance(2 * 3_600_000);
      await expectHealthy();
      world.advance(40 * 24 * 3_600_000);
      await expectHealthy();
    });

    test('paid without progress: orders that failed at once, and those that take too long', async () => {
      const { shop, store, world } = place();
      await healthyDay();
      const [lease, refunded] = await shop.leased([await shop.product(), await shop.product()]);
      // What was given back before is no reason to wait for the rest.
      await shop.settleRefund((await shop.refund(known(lease).order.id, 1)).id, returned);
      await shop.report(known(lease), { kind: 'failed', error: 'no such mailbox' });
      await shop.report(known(refunded), { kind: 'failed', error: 'no such mailbox' });
      const { order, taskId } = known(lease);
      const failed = {
        id: order.id,
        orderId: order.id,
        paymentId: known(order.checkoutId),
        refundId: null,
        amount: order.total,
        sinceMs: shop.now(),
        detail: 'no such mailbox',
      };
      expect(await findings('paid_without_progress')).toMatchObject([{}, {}]);
      const { id } = await shop.refund(known(refunded).order.id);
      expect(await findings('paid_without_progress')).toEqual([failed]);

      const slow = await shop.paid(await shop.product());
      world.advance(moneyCheckLimits.progressMs - 1);
      expect(await findings('paid_without_progress')).toEqual([failed]);
      world.advance(1);
      const waiting = {
        id: slow.id,
        orderId: slow.id,
        paymentId: known(slow.checkoutId),
        refundId: null,
        amount: slow.total,
        sinceMs: slow.updatedAtMs,
        detail: null,
      };
      expect(await findings('paid_without_progress')).toEqual([failed, waiting]);
      await expectHealthy('paid_without_progress', 'refunds_stuck');

      await value(store.queue.retry([taskId], shop.now()));
      expect(await findings('paid_without_progress')).toEqual([waiting]);
      await shop.refund(slow.id);
      expect(await findings('paid_without_progress')).toEqual([]);
      await shop.settleRefund(id, returned);
      expect(await findings('paid_without_progress')).toEqual([]);
    });

    test('paid without progress: an order whose work was lost', async () => {
      const { shop, plant, world } = place();
      await healthyDay();
      const order = await shop.paid(await shop.product());
      const [task] = await shop.tasks({ orderId: order.id });
      await plant.taskLost(known(task).id);
      expect(await findings('paid_without_progress')).toEqual([]);
      world.advance(moneyCheckLimits.progressMs);
      expect(await findings('paid_without_progress')).toMatchObject([
        { id: order.id, sinceMs: order.updatedAtMs, amount: order.total },
      ]);
      await expectHealthy('paid_without_progress');
    });

    test('unknown: payments whose outcome is not there in time', async () => {
      const { shop, world } = place();
      await healthyDay();
      const product = await shop.product();
      const claims = [];
      for (const outcome of [null, lost, challenged]) {
        const claim = await shop.claimed(shop.request([await shop.order(product)]));
        if (outcome !== null) await shop.settle(claim, outcome);
        claims.push(claim);
      }
      const sinceMs = shop.now();
      world.advance(moneyCheckLimits.outcomeMs - 1);
      await expectHealthy();
      world.advance(1);
      expect(await findings('unknown')).toEqual(
        claims.map(({ checkoutId, amount }, index) => ({
          id: checkoutId,
          orderId: null,
          paymentId: checkoutId,
          refundId: null,
          amount,
          sinceMs,
          detail: known(['initiated', 'unknown', 'requires_action'][index]),
        })),
      );
      await expectHealthy('unknown');
      for (const claim of claims) await shop.settle(claim, declined);
      await expectHealthy();
    });

    test('charged twice: orders of the last day with two payments', async () => {
      const { shop, plant, world } = place();
      await healthyDay();
      const product = await shop.product();
      const cart = await shop.orders([product, product, product]);
      const [order] = cart;
      const first = await shop.claimed(shop.request([known(order)]));
      await shop.settle(first, declined);
      world.advance(1_000);
      const second = await shop.claimed(shop.request(cart));
      await shop.settle(second, { kind: 'succeeded', reference: 'ch_2' });
      for (const lease of (await shop.take('physical')).leases) await shop.report(lease, done);
      await expectHealthy();
      await plant.paymentSucceeded(first.checkoutId);
      const [found, ...rest] = await findings('charged_twice');
      expect(rest).toEqual([]);
      expect(found).toMatchObject({
        id: known(order).id,
        orderId: known(order).id,
        amount: known(order).total,
      });
      for (const { checkoutId } of [first, second]) expect(known(found).detail).toContain(checkoutId);
      await expectHealthy('charged_twice');
      world.advance(moneyCheckLimits.chargedTwiceMs - 3_600_000);
      expect(await findings('charged_twice')).toHaveLength(1);
      world.advance(2 * 3_600_000);
      expect(await findings('charged_twice')).toEqual([]);
    });

    test('refunds stuck: those that take too long, and those refused that nothing has followed', async () => {
      const { shop, world } = place();
      await healthyDay();
      const leases = await shop.leased(Array(2).fill(await shop.product()));
      for (const lease of leases) await shop.report(lease, done);
      const [slow, other] = leases.map(({ order }) => order);
      const refund = await shop.refund(known(slow).id, 7);
      const [lease] = await shop.takeJobs(refundPipeline);
      await shop.reportJob(known(lease), { kind: 'retry', error: 'timed out', runAtMs: shop.now() + 60_000 });
      world.advance(moneyCheckLimits.refundMs - 1);
      await expectHealthy();
      world.advance(1);
      const stuck = {
        id: refund.id,
        orderId: known(slow).id,
        paymentId: known(known(slow).checkoutId),
        refundId: refund.id,
        amount: { amount: 7, currency: 'VND' },
        sinceMs: refund.createdAtMs,
        detail: 'timed out',
      };
      expect(await findings('refunds_stuck')).toEqual([stuck]);

      const failed = await shop.refund(known(other).id, 8);
      const beside = await shop.refund(known(other).id, 1);
      expect(await findings('refunds_stuck')).toEqual([stuck]);
      world.advance(3);
      await shop.settleRefund(beside.id, returned);
      await shop.settleRefund(failed.id, refused);
      expect(await findings('refunds_stuck')).toMatchObject([
        stuck,
        { id: failed.id, refundId: failed.id, sinceMs: shop.now(), detail: 'charge_disputed' },
      ]);
      await expectHealthy('refunds_stuck');

      const next = await shop.refund(known(other).id, 8);
      expect(await findings('refunds_stuck')).toEqual([stuck]);
      for (const { id } of [refund, next]) await shop.settleRefund(id, returned);
      await expectHealthy();

      const atOnce = await shop.refund(known(slow).id, 1);
      await shop.settleRefund(atOnce.id, refused);
      expect(await findings('refunds_stuck')).toMatchObject([{ id: atOnce.id }]);
    });

    test('refunds stuck: of a payment that came too late', async () => {
      const { shop, store } = place();
      const claim = await shop.claimed(shop.request([await shop.order(await shop.product())]));
      const { response: answer } = await shop.settle(claim, declined);
      const late = { refundId: shop.freshId(), taskId: shop.freshId(), paymentId: claim.checkoutId };
      await value(
        store.refunds.refundLateCharge({ ...late, reference: 'ch_1', answer: known(answer) }, shop.now()),
      );
      await expectHealthy();
      await shop.settleRefund(late.refundId, refused);
      expect(await findings('refunds_stuck')).toMatchObject([
        { id: late.refundId, orderId: null, paymentId: claim.checkoutId, amount: claim.amount },
      ]);
      await expectHealthy('refunds_stuck');
    });
  });
};
