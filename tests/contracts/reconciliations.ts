import { describe, expect, test } from 'bun:test';
import type { LedgerDifference, ReconciliationReport } from '../../core/ledger.ts';
import { moneyAudit } from '../../core/pipelines/reconciliation.ts';
import { freshPlace, type Open } from './open.ts';
import { declined, known, pagesOf, refused, returned, succeeded, value } from './shop.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export const moneyAuditsContract = (name: string, open: Open): void => {
  describe(`${name}: money audits`, () => {
    const place = freshPlace(open);

    const today = () => Math.floor(place().shop.now() / dayMs) * dayMs;

    const requested = async (day = today()) => {
      const { shop, store } = place();
      const asked = { id: shop.freshId(), taskId: shop.freshId(), dayMs: day };
      return value(store.ledger.requestReconciliation(asked, shop.now()));
    };

    const difference = (changes: Partial<LedgerDifference> = {}) => ({
      id: place().shop.freshId(),
      kind: 'charge_unknown' as const,
      providerId: 'ch_9',
      paymentId: null,
      refundId: null,
      ours: null,
      theirs: { amount: 5, currency: 'VND' },
      atMs: place().shop.now() - 77,
      ...changes,
    });

    const report = (kept: ReconciliationReport['kept']): ReconciliationReport => ({
      charges: 12,
      refunds: 3,
      differences: kept.length,
      kept,
    });

    const finish = async (id: string, kept: ReconciliationReport['kept']) =>
      value(place().store.ledger.finishReconciliation(id, report(kept), place().shop.now()));

    const differencesOf = (auditId: string, limit = 2) =>
      pagesOf((after: string | null) =>
        place().store.ledger.differences({ reconciliationId: auditId, after, limit }),
      );

    const found = () => {
      const { shop, store } = place();
      const query = { check: 'ledger_differences', nowMs: shop.now(), limit: 2 } as const;
      return pagesOf((after: string | null) => store.ledger.cases({ ...query, after }));
    };

    test('an audit is asked for, done by its job, and stays as it was done', async () => {
      const { shop, store, world } = place();
      const audit = await requested();
      const begun = { id: audit.id, dayMs: today(), createdAtMs: shop.now(), finishedAtMs: null };
      expect(audit).toEqual({ ...begun, charges: 0, refunds: 0, differences: 0 });
      expect(await value(store.ledger.findReconciliation(audit.id))).toEqual(audit);
      expect(await value(store.ledger.findReconciliation(shop.freshId()))).toBeNull();
      expect(await shop.takeJobs(moneyAudit)).toMatchObject([{ jobId: audit.id, step: 'compare_ledgers' }]);

      world.advance(9);
      const kept = [
        difference(),
        difference({ kind: 'charge_missing', paymentId: shop.freshId(), providerId: null, theirs: null }),
        difference({ kind: 'amount_differs', refundId: 'not an id', ours: { amount: 7, currency: 'USD' } }),
      ];
      await finish(audit.id, kept);
      const done = { ...begun, finishedAtMs: shop.now(), charges: 12, refunds: 3, differences: 3 };
      expect(await value(store.ledger.findReconciliation(audit.id))).toEqual(done);
      expect(await differencesOf(audit.id)).toEqual(kept);

      world.advance(9);
      await finish(audit.id, [difference()]);
      expect(await value(store.ledger.findReconciliation(audit.id))).toEqual(done);
      expect(await differencesOf(audit.id)).toEqual(kept);
      expect(await differencesOf(shop.freshId())).toEqual([]);
      expect((await store.ledger.finishReconciliation(shop.freshId(), report([]), shop.now())).isOk()).toBe(
        true,
      );
    });

    test('one that is finished many times at once is finished once', async () => {
      const { shop } = place();
      const { id } = await requested();
      const reports = Array.from({ length: 6 }, () => [difference(), difference()]);
      await shop.crowd();
      await Promise.all(reports.map((kept) => finish(id, kept)));
      const kept = await differencesOf(id);
      expect(reports).toContainEqual([...kept]);
    });

    test('audits are listed from the newest, page after page', async () => {
      const { store } = place();
      const audits = [];
      for (let index = 0; index < 5; index++) audits.push(await requested(today() - index * dayMs));
      const listed = await pagesOf((after: string | null) =>
        store.ledger.reconciliations({ after, limit: 2 }),
      );
      expect(listed).toEqual(audits.toReversed());
    });

    test('ledger differences: of the newest audit of each day of the last month that is done', async () => {
      const { shop, store, world } = place();
      const [yesterday, other] = [today() - dayMs, today() - 2 * dayMs];
      const first = await requested(yesterday);
      const old = difference();
      await finish(first.id, [old]);
      const own = { paymentId: shop.freshId(), theirs: null, ours: { amount: 9, currency: 'VND' } };
      const elsewhere = difference({
        ...own,
        kind: 'charge_missing',
        providerId: null,
        atMs: shop.now() - 99,
      });
      await finish((await requested(other)).id, [elsewhere]);
      const finding = {
        id: old.id,
        orderId: null,
        paymentId: null,
        refundId: null,
        amount: { amount: 5, currency: 'VND' },
        sinceMs: old.atMs,
        detail: 'charge_unknown: ch_9',
      };
      expect(await found()).toEqual([
        finding,
        {
          ...finding,
          id: elsewhere.id,
          paymentId: elsewhere.paymentId,
          amount: { amount: 9, currency: 'VND' },
          sinceMs: elsewhere.atMs,
          detail: 'charge_missing',
        },
      ]);
      const counted = async () => (await value(store.ledger.counts(shop.now()))).ledger_differences;
      expect(await counted()).toEqual({ count: 2, oldestMs: elsewhere.atMs });

      const second = await requested(yesterday);
      expect(await found()).toHaveLength(2);
      await finish(second.id, []);
      expect((await found()).map(({ id }) => id)).toEqual([elsewhere.id]);
      world.advance(28 * dayMs);
      expect(await counted()).toEqual({ count: 1, oldestMs: elsewhere.atMs });
      world.advance(4 * dayMs);
      expect(await counted()).toEqual({ count: 0, oldestMs: null });
      expect(await found()).toEqual([]);
    });

    test('an audit reads our payments and refunds: by id, and of a span of time', async () => {
      const { shop, store, world } = place();
      const [fromMs, product] = [shop.now(), await shop.product()];
      const claims = [];
      for (const outcome of [succeeded, declined, succeeded, declined, null]) {
        const claim = await shop.claimed(shop.request([await shop.order(product)]));
        world.advance(5);
        if (outcome !== null) await shop.settle(claim, outcome);
        claims.push(claim);
      }
      const [a, b, c, , e] = claims.map(known);
      const late = { refundId: shop.freshId(), taskId: shop.freshId(), paymentId: known(b).checkoutId };
      const told = known((await shop.settle(known(b), declined)).response);
      await value(store.refunds.refundLateCharge({ ...late, reference: 'ch_1', answer: told }, shop.now()));

      const ids = [known(c), known(a), known(b), known(e)].map(({ checkoutId }) => checkoutId);
      const payments = await value(store.ledger.payments([...ids, shop.freshId()]));
      const byId = new Map(payments.map((one) => [one.id, one]));
      expect(payments).toHaveLength(4);
      expect(byId.get(known(a).checkoutId)).toEqual({
        id: known(a).checkoutId,
        status: 'succeeded',
        amount: known(a).amount,
        createdAtMs: fromMs,
        updatedAtMs: fromMs + 5,
      });
      expect(byId.get(known(b).checkoutId)?.status).toBe('returned');
      expect(byId.get(known(e).checkoutId)?.status).toBe('initiated');
      expect(await value(store.ledger.payments([]))).toEqual([]);

      const made = (span: { fromMs: number; toMs: number }) =>
        pagesOf((after: string | null) => store.ledger.paymentsMade({ ...span, after, limit: 2 }));
      const idsOf = (rows: readonly { id: string }[]) => rows.map(({ id }) => id);
      const three = [a, b, c].map((claim) => known(claim).checkoutId);
      expect(idsOf(await made({ fromMs, toMs: shop.now() }))).toEqual(three);
      expect(idsOf(await made({ fromMs: fromMs + 1, toMs: fromMs + 11 }))).toEqual(three.slice(1));
      expect(idsOf(await made({ fromMs: fromMs + 1, toMs: fromMs + 10 }))).toEqual(three.slice(1, 2));
      expect(await made({ fromMs: shop.now(), toMs: shop.now() + hourMs })).toEqual([]);
    });

    test('refunds of a span are those that succeeded in it', async () => {
      const { shop, store, world } = place();
      const order = await shop.paid(await shop.product());
      const refunds = [];
      for (let index = 0; index < 6; index++) refunds.push(await shop.refund(order.id, 1 + index));
      const ids = refunds.map(({ id }) => id);
      const settledMs = shop.now() + hourMs;
      world.advance(hourMs);
      // Not in the order of their ids.
      for (const index of [4, 2, 0]) {
        await shop.settleRefund(known(ids[index]), returned);
        world.advance(10);
      }
      await shop.settleRefund(known(ids[1]), refused);
      const made = async (fromMs: number, toMs: number) => {
        const rows = await pagesOf((after: string | null) =>
          store.ledger.refundsMade({ fromMs, toMs, after, limit: 1 }),
        );
        return rows.map(({ id }) => ids.indexOf(id));
      };
      expect(await made(settledMs, shop.now())).toEqual([0, 2, 4]);
      expect(await made(settledMs + 1, settledMs + 21)).toEqual([0, 2]);
      expect(await made(settledMs + 1, settledMs + 20)).toEqual([2]);
      expect(await made(settledMs - hourMs, settledMs)).toEqual([]);

      const [first, second] = ids;
      const booked = await value(store.ledger.refunds([known(second), shop.freshId(), known(first)]));
      expect(booked.toSorted((one, other) => (one.id < other.id ? -1 : 1))).toEqual([
        {
          id: known(first),
          status: 'succeeded',
          amount: { amount: 1, currency: 'VND' },
          createdAtMs: settledMs - hourMs,
          updatedAtMs: settledMs + 20,
        },
        {
          id: known(second),
          status: 'failed',
          amount: { amount: 2, currency: 'VND' },
          createdAtMs: settledMs - hourMs,
          updatedAtMs: settledMs + 30,
        },
      ]);
      expect(await value(store.ledger.refunds([]))).toEqual([]);
    });
  });
};
