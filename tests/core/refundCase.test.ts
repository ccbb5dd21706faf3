import { beforeEach, describe, expect, test } from 'bun:test';
import { err } from 'neverthrow';
import type { Claim } from '../../core/audit.ts';
import type { LedgerDifference } from '../../core/ledger.ts';
import type { ChargeOutcome } from '../../core/provider.ts';
import { createRefundCase } from '../../core/usecases/refundCase.ts';
import {
  createFixture,
  declined,
  providerUnavailable,
  unknownOutcome,
  unwrap,
} from '../contracts/fixture.ts';
import { createMemoryStore } from '../model/store.ts';
import { createTestWorld } from '../world.ts';

const actor = { id: 'ops', email: 'ops@example.com' };
const theirs = { amount: 5_000, currency: 'VND' };

describe('Refunds of cases', () => {
  let world = createTestWorld();
  let store = createMemoryStore(world);
  let fixture = createFixture(store, world);
  let claim: Claim;

  beforeEach(async () => {
    world = createTestWorld();
    store = createMemoryStore(world);
    fixture = createFixture(store, world);
    const order = await fixture.placeOrder(await fixture.createProduct());
    claim = await fixture.claimCheckout(fixture.checkoutRequest([order]));
  });

  const addDifference = async (changes: Partial<LedgerDifference>): Promise<string> => {
    const ids = { id: fixture.newId(), taskId: fixture.newId() };
    const nowMs = fixture.now();
    const day = { day: '2026-02-28', dayMs: nowMs - 32 * 3_600_000, endMs: nowMs - 8 * 3_600_000 };
    await unwrap(store.ledger.requestReconciliation({ ...ids, ...day }, nowMs));
    const difference = {
      ...({
        id: fixture.newId(),
        kind: 'charge_unknown',
        providerId: 'ch_9',
        chargeReference: 'pi_9',
      } as const),
      ...{ paymentId: null, refundId: null, ours: null, theirs, atMs: day.dayMs },
      ...changes,
    };
    const report = { charges: 1, refunds: 0, differences: 1, storedDifferences: [difference] };
    await unwrap(store.ledger.finishReconciliation(ids.id, report, nowMs));
    return difference.id;
  };
  const refundCase = (caseId: string, reason = 'a test charge', by = actor) =>
    createRefundCase({ ...store, world })({ check: 'ledger_differences', caseId, actor: by, reason });
  const openCases = async () => (await unwrap(store.ledger.counts(fixture.now()))).ledger_differences.count;

  test('An unknown charge is refunded once, whichever reconciliation found it', async () => {
    const first = await addDifference({});
    expect(await openCases()).toBe(1);
    const { refund, replayed } = await unwrap(refundCase(first));
    expect(replayed).toBe(false);
    expect(refund).toMatchObject({
      orderId: null,
      paymentId: null,
      amount: theirs,
      origin: 'operator',
      reason: 'a test charge',
    });
    expect((await fixture.findRefund(refund.id)).chargeReference).toBe('pi_9');
    expect(await openCases()).toBe(0);
    world.advance(1_000);
    expect(await unwrap(refundCase(first, 'another reason'))).toEqual({ refund, replayed: true });
    const again = await addDifference({});
    expect(await openCases()).toBe(0);
    expect(await unwrap(refundCase(again))).toEqual({ refund, replayed: true });
  });

  test('Who asks for a refund that was made does not become who settled the case, unless nobody did', async () => {
    const caseId = await addDifference({});
    const settledBy = async () => {
      const query = { check: 'ledger_differences', caseId } as const;
      return (await unwrap(store.ledger.findCase(query, fixture.now())))?.acknowledgement?.actor;
    };
    const crashed = {
      ...store.ledger,
      acknowledge: async () => err({ kind: 'unavailable', reason: 'crash' } as const),
    };
    const request = { check: 'ledger_differences', caseId, actor, reason: 'a test charge' } as const;
    const lost = await createRefundCase({ ...store, ledger: crashed, world })(request);
    expect(lost._unsafeUnwrapErr()).toMatchObject({ kind: 'unavailable' });
    expect(await settledBy()).toBeUndefined();
    const [second, third] = ['second', 'third'].map((id) => ({ id, email: `${id}@example.com` }));
    await unwrap(refundCase(caseId, 'a test charge', second));
    expect(await settledBy()).toEqual(second);
    await unwrap(refundCase(caseId, 'a test charge', third));
    expect(await settledBy()).toEqual(second);
  });

  test.each<[string, ChargeOutcome]>([
    ['declined', declined],
    ['cancelled', { kind: 'cancelled' }],
    ['released', providerUnavailable],
  ])('A charge whose payment was %s is refunded once as a late charge', async (_, outcome) => {
    await fixture.recordOutcome(claim, outcome);
    const changes = { kind: 'charge_unbooked', paymentId: claim.checkoutId } as const;
    const caseId = await addDifference(changes);
    const { refund, replayed } = await unwrap(refundCase(caseId));
    expect(replayed).toBe(false);
    expect(refund).toMatchObject({
      paymentId: claim.checkoutId,
      origin: 'operator',
      amount: claim.amount,
      reason: 'a test charge',
    });
    expect(await unwrap(refundCase(caseId))).toEqual({ refund, replayed: true });
    expect((await fixture.findRefund(refund.id)).chargeReference).toBe('pi_9');
    expect(await unwrap(store.audits.find(claim.checkoutId))).toMatchObject({
      payment: { status: 'refunded', reference: 'pi_9' },
    });
    expect(await openCases()).toBe(0);
  });

  test('A second charge of a payment is refunded once, and the one that paid for the order stays', async () => {
    await fixture.recordOutcome(claim, { kind: 'succeeded', reference: 'pi_1' });
    const changes = { kind: 'charged_twice', paymentId: claim.checkoutId } as const;
    const first = await addDifference({ ...changes, chargeReference: 'pi_1' });
    expect((await refundCase(first))._unsafeUnwrapErr()).toEqual({ kind: 'case_not_refundable' });
    const second = await addDifference(changes);
    const { refund, replayed } = await unwrap(refundCase(second));
    expect(replayed).toBe(false);
    expect(refund).toMatchObject({ orderId: null, paymentId: null, amount: theirs });
    expect((await fixture.findRefund(refund.id)).chargeReference).toBe('pi_9');
    expect(await unwrap(refundCase(second))).toEqual({ refund, replayed: true });
    expect(await openCases()).toBe(0);
    expect(await unwrap(store.audits.find(claim.checkoutId))).toMatchObject({
      payment: { status: 'succeeded', reference: 'pi_1' },
      orders: [{ status: 'paid' }],
    });
  });

  test('Of two late charges of a payment, each is refunded for itself', async () => {
    await fixture.recordOutcome(claim, declined);
    const changes = { kind: 'charge_unbooked', paymentId: claim.checkoutId } as const;
    const cases = [
      await addDifference({ ...changes, providerId: 'ch_1', chargeReference: 'pi_1' }),
      await addDifference(changes),
    ];
    const charges: string[] = [];
    for (const caseId of cases) {
      const { refund, replayed } = await unwrap(refundCase(caseId));
      expect(replayed).toBe(false);
      charges.push((await fixture.findRefund(refund.id)).chargeReference);
      expect(await unwrap(refundCase(caseId))).toEqual({ refund, replayed: true });
    }
    expect(charges).toEqual(['pi_1', 'pi_9']);
  });

  test('A charge is no second one while the payment has no outcome', async () => {
    const action = { clientSecret: null, redirectUrl: null };
    await fixture.recordOutcome(claim, { kind: 'requires_action', reference: 'pi_1', action });
    for (const kind of ['charged_twice', 'charge_unbooked'] as const) {
      const caseId = await addDifference({ kind, paymentId: claim.checkoutId });
      expect((await refundCase(caseId))._unsafeUnwrapErr()).toEqual({ kind: 'case_not_refundable' });
    }
  });

  test.each<[string, Partial<LedgerDifference>]>([
    ['charge of an open payment', { kind: 'charge_unbooked' }],
    ['second charge of a payment that does not know its own', { kind: 'charged_twice' }],
    ['missing charge', { kind: 'charge_missing', providerId: null, chargeReference: null, theirs: null }],
    ['charge with another amount', { kind: 'amount_differs' }],
    ['unknown refund', { kind: 'refund_unknown' }],
  ])('A %s cannot be refunded as a case', async (_, changes) => {
    await fixture.recordOutcome(claim, unknownOutcome);
    const caseId = await addDifference({ paymentId: claim.checkoutId, ...changes });
    expect((await refundCase(caseId))._unsafeUnwrapErr()).toEqual({ kind: 'case_not_refundable' });
    expect(await openCases()).toBe(1);
    expect(await fixture.listTasks({ pipeline: 'refund' })).toEqual([]);
  });

  test('A case of another check has orders, and an unknown case does not exist', async () => {
    await fixture.recordOutcome(claim, unknownOutcome);
    world.advance(3_600_000);
    const refund = createRefundCase({ ...store, world });
    const ofPayment = { check: 'unknown', caseId: claim.checkoutId, actor, reason: 'r' } as const;
    expect((await refund(ofPayment))._unsafeUnwrapErr()).toEqual({ kind: 'case_not_refundable' });
    const nobody = { ...ofPayment, caseId: fixture.newId() };
    expect((await refund(nobody))._unsafeUnwrapErr()).toEqual({ kind: 'not_found' });
    expect((await refundCase(fixture.newId()))._unsafeUnwrapErr()).toEqual({ kind: 'not_found' });
  });
});
