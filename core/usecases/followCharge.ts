import { err, ok } from 'neverthrow';
import type { Audits } from '../audit.ts';
import type { Disputes, ReportedDispute } from '../dispute.ts';
import { parseUuid } from '../id.ts';
import { isChargeOf, openPaymentStatuses } from '../payment.ts';
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
 * ignored, and so is a second charge of a payment: it paid for no order. Fails with `unavailable` only.
 */
export type FollowCharge = (reference: string, signed?: ReportedDispute | null) => AsyncResult<boolean>;

export const createFollowCharge = (ports: FollowPorts): FollowCharge => {
  const follow = createFollowOnce(ports);
  return async (reference, signed = null) => {
    const followed = await follow(reference, signed);
    if (followed.isErr() || followed.value.adopted === 0) return followed.map(({ isDone }) => isDone);
    // A refund may have failed after we read it and before we adopted it. Its event then found nothing that could fail.
    return (await follow(reference, signed)).map(({ isDone }) => isDone);
  };
};

export type FollowPorts = {
  readonly audits: Pick<Audits, 'find'>;
  readonly refunds: Pick<Refunds, 'adopt' | 'failAdopted'>;
  readonly disputes: Disputes;
  readonly provider: Pick<PaymentProvider, 'readCharge'>;
  readonly world: World;
};

/** `adopted` is the number of refunds that were written. */
type Followed = { readonly isDone: boolean; readonly adopted: number };

const nothingToDo: Followed = { isDone: true, adopted: 0 };

const createFollowOnce =
  ({ audits, refunds, disputes, provider, world }: FollowPorts) =>
  async (reference: string, signed: ReportedDispute | null): AsyncResult<Followed> => {
    const found = await provider.readCharge(reference);
    if (found.isErr()) return err(found.error);
    const charge = found.value;
    // Other systems may have written ids into the provider's records that are not ours.
    const paymentId = parseUuid(charge?.paymentId ?? '');
    if (charge === null || paymentId === null) return ok(nothingToDo);
    const checkout = await audits.find(paymentId);
    if (checkout.isErr()) return err(checkout.error);
    if (checkout.value === null) return ok(nothingToDo);
    const { payment } = checkout.value;
    if (openPaymentStatuses.includes(payment.status)) return ok({ isDone: false, adopted: 0 });
    if (!isChargeOf(payment, reference)) return ok(nothingToDo);

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
    const won = reported.filter(({ status, isConfirmed }) => status === 'won' && isConfirmed);
    const ends = [
      ...charge.failedRefunds.map((failed) => [failed, 'the refund failed'] as const),
      ...won.map((dispute) => [dispute.reference, 'the dispute was won'] as const),
    ];
    for (const [ended, reason] of ends) {
      const failed = await refunds.failAdopted(ended, reason, nowMs);
      if (failed.isErr()) return err(failed.error);
    }
    const done = { isDone: true, adopted: adopted.value };
    if (reported.length === 0) return ok(done);
    return (await disputes.record({ paymentId, disputes: reported, createId }, nowMs)).map(() => done);
  };

const disputedRefund = ({ reference, amount, atMs }: ReportedDispute): ReportedRefund => ({
  reference,
  refundId: null,
  origin: 'dispute',
  amount,
  atMs,
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
