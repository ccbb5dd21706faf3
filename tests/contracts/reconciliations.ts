import { describe, expect, test } from 'bun:test';
import type { LedgerDifference, ReconciliationReport } from '../../core/ledger.ts';
import { reconciliationPipeline } from '../../core/pipelines/reconciliation.ts';
import { declined, defined, listAll, refundFailed, refundSucceeded, succeeded, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Reconciliations, their differences, and the ledger's reads for them. Money checks are in moneyChecks.ts. */
export const reconciliationsContract = (name: string, open: OpenStore): void => {
  describe(`${name}: reconciliations`, () => {
    const context = useFreshStore(open);

    const dayAt = (ms: number) => ({
      day: new Date(ms).toISOString().slice(0, 10),
      dayMs: ms,
      endMs: ms + dayMs,
    });

    const today = () => Math.floor(context().fixture.now() / dayMs) * dayMs;

    const request = async (day = today()) => {
      const { fixture, store } = context();
      const ids = { id: fixture.newId(), taskId: fixture.newId() };
      return unwrap(store.ledger.requestReconciliation({ ...ids, ...dayAt(day) }, fixture.now()));
    };

    const difference = (changes: Partial<LedgerDifference> = {}) => ({
      id: context().fixture.newId(),
      kind: 'charge_unknown' as const,
      providerId: 'ch_9',
      chargeReference: 'pi_9',
      paymentId: null,
      refundId: null,
      ours: null,
      theirs: { amount: 5, currency: 'VND' },
      atMs: context().fixture.now() - 77,
      ...changes,
    });

    const report = (differences: ReconciliationReport['storedDifferences']): ReconciliationReport => ({
      charges: 12,
      refunds: 3,
      differences: differences.length,
      storedDifferences: differences,
    });

    const finish = async (id: string, differences: ReconciliationReport['storedDifferences']) =>
      unwrap(context().store.ledger.finishReconciliation(id, report(differences), context().fixture.now()));

    const differencesOf = (reconciliationId: string, limit = 2) =>
      listAll((after: string | null) =>
        context().store.ledger.differences({ reconciliationId, after, limit }),
      );

    const differenceCases = () => {
      const { fixture, store } = context();
      const query = { check: 'ledger_differences', nowMs: fixture.now(), limit: 2 } as const;
      return listAll((after: string | null) => store.ledger.cases({ ...query, after }));
    };

    test('A reconciliation is requested, finished by its job and then never changes', async () => {
      const { fixture, store, world } = context();
      const reconciliation = await request();
      const requested = {
        id: reconciliation.id,
        ...dayAt(today()),
        createdAtMs: fixture.now(),
        finishedAtMs: null,
      };
      expect(reconciliation).toEqual({ ...requested, charges: 0, refunds: 0, differences: 0 });
      expect(await unwrap(store.ledger.findReconciliation(reconciliation.id))).toEqual(reconciliation);
      expect(await unwrap(store.ledger.findReconciliation(fixture.newId()))).toBeNull();
      expect(await fixture.claimJobs(reconciliationPipeline)).toMatchObject([
        { jobId: reconciliation.id, step: 'reconcile_ledger' },
      ]);

      world.advance(9);
      const differences = [
        difference(),
        difference({ kind: 'charge_missing', paymentId: fixture.newId(), providerId: null, theirs: null }),
        difference({ kind: 'amount_differs', refundId: 'not an id', ours: { amount: 7, currency: 'USD' } }),
      ];
      await finish(reconciliation.id, differences);
      const done = { ...requested, finishedAtMs: fixture.now(), charges: 12, refunds: 3, differences: 3 };
      expect(await unwrap(store.ledger.findReconciliation(reconciliation.id))).toEqual(done);
      expect(await differencesOf(reconciliation.id)).toEqual(differences);

      world.advance(9);
      await finish(reconciliation.id, [difference()]);
      expect(await unwrap(store.ledger.findReconciliation(reconciliation.id))).toEqual(done);
      expect(await differencesOf(reconciliation.id)).toEqual(differences);
      expect(await differencesOf(fixture.newId())).toEqual([]);
      expect(
        (await store.ledger.finishReconciliation(fixture.newId(), report([]), fixture.now())).isOk(),
      ).toBe(true);
    });

    test('A reconciliation that is finished many times at once is finished once', async () => {
      const { fixture } = context();
      const { id } = await request();
      const reports = Array.from({ length: 6 }, () => [difference(), difference()]);
      await fixture.openConnections();
      await Promise.all(reports.map((differences) => finish(id, differences)));
      const differences = await differencesOf(id);
      expect(reports).toContainEqual([...differences]);
    });

    test('A list of reconciliations is newest first and can be read page by page', async () => {
      const { store } = context();
      const reconciliations = [];
      for (let index = 0; index < 5; index++) reconciliations.push(await request(today() - index * dayMs));
      const listed = await listAll((after: string | null) =>
        store.ledger.reconciliations({ after, limit: 2 }),
      );
      expect(listed).toEqual(reconciliations.toReversed());
    });

    test('The check ledger_differences shows the newest finished reconciliation of each day of the last month', async () => {
      const { fixture, store, world } = context();
      const [yesterday, other] = [today() - dayMs, today() - 2 * dayMs];
      const first = await request(yesterday);
      const old = difference();
      await finish(first.id, [old]);
      const own = { paymentId: fixture.newId(), theirs: null, ours: { amount: 9, currency: 'VND' } };
      const otherDay = difference({
        ...own,
        kind: 'charge_missing',
        providerId: null,
        atMs: fixture.now() - 99,
      });
      await finish((await request(other)).id, [otherDay]);
      const expectedCase = {
        id: old.id,
        orderId: null,
        paymentId: null,
        refundId: null,
        amount: { amount: 5, currency: 'VND' },
        sinceMs: old.atMs,
        detail: 'charge_unknown: ch_9',
        acknowledgement: null,
      };
      expect(await differenceCases()).toEqual([
        expectedCase,
        {
          ...expectedCase,
          id: otherDay.id,
          paymentId: otherDay.paymentId,
          amount: { amount: 9, currency: 'VND' },
          sinceMs: otherDay.atMs,
          detail: 'charge_missing',
        },
      ]);
      const countDifferences = async () =>
        (await unwrap(store.ledger.counts(fixture.now()))).ledger_differences;
      expect(await countDifferences()).toEqual({ count: 2, oldestMs: otherDay.atMs });

      const second = await request(yesterday);
      expect(await differenceCases()).toHaveLength(2);
      await finish(second.id, []);
      expect((await differenceCases()).map(({ id }) => id)).toEqual([otherDay.id]);
      world.advance(28 * dayMs);
      expect(await countDifferences()).toEqual({ count: 1, oldestMs: otherDay.atMs });
      world.advance(4 * dayMs);
      expect(await countDifferences()).toEqual({ count: 0, oldestMs: null });
      expect(await differenceCases()).toEqual([]);
    });

    test('The ledger reads payments by id and by time range', async () => {
      const { fixture, store, world } = context();
      const [fromMs, product] = [fixture.now(), await fixture.createProduct()];
      const claims = [];
      for (const outcome of [succeeded, declined, succeeded, declined, null]) {
        const claim = await fixture.claimCheckout(
          fixture.checkoutRequest([await fixture.placeOrder(product)]),
        );
        world.advance(5);
        if (outcome !== null) await fixture.recordOutcome(claim, outcome);
        claims.push(claim);
      }
      const [a, b, c, , e] = claims.map(defined);
      const late = { refundId: fixture.newId(), taskId: fixture.newId(), paymentId: defined(b).checkoutId };
      const response = defined((await fixture.recordOutcome(defined(b), declined)).response);
      await unwrap(store.refunds.refundLateCharge({ ...late, reference: 'ch_1', response }, fixture.now()));

      const ids = [defined(c), defined(a), defined(b), defined(e)].map(({ checkoutId }) => checkoutId);
      const payments = await unwrap(store.ledger.payments([...ids, fixture.newId()]));
      const byId = new Map(payments.map((payment) => [payment.id, payment]));
      expect(payments).toHaveLength(4);
      expect(byId.get(defined(a).checkoutId)).toEqual({
        id: defined(a).checkoutId,
        status: 'succeeded',
        amount: defined(a).amount,
        createdAtMs: fromMs,
        updatedAtMs: fromMs + 5,
        reference: succeeded.reference,
      });
      expect(byId.get(defined(b).checkoutId)?.status).toBe('refunded');
      expect(byId.get(defined(e).checkoutId)?.status).toBe('initiated');
      expect(await unwrap(store.ledger.payments([]))).toEqual([]);

      const paymentsBetween = (range: { fromMs: number; toMs: number }) =>
        listAll((after: string | null) => store.ledger.listChargedPayments({ ...range, after, limit: 2 }));
      const idsOf = (rows: readonly { id: string }[]) => rows.map(({ id }) => id);
      const chargedIds = [a, b, c].map((claim) => defined(claim).checkoutId);
      expect(idsOf(await paymentsBetween({ fromMs, toMs: fixture.now() }))).toEqual(chargedIds);
      expect(idsOf(await paymentsBetween({ fromMs: fromMs + 1, toMs: fromMs + 11 }))).toEqual(
        chargedIds.slice(1),
      );
      expect(idsOf(await paymentsBetween({ fromMs: fromMs + 1, toMs: fromMs + 10 }))).toEqual(
        chargedIds.slice(1, 2),
      );
      expect(await paymentsBetween({ fromMs: fixture.now(), toMs: fixture.now() + hourMs })).toEqual([]);
    });

    test('The ledger reads refunds by the time at which they succeeded', async () => {
      const { fixture, store, world } = context();
      const order = await fixture.placePaidOrder(await fixture.createProduct());
      const refunds = [];
      for (let index = 0; index < 6; index++) refunds.push(await fixture.requestRefund(order.id, 1 + index));
      const ids = refunds.map(({ id }) => id);
      const firstSuccessMs = fixture.now() + hourMs;
      world.advance(hourMs);
      // Deliberately not in the order of their ids.
      for (const index of [4, 2, 0]) {
        await fixture.finishRefund(defined(ids[index]), refundSucceeded);
        world.advance(10);
      }
      await fixture.finishRefund(defined(ids[1]), refundFailed);
      const refundsBetween = async (fromMs: number, toMs: number) => {
        const rows = await listAll((after: string | null) =>
          store.ledger.listSucceededRefunds({ fromMs, toMs, after, limit: 1 }),
        );
        return rows.map(({ id }) => ids.indexOf(id));
      };
      expect(await refundsBetween(firstSuccessMs, fixture.now())).toEqual([0, 2, 4]);
      expect(await refundsBetween(firstSuccessMs + 1, firstSuccessMs + 21)).toEqual([0, 2]);
      expect(await refundsBetween(firstSuccessMs + 1, firstSuccessMs + 20)).toEqual([2]);
      expect(await refundsBetween(firstSuccessMs - hourMs, firstSuccessMs)).toEqual([]);

      const [first, second] = ids;
      const records = await unwrap(store.ledger.refunds([defined(second), fixture.newId(), defined(first)]));
      expect(records.toSorted((one, other) => (one.id < other.id ? -1 : 1))).toEqual([
        {
          id: defined(first),
          status: 'succeeded',
          amount: { amount: 1, currency: 'VND' },
          createdAtMs: firstSuccessMs - hourMs,
          updatedAtMs: firstSuccessMs + 20,
          reference: 're_1',
        },
        {
          id: defined(second),
          status: 'failed',
          amount: { amount: 2, currency: 'VND' },
          createdAtMs: firstSuccessMs - hourMs,
          updatedAtMs: firstSuccessMs + 30,
          reference: null,
        },
      ]);
      expect(await unwrap(store.ledger.refunds([]))).toEqual([]);
    });
  });
};
