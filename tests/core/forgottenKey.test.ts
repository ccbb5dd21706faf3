import { expect, test } from 'bun:test';
import type { ChargeOutcome } from '../../core/provider.ts';
import { createPaymentRecovery, keyMemoryMs } from '../../core/usecases/recoverPayments.ts';
import {
  createFixture,
  declined,
  defined,
  providerUnavailable,
  requiresAction,
  unknownOutcome,
  unwrap,
} from '../contracts/fixture.ts';
import { createMemoryStore } from '../model/store.ts';
import { createTestWorld } from '../world.ts';
import { createScriptedProvider } from './providers.ts';

const { reference } = requiresAction;

/** Recovers a payment that waits for its customer, after the provider may have forgotten its key. */
const recover = async (
  outcome: ChargeOutcome,
): Promise<{ payment: string; order: string; reconciliations: number }> => {
  const world = createTestWorld();
  const store = createMemoryStore(world);
  const fixture = createFixture(store, world);
  const order = await fixture.placeOrder(await fixture.createProduct());
  const claim = await fixture.claimCheckout(fixture.checkoutRequest([order]));
  await fixture.recordOutcome(claim, requiresAction);
  world.advance(4 * keyMemoryMs);
  const scripted = createScriptedProvider();
  const cancelled: string[] = [];
  const cancelCharge = async (id: string) => {
    cancelled.push(id);
    return outcome;
  };
  const recovery = createPaymentRecovery({ ...store, provider: { ...scripted, cancelCharge }, world });
  expect(await unwrap(recovery.recoverDue())).toBe(1);
  expect(scripted.calls).toEqual([]);
  expect(cancelled).toEqual([reference]);
  const { items } = await unwrap(store.ledger.reconciliations({ after: null, limit: 9 }));
  return {
    payment: defined(await unwrap(store.audits.find(claim.checkoutId))).payment.status,
    order: (await fixture.findOrder(order.id)).status,
    reconciliations: items.length,
  };
};

test.each([
  [{ kind: 'cancelled' }, 'pending'],
  [declined, 'pending'],
  [{ kind: 'succeeded', reference }, 'paid'],
] as const)(
  'A charge whose key is forgotten is cancelled by its id: %j leaves its order %s',
  async (outcome, order) => {
    expect(await recover(outcome)).toEqual({ payment: outcome.kind, order, reconciliations: 0 });
  },
);

test('A charge that the provider is still processing stays open, and no ledger is asked', async () => {
  const left = { payment: 'unknown', order: 'paying', reconciliations: 0 };
  expect(await recover({ kind: 'processing', reference })).toEqual(left);
});

test.each([providerUnavailable, unknownOutcome, requiresAction] as const)(
  'A charge that cannot be cancelled by its id is left to the ledger: %j',
  async (outcome) => {
    const left = { payment: 'requires_action', order: 'paying', reconciliations: 2 };
    expect(await recover(outcome)).toEqual(left);
  },
);
