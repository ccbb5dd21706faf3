import { err, ok } from 'neverthrow';
import type { OwnRecord } from '../ledger.ts';
import type { LedgerEntry } from '../provider.ts';
import { isAdoptedOrigin, type RefundStatus, type Refunds } from '../refund.ts';
import type { AsyncResult } from '../result.ts';
import { createFollowCharge, type FollowPorts } from './followCharge.ts';

type Ports = FollowPorts & { readonly refunds: Pick<Refunds, 'find'> };

/**
 * Refunds that the provider's ledger does not have. Those that we adopted have most likely failed: a refund can fail after
 * we read its charge and before we adopt it. Its event then changes nothing, and the process can stop before it reads
 * the charge again.
 */
export const endedRefunds = (
  refunds: readonly OwnRecord<RefundStatus>[],
  entries: readonly LedgerEntry[],
): readonly OwnRecord<RefundStatus>[] => {
  const known = new Set(entries.map(({ id }) => id));
  return refunds.filter(({ reference }) => reference !== null && !known.has(reference));
};

/** Follows the charges of those that we adopted, each once. */
export const createFollowEndedRefunds = (
  ports: Ports,
): ((ended: readonly OwnRecord<RefundStatus>[]) => AsyncResult<void>) => {
  const followCharge = createFollowCharge(ports);
  return async (ended) => {
    const charges = new Set<string>();
    for (const { id } of ended) {
      const refund = await ports.refunds.find(id);
      if (refund.isErr()) return err(refund.error);
      const { value } = refund;
      if (value !== null && isAdoptedOrigin(value.origin)) charges.add(value.chargeReference);
    }
    for (const charge of charges) {
      const followed = await followCharge(charge);
      if (followed.isErr()) return err(followed.error);
    }
    return ok(undefined);
  };
};
