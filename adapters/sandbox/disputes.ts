import { err, ok, type Result } from 'neverthrow';
import type { Money } from '../../core/money.ts';
import type { AsyncResult } from '../../core/result.ts';
import { disputeOfRecord, recordOfDispute, type SandboxDispute } from './dispute.ts';
import type { Engine } from './engine.ts';
import { disputeNotice } from './event.ts';
import { type Intent, intentOfRecord, recordOfIntent } from './intent.ts';
import type { WriteFailure } from './records.ts';

/**
 * `not_disputable`: there is no such charge, it was not paid, another dispute of it is open or was lost, or the amount is
 * more than what is not refunded.
 */
export type DisputeFailure = WriteFailure | { readonly kind: 'not_disputable' };

/**
 * Opens a dispute of a charge, as a customer's bank does. A null amount is all that is not refunded. The dispute and its
 * charge change in one transaction, so that no refund is made beside it.
 */
export const openDispute = async (
  engine: Engine,
  {
    intentId,
    amount,
    reason,
  }: { readonly intentId: string; readonly amount: Money | null; readonly reason: string },
): Promise<Result<SandboxDispute, DisputeFailure>> => {
  const { records, world, eventRecords } = engine;
  for (;;) {
    const found = await records.find({ id: intentId });
    if (found.isErr()) return err(found.error);
    const intent = found.value === null || !intentId.startsWith('pi_') ? null : intentOfRecord(found.value);
    if (found.value === null || intent?.status !== 'succeeded' || intent.dispute !== null)
      return err({ kind: 'not_disputable' });
    const left = intent.amount.amount - intent.refunded;
    const disputed = amount ?? { ...intent.amount, amount: left };
    if (disputed.amount <= 0 || disputed.amount > left) return err({ kind: 'not_disputable' });
    const dispute: SandboxDispute = {
      id: engine.newId('dp'),
      intentId,
      chargeId: intent.chargeId,
      amount: disputed,
      reason,
      status: 'needs_response',
      paymentId: intent.metadata.payment_id ?? null,
      createdAtMs: world.clock.nowMs(),
    };
    const next: Intent = { ...intent, dispute: 'open', disputes: [dispute.id, ...intent.disputes] };
    const events = eventRecords(() => disputeNotice(dispute, 'created'), { deferred: true });
    const changed = await records.change({
      records: [recordOfIntent(next, found.value.version + 1)],
      also: [recordOfDispute(dispute, 1), ...events],
    });
    if (changed.isErr()) return err(changed.error);
    if (changed.value) return ok(dispute);
  }
};

/** Closes an open dispute, as the bank decides. Returns a closed one unchanged, and null if there is none. */
export const closeDispute = async (
  engine: Engine,
  id: string,
  status: 'won' | 'lost',
): Promise<Result<SandboxDispute | null, WriteFailure>> => {
  const { records, eventRecords } = engine;
  for (;;) {
    const found = await records.find({ id });
    if (found.isErr()) return err(found.error);
    if (found.value === null || !id.startsWith('dp_')) return ok(null);
    const dispute = disputeOfRecord(found.value);
    if (dispute.status !== 'needs_response') return ok(dispute);
    const charge = await records.find({ id: dispute.intentId });
    if (charge.isErr()) return err(charge.error);
    if (charge.value === null) return ok(null);
    const next: SandboxDispute = { ...dispute, status };
    const intent: Intent = { ...intentOfRecord(charge.value), dispute: status === 'lost' ? 'lost' : null };
    const changed = await records.change({
      records: [
        recordOfDispute(next, found.value.version + 1),
        recordOfIntent(intent, charge.value.version + 1),
      ],
      also: eventRecords(() => disputeNotice(next, 'closed'), { deferred: true }),
    });
    if (changed.isErr()) return err(changed.error);
    if (changed.value) return ok(next);
  }
};

export const findDispute = async ({ records }: Engine, id: string): AsyncResult<SandboxDispute | null> => {
  const found = await records.find({ id });
  return found.map((record) => (record === null || !id.startsWith('dp_') ? null : disputeOfRecord(record)));
};
