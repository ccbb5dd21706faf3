import { describe, expect, test } from 'bun:test';
import type { Claim } from '../../core/audit.ts';
import { reconciliationPipeline } from '../../core/pipelines/reconciliation.ts';
import type { LedgerEntry } from '../../core/provider.ts';
import { createReconcileLedger } from '../../core/usecases/reconcileLedger.ts';
import { createPaymentRecovery } from '../../core/usecases/recoverPayments.ts';
import { createProviderWithLedger } from '../core/providers.ts';
import { defined, requiresAction, unknownOutcome, unwrap } from './fixture.ts';
import { type OpenStore, useFreshStore } from './testContext.ts';

const hourMs = 3_600_000;

/** Payments whose key the provider has forgotten: its ledger decides. */
export const ledgerDecidesContract = (name: string, open: OpenStore): void => {
  describe(`${name}: the ledger decides`, () => {
    const context = useFreshStore(open);
    const entries: LedgerEntry[] = [];

    const openCheckout = async (
      outcome = unknownOutcome as typeof unknownOutcome | typeof requiresAction,
    ) => {
      const { fixture } = context();
      const products = [await fixture.createProduct(), await fixture.createProduct()];
      const orders = await fixture.placeOrders(products);
      const claim = await fixture.claimCheckout(fixture.checkoutRequest(orders));
      await fixture.recordOutcome(claim, outcome);
      return claim;
    };
    const chargeAtProvider = ({ checkoutId, amount }: Claim, atMs = context().fixture.now()) =>
      entries.push({
        ...{ kind: 'charge', id: `ch_${entries.length}`, reference: `pi_${entries.length}` },
        ...{ paymentId: checkoutId, refundId: null, amount, atMs },
      });

    const provider = () => createProviderWithLedger(entries);
    const recover = () => {
      const { store, world } = context();
      return unwrap(createPaymentRecovery({ ...store, provider: provider(), world }).recoverDue());
    };
    /** Runs the reconciliations that were requested. Returns their days. */
    const reconcile = async (): Promise<readonly string[]> => {
      const { fixture, store, world } = context();
      const leases = await fixture.claimJobs(reconciliationPipeline);
      const days: string[] = [];
      for (const lease of leases) {
        const requested = defined(await unwrap(store.ledger.findReconciliation(lease.jobId)));
        const run = createReconcileLedger({ ...store, provider: provider(), world });
        const report = await unwrap(run(requested));
        await unwrap(store.ledger.finishReconciliation(lease.jobId, report, fixture.now()));
        await fixture.reportJob(lease, { kind: 'done' });
        days.push(requested.day);
      }
      return days.toSorted();
    };
    const statusOf = async ({ checkoutId }: Claim) =>
      defined(await unwrap(context().store.audits.find(checkoutId))).payment.status;
    const orderStatuses = async ({ checkoutId }: Claim) =>
      defined(await unwrap(context().store.audits.find(checkoutId))).orders.map(({ status }) => status);
    const differences = async () => {
      const { fixture, store } = context();
      return (await unwrap(store.ledger.counts(fixture.now()))).ledger_differences.count;
    };

    test('A charge that the ledger has pays the orders, and is no difference afterwards', async () => {
      const { fixture, world } = context();
      entries.length = 0;
      const [paid, waited] = [await openCheckout(), await openCheckout(requiresAction)];
      chargeAtProvider(paid);
      chargeAtProvider(waited, fixture.now() + hourMs);
      // The clock is at 8 o'clock. The day must be over, and its last charges visible.
      world.advance(16 * hourMs + hourMs - 1);
      await recover();
      world.advance(7 * hourMs);
      expect(await recover()).toBe(2);
      // Both payments share the reconciliation of their day.
      expect(await reconcile()).toEqual(['2026-03-01']);
      expect(await differences()).toBe(2);
      expect([await statusOf(paid), await statusOf(waited)]).toEqual(['unknown', 'requires_action']);

      world.advance(hourMs);
      expect(await recover()).toBe(2);
      expect([await statusOf(paid), await statusOf(waited)]).toEqual(['succeeded', 'succeeded']);
      expect([await orderStatuses(paid), await orderStatuses(waited)]).toEqual([
        ['paid', 'paid'],
        ['paid', 'paid'],
      ]);
      const [order] = paid.orders;
      const { payment } = await fixture.findOrder(defined(order).id);
      expect(payment?.reference).toBe('pi_0');
      expect(await fixture.listTasks({ orderId: defined(order).id })).toHaveLength(1);
      expect(new Set(await reconcile())).toEqual(new Set(['2026-03-01']));
      expect(await differences()).toBe(0);
      world.advance(48 * hourMs);
      expect(await recover()).toBe(0);
    });

    test('A charge that neither its day nor the next has is cancelled, and its orders can be paid again', async () => {
      const { fixture, world } = context();
      entries.length = 0;
      const claim = await openCheckout();
      chargeAtProvider({ ...claim, checkoutId: fixture.newId() });
      world.advance(24 * hourMs);
      expect(await recover()).toBe(1);
      expect(await reconcile()).toEqual(['2026-03-01']);
      for (let hours = 0; hours < 16; hours++) {
        world.advance(hourMs);
        await recover();
        expect(await statusOf(claim)).toBe('unknown');
        expect(await reconcile()).toEqual([]);
      }
      world.advance(hourMs);
      await recover();
      expect(await reconcile()).toEqual(['2026-03-02']);
      world.advance(hourMs);
      await recover();
      expect(await statusOf(claim)).toBe('cancelled');
      expect(await orderStatuses(claim)).toEqual(['pending', 'pending']);
      const again = fixture.checkoutRequest(claim.orders);
      expect((await fixture.tryClaimCheckout(again)).isOk()).toBe(true);
    });

    test('A charge after midnight is found by the reconciliation of the next day', async () => {
      const { fixture, world } = context();
      entries.length = 0;
      world.clock.set(Date.UTC(2026, 2, 1, 23, 59));
      const claim = await openCheckout();
      chargeAtProvider(claim, fixture.now() + 120_000);
      world.advance(48 * hourMs);
      await recover();
      expect(await reconcile()).toEqual(['2026-03-01', '2026-03-02']);
      world.advance(hourMs);
      await recover();
      expect(await statusOf(claim)).toBe('succeeded');
    });

    test('A reconciliation that ran while charges of the day were still to come does not decide', async () => {
      const { fixture, store, world } = context();
      entries.length = 0;
      const claim = await openCheckout();
      const firstMs = Date.UTC(2026, 2, 1);
      for (const dayMs of [firstMs, firstMs + 24 * hourMs]) {
        const ids = { id: fixture.newId(), taskId: fixture.newId() };
        const day = { day: world.calendar.dayOf(dayMs), dayMs, endMs: dayMs + 24 * hourMs };
        await unwrap(store.ledger.requestReconciliation({ ...ids, ...day }, fixture.now()));
      }
      expect(await reconcile()).toHaveLength(2);
      chargeAtProvider(claim, fixture.now() + 1);
      world.advance(48 * hourMs);
      await recover();
      expect(await statusOf(claim)).toBe('unknown');
      expect(await reconcile()).toEqual(['2026-03-01', '2026-03-02']);
      world.advance(hourMs);
      await recover();
      expect(await statusOf(claim)).toBe('succeeded');
    });

    test('The newest finished reconciliation of a day is its evidence, from the time that is asked for', async () => {
      const { fixture, store, world } = context();
      entries.length = 0;
      const claim = await openCheckout();
      const dayMs = Date.UTC(2026, 2, 1);
      const day = { day: '2026-03-01', dayMs, endMs: dayMs + 24 * hourMs };
      const request = async () => {
        const ids = { id: fixture.newId(), taskId: fixture.newId() };
        await unwrap(store.ledger.requestReconciliation({ ...ids, ...day }, fixture.now()));
      };
      await request();
      await reconcile();
      const evidence = (requestedFromMs: number) =>
        unwrap(
          store.ledger.findEvidence({
            ...{ paymentId: claim.checkoutId, dayMs: day.dayMs, endMs: day.endMs },
            requestedFromMs,
          }),
        );
      expect(await evidence(fixture.now())).toMatchObject({
        reconciliation: { day: '2026-03-01', finishedAtMs: fixture.now() },
        chargeReference: null,
      });
      expect(await evidence(fixture.now() + 1)).toBeNull();
      const longer = { paymentId: claim.checkoutId, dayMs, endMs: day.endMs + hourMs, requestedFromMs: 0 };
      expect(await unwrap(store.ledger.findEvidence(longer))).toBeNull();
      chargeAtProvider(claim);
      world.advance(40 * hourMs);
      // A newer one that still runs does not hide what the finished one found.
      await request();
      expect(await evidence(0)).toMatchObject({ reconciliation: { finishedAtMs: expect.any(Number) } });
      await reconcile();
      expect(await evidence(0)).toMatchObject({ chargeReference: 'pi_0' });
      const other = { ...longer, paymentId: fixture.newId(), endMs: day.endMs };
      expect(await unwrap(store.ledger.findEvidence(other))).toMatchObject({ chargeReference: null });
    });
  });
};
