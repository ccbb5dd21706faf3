import { err, ok } from 'neverthrow';
import type { OwnRefund } from '../ledger.ts';
import type { LedgerEntry } from '../provider.ts';
import type { Refunds } from '../refund.ts';
import type { AsyncResult } from '../result.ts';
import { createFollowCharge, type FollowPorts } from './followCharge.ts';

type Ports = FollowPorts & { readonly refunds: Pick<Refunds, 'find'> };

/**
 * Our refunds that the provider made and that its ledger does not have: they have failed, and we have not heard of it. One
 * can fail after it was read and before it was adopted. Its event then finds nothing that could fail, and who adopted
 * it can stop before the charge is read again.
 */
export const endedRefunds = (
  refunds: readonly OwnRefund[],
  entries: readonly LedgerEntry[],
): readonly OwnRefund[] => {
  const known = new Set(entries.map(({ id }) => id));
  return refunds.filter(({ reference }) => reference !== null && !known.has(reference));
};

/** Follows the charges of these refunds, each once. */
export const createFollowEndedRefunds = (
  ports: Ports,
): ((ended: readonly OwnRefund[]) => AsyncResult<void>) => {
  const followCharge = createFollowCharge(ports);
  return async (ended) => {
    const charges = new Set<string>();
    for (const { id } of ended) {
      const refund = await ports.refunds.find(id);
      if (refund.isErr()) return err(refund.error);
      if (refund.value !== null) charges.add(refund.value.chargeReference);
    }
    for (const charge of charges) {
      const followed = await followCharge(charge);
      if (followed.isErr()) return err(followed.error);
    }
    return ok(undefined);
  };
};
