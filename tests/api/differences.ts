import type { LedgerDifference } from '../../core/ledger.ts';
import type { Store } from '../../core/store.ts';
import type { World } from '../../core/world.ts';

/** A finished reconciliation of yesterday with one difference: a charge that only the provider has. Returns its id. */
export const addDifference = async (
  { store, world }: { readonly store: Store; readonly world: World },
  kind: LedgerDifference['kind'] = 'charge_unknown',
): Promise<string> => {
  const nowMs = world.clock.nowMs();
  const newId = () => world.ids.next(nowMs);
  const [id, differenceId] = [newId(), newId()];
  const day = { day: '2026-02-28', dayMs: nowMs - 32 * 3_600_000, endMs: nowMs - 8 * 3_600_000 };
  await store.ledger.requestReconciliation({ id, taskId: newId(), ...day }, nowMs);
  const difference = {
    ...{ id: differenceId, kind, providerId: 'ch_9', chargeReference: 'pi_9', paymentId: null },
    ...{ refundId: null, ours: null, theirs: { amount: 5_000, currency: 'VND' }, atMs: day.dayMs },
  };
  const report = { charges: 1, refunds: 0, differences: 1, storedDifferences: [difference] };
  await store.ledger.finishReconciliation(id, report, nowMs);
  return differenceId;
};
