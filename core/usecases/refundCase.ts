import { err, ok, type Result } from 'neverthrow';
import type { OperatorCommand } from '../activity.ts';
import type { Audits } from '../audit.ts';
import { lateRefundKey } from '../judgeRefund.ts';
import type { AcknowledgeCommand, Ledger, LedgerDifference } from '../ledger.ts';
import { chargedPaymentStatuses, isChargeOf } from '../payment.ts';
import type { Wakeup } from '../queue.ts';
import type { Refund, Refunds } from '../refund.ts';
import type { AsyncResult, Unavailable } from '../result.ts';
import type { World } from '../world.ts';
import { createRefundLateCharge } from './refundLateCharge.ts';

export type RefundCaseFailure =
  /** The check has no such case. */
  | { readonly kind: 'not_found' }
  /** The case is no charge, or its charge has orders, which are refunded themselves. */
  | { readonly kind: 'case_not_refundable' };

/** `replayed` if the refund was requested before. */
type CaseRefund = { readonly refund: Refund; readonly replayed: boolean };

export type RefundCase = (
  command: Pick<AcknowledgeCommand, 'check' | 'caseId' | 'actor' | 'command'> & { readonly reason: string },
) => AsyncResult<CaseRefund, RefundCaseFailure>;

type Ports = {
  readonly ledger: Pick<Ledger, 'findCase' | 'findDifference' | 'acknowledge'>;
  readonly audits: Audits;
  readonly refunds: Refunds;
  readonly wakeup: Wakeup;
  readonly world: World;
};

/**
 * Refunds a charge that has no order: a charge in the provider's ledger that belongs to no payment of ours, one of a
 * payment that was declined or cancelled, or a second one of a payment. A charge is refunded once, however often it is
 * requested. The case is then acknowledged; if the refund fails, that is its own case.
 */
export const createRefundCase = (ports: Ports): RefundCase => {
  const { ledger, audits, refunds, wakeup, world } = ports;
  const refundLateCharge = createRefundLateCharge(ports);

  const refundUnknown = async (
    reference: string,
    amount: Refund['amount'],
    reason: string,
    command: OperatorCommand | undefined,
  ) => {
    const nowMs = world.clock.nowMs();
    const ids = { refundId: world.ids.next(nowMs), taskId: world.ids.next(nowMs) };
    const requested = await refunds.refundUnknownCharge(
      { ...ids, reference, amount, reason, command, traceparent: world.traceparent() },
      nowMs,
    );
    if (requested.isOk()) wakeup.notify();
    return requested.map((refund) => ({ refund, replayed: refund.id !== ids.refundId }));
  };

  /** The refund of a payment that was declined or cancelled, and may have been requested before. */
  const refundLate = async (
    paymentId: string,
    reference: string,
    reason: string,
    command: OperatorCommand | undefined,
  ): AsyncResult<CaseRefund, RefundCaseFailure> => {
    const requested = await refundLateCharge(paymentId, reference, reason, command);
    if (requested.isErr()) return err(requested.error);
    const found = await refunds.findByKey(lateRefundKey(paymentId));
    return found.andThen((refund) =>
      refund === null ? notRefundable : ok({ refund, replayed: !requested.value }),
    );
  };

  /** True if the payment was charged, and by another charge than this one. */
  const isSecondCharge = async (reference: string, paymentId: string): AsyncResult<boolean> =>
    (await audits.find(paymentId)).map(
      (checkout) =>
        checkout !== null &&
        chargedPaymentStatuses.includes(checkout.payment.status) &&
        !isChargeOf(checkout.payment, reference),
    );

  const refundDifference = async (
    { kind, chargeReference, paymentId, theirs }: LedgerDifference,
    reason: string,
    command: OperatorCommand | undefined,
  ): AsyncResult<CaseRefund, RefundCaseFailure> => {
    if (chargeReference === null || theirs === null) return notRefundable;
    if (kind === 'charge_unknown') return refundUnknown(chargeReference, theirs, reason, command);
    const isOfPayment = kind === 'charge_unbooked' || kind === 'charged_twice';
    if (!isOfPayment || paymentId === null) return notRefundable;
    // Since the ledgers were compared, the payment may have been booked, or given back, with another charge.
    const isSecond = await isSecondCharge(chargeReference, paymentId);
    if (isSecond.isErr()) return err(isSecond.error);
    if (isSecond.value) return refundUnknown(chargeReference, theirs, reason, command);
    return kind === 'charge_unbooked'
      ? refundLate(paymentId, chargeReference, reason, command)
      : notRefundable;
  };

  return async ({ check, caseId, actor, command, reason }) => {
    if (check !== 'ledger_differences') {
      const found = await ledger.findCase({ check, caseId }, world.clock.nowMs());
      return found.andThen((each) => (each === null ? err({ kind: 'not_found' } as const) : notRefundable));
    }
    const difference = await ledger.findDifference(caseId);
    if (difference.isErr()) return err(difference.error);
    if (difference.value === null) return err({ kind: 'not_found' });
    const made = await refundDifference(difference.value, reason, command);
    if (made.isErr()) return made;
    const { refund } = made.value;
    const note = `refund ${refund.id}: ${refund.reason}`;
    const acknowledgement = { check, caseId, note, actor, command };
    const acknowledged = await ledger.acknowledge(acknowledgement, world.clock.nowMs());
    // A difference of an older reconciliation is no case any more, and needs no acknowledgement.
    return acknowledged.isErr() && acknowledged.error.kind === 'unavailable' ? err(acknowledged.error) : made;
  };
};

const notRefundable: Result<never, RefundCaseFailure | Unavailable> = err({ kind: 'case_not_refundable' });
