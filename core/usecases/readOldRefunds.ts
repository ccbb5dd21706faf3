import { err, ok } from 'neverthrow';
import type { OwnRecord } from '../ledger.ts';
import type { LedgerEntry, PaymentProvider, ProviderCharge } from '../provider.ts';
import type { RefundStatus, Refunds } from '../refund.ts';
import type { AsyncResult } from '../result.ts';

/** `unread` are those whose charge the provider does not have under our name for it. Nobody can compare them. */
type OldRefunds = { readonly entries: readonly LedgerEntry[]; readonly unread: ReadonlySet<string> };

/**
 * Reads what the provider has of refunds that were made long before they were recorded, by their charges. A dispute is
 * lost months after it took the money, and the ledger of all days since then would be too much to read.
 */
export const createReadOldRefunds =
  ({
    refunds,
    provider,
  }: {
    readonly refunds: Pick<Refunds, 'find'>;
    readonly provider: Pick<PaymentProvider, 'readCharge'>;
  }): ((old: readonly Pick<OwnRecord<RefundStatus>, 'id'>[]) => AsyncResult<OldRefunds>) =>
  async (old) => {
    const charges = new Map<string, readonly LedgerEntry[] | null>();
    const unread = new Set<string>();
    for (const { id } of old) {
      const refund = await refunds.find(id);
      if (refund.isErr()) return err(refund.error);
      const reference = refund.value?.chargeReference ?? '';
      if (!charges.has(reference)) {
        const charge = await provider.readCharge(reference);
        if (charge.isErr()) return err(charge.error);
        charges.set(reference, charge.value === null ? null : entriesOf(reference, charge.value));
      }
      if (charges.get(reference) === null) unread.add(id);
    }
    return ok({ entries: [...charges.values()].flatMap((entries) => entries ?? []), unread });
  };

/** As the ledger has them. */
const entriesOf = (
  reference: string,
  { paymentId, refunds, disputes }: ProviderCharge,
): readonly LedgerEntry[] => [
  ...refunds,
  ...disputes
    .filter(({ status }) => status === 'lost')
    .map(({ reference: id, amount, atMs }) => ({
      kind: 'dispute' as const,
      id,
      reference,
      paymentId,
      refundId: null,
      amount,
      atMs,
    })),
];
