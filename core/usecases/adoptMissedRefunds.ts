import { err, ok, type Result } from 'neverthrow';
import { parseUuid } from '../id.ts';
import type { Ledger, OwnRecord } from '../ledger.ts';
import { isChargeOf, openPaymentStatuses, type PaymentStatus } from '../payment.ts';
import type { LedgerEntry } from '../provider.ts';
import type { AsyncResult, Unavailable } from '../result.ts';
import { createFollowCharge, type FollowPorts, reportedRefund } from './followCharge.ts';

type Ports = FollowPorts & { readonly ledger: Pick<Ledger, 'payments'> };

/**
 * Adopts the refunds of these entries: none of them has a record of ours, so their events were lost. A refund of a
 * charge that is not ours, of a second charge of a payment, or of a payment without an outcome yet, is left alone. The
 * ledger was read some time ago, so each charge is then read again: what was adopted may have failed.
 */
export const createAdoptMissedRefunds = (
  ports: Ports,
): ((entries: readonly LedgerEntry[]) => AsyncResult<void>) => {
  const { ledger, refunds, world } = ports;
  const followCharge = createFollowCharge(ports);
  return async (entries) => {
    // Other systems may have written ids into the provider's records that are not ours.
    const ofPayment = Map.groupBy(entries, ({ paymentId }) => parseUuid(paymentId ?? ''));
    const ids = [...ofPayment.keys()].filter((id) => id !== null);
    const payments = await readInSteps(ids, ledger.payments);
    if (payments.isErr()) return err(payments.error);
    const nowMs = world.clock.nowMs();
    for (const payment of payments.value) {
      const { id: paymentId, status } = payment;
      if (openPaymentStatuses.includes(status)) continue;
      const ofThis = (ofPayment.get(paymentId) ?? []).filter((entry) => isChargeOf(payment, entry.reference));
      const reported = ofThis.map(reportedRefund);
      const createId = () => world.ids.next(nowMs);
      const adopted = await refunds.adopt({ paymentId, refunds: reported, createId }, nowMs);
      if (adopted.isErr()) return err(adopted.error);
      if (adopted.value === 0) continue;
      for (const reference of new Set(ofThis.map((entry) => entry.reference))) {
        const followed = await followCharge(reference);
        if (followed.isErr()) return err(followed.error);
      }
    }
    return ok(undefined);
  };
};

const stepSize = 500;

const readInSteps = async (
  ids: readonly string[],
  read: Ledger['payments'],
): Promise<Result<readonly OwnRecord<PaymentStatus>[], Unavailable>> => {
  const records: OwnRecord<PaymentStatus>[] = [];
  for (let at = 0; at < ids.length; at += stepSize) {
    const page = await read(ids.slice(at, at + stepSize));
    if (page.isErr()) return err(page.error);
    records.push(...page.value);
  }
  return ok(records);
};
