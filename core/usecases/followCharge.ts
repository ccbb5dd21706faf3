import { err, ok } from 'neverthrow';
import type { Audits } from '../audit.ts';
import { parseUuid } from '../id.ts';
import { openPaymentStatuses } from '../payment.ts';
import type { LedgerEntry, PaymentProvider } from '../provider.ts';
import type { Refunds, ReportedRefund } from '../refund.ts';
import type { AsyncResult } from '../result.ts';
import type { World } from '../world.ts';

/**
 * Reads a charge at the provider, by the provider's id, and adopts what was done to it there. Returns false if its
 * payment has no outcome yet: then it must be called again later. A charge that we did not create is ignored. Fails with
 * `unavailable` only.
 */
export type FollowCharge = (reference: string) => AsyncResult<boolean>;

export const createFollowCharge =
  ({
    audits,
    refunds,
    provider,
    world,
  }: {
    readonly audits: Pick<Audits, 'find'>;
    readonly refunds: Pick<Refunds, 'adopt'>;
    readonly provider: Pick<PaymentProvider, 'readCharge'>;
    readonly world: World;
  }): FollowCharge =>
  async (reference) => {
    const charge = await provider.readCharge(reference);
    if (charge.isErr()) return err(charge.error);
    // Other systems may have written ids into the provider's records that are not ours.
    const paymentId = parseUuid(charge.value?.paymentId ?? '');
    if (charge.value === null || paymentId === null) return ok(true);
    const checkout = await audits.find(paymentId);
    if (checkout.isErr()) return err(checkout.error);
    if (checkout.value === null) return ok(true);
    if (openPaymentStatuses.includes(checkout.value.payment.status)) return ok(false);
    const nowMs = world.clock.nowMs();
    const createId = () => world.ids.next(nowMs);
    const reported = charge.value.refunds.map(reportedRefund);
    return (await refunds.adopt({ paymentId, refunds: reported, createId }, nowMs)).map(() => true);
  };

/** An entry of the provider's ledger as it is adopted. */
export const reportedRefund = ({ id, refundId, amount, atMs }: LedgerEntry): ReportedRefund => ({
  reference: id,
  // Other systems may have written ids into the provider's records that are not ours.
  refundId: parseUuid(refundId ?? ''),
  origin: 'provider',
  amount,
  atMs,
});
