import { err, ok } from 'neverthrow';
import type { Audits } from '../audit.ts';
import type { Disputes, ReportedDispute } from '../dispute.ts';
import { parseUuid } from '../id.ts';
import { openPaymentStatuses } from '../payment.ts';
import type { LedgerEntry, PaymentProvider } from '../provider.ts';
import type { Refunds, ReportedRefund } from '../refund.ts';
import type { AsyncResult } from '../result.ts';
import type { World } from '../world.ts';

/**
 * Reads a charge at the provider, by the provider's id, and brings our books to what was done to it there: adopts
 * refunds, records disputes, and counts the money of lost disputes as refunded. `signed` is the dispute of a
 * signed event. It is recorded as the event describes it, unless the provider says otherwise when it is asked.
 *
 * Returns false if the payment has no outcome yet: then it must be called again later. A charge that we did not create is
 * ignored. Fails with `unavailable` only.
 */
export type FollowCharge = (reference: string, signed?: ReportedDispute | null) => AsyncResult<boolean>;

export const createFollowCharge =
  ({
    audits,
    refunds,
    disputes,
    provider,
    world,
  }: {
    readonly audits: Pick<Audits, 'find'>;
    readonly refunds: Pick<Refunds, 'adopt' | 'failAdopted'>;
    readonly disputes: Disputes;
    readonly provider: Pick<PaymentProvider, 'readCharge'>;
    readonly world: World;
  }): FollowCharge =>
  async (reference, signed = null) => {
    const found = await provider.readCharge(reference);
    if (found.isErr()) return err(found.error);
    const charge = found.value;
    // Other systems may have written ids into the provider's records that are not ours.
    const paymentId = parseUuid(charge?.paymentId ?? '');
    if (charge === null || paymentId === null) return ok(true);
    const checkout = await audits.find(paymentId);
    if (checkout.isErr()) return err(checkout.error);
    if (checkout.value === null) return ok(true);
    if (openPaymentStatuses.includes(checkout.value.payment.status)) return ok(false);

    const nowMs = world.clock.nowMs();
    const createId = () => world.ids.next(nowMs);
    const isKnown = charge.disputes.some((dispute) => dispute.reference === signed?.reference);
    const reported = [
      ...charge.disputes.map((dispute) => ({ ...dispute, isConfirmed: true })),
      ...(signed === null || isKnown ? [] : [{ ...signed, isConfirmed: false }]),
    ];
    // The money of a lost dispute counts before refunds are allowed again.
    const taken = reported.filter(({ status }) => status === 'lost').map(disputedRefund);
    const adopted = await refunds.adopt(
      { paymentId, refunds: [...charge.refunds.map(reportedRefund), ...taken], createId },
      nowMs,
    );
    if (adopted.isErr()) return err(adopted.error);
    for (const { reference: won, status, isConfirmed } of reported) {
      if (status !== 'won' || !isConfirmed) continue;
      const failed = await refunds.failAdopted(won, 'the dispute was won', nowMs);
      if (failed.isErr()) return err(failed.error);
    }
    if (reported.length === 0) return ok(true);
    return (await disputes.record({ paymentId, disputes: reported, createId }, nowMs)).map(() => true);
  };

const disputedRefund = ({ reference, amount, atMs }: ReportedDispute): ReportedRefund => ({
  ...{ reference, refundId: null, origin: 'dispute', amount, atMs },
});

/** An entry of the provider's ledger as it is adopted. */
export const reportedRefund = ({ kind, id, refundId, amount, atMs }: LedgerEntry): ReportedRefund => ({
  reference: id,
  // Other systems may have written ids into the provider's records that are not ours.
  refundId: parseUuid(refundId ?? ''),
  origin: kind === 'dispute' ? 'dispute' : 'provider',
  amount,
  atMs,
});
