import { type Mutant, mutant } from './mutant.ts';

/** The guards of refunds, disputes, late money and what the provider says. */
export const moneyMutants: readonly Mutant[] = [
  mutant(
    'the sum of refunds',
    'core/judgeRefund.ts',
    'const left = Math.max(0, Math.min(total.amount - refunded, chargeLeft ?? 0));',
    'const left = total.amount;',
  ),
  mutant(
    'the key of a refund',
    'core/judgeRefund.ts',
    'if (known !== null)',
    "if (known !== null && known.fingerprint === '')",
  ),
  mutant(
    'the id of a refund at the provider',
    'core/usecases/runJob.ts',
    'provider.refund({ refundId: refund.id, reference, amount })',
    'provider.refund({ refundId: world.ids.next(nowMs()), reference, amount })',
  ),
  mutant(
    'a refund finishes once',
    'core/refundOutcome.ts',
    'if (status === null) return null;',
    "if (status === null && refund.status === 'failed') return null;",
    { scenario: 'two workers decide one refund' },
  ),
  mutant(
    'a whole refund pauses the work',
    'core/judgeRefund.ts',
    'task: isFull ?',
    'task: isFull && status === null ?',
  ),
  mutant(
    'the refund puts back only what is not gone',
    'core/refundOutcome.ts',
    'held > 0 && (restock ?? !gone)',
    'held > 0 && (restock ?? true)',
  ),
  mutant(
    'the late charge is refunded',
    'core/usecases/providerEvents.ts',
    'return succeeded ? (await refundLateCharge(paymentId, reference)).map(() => true) : ok(true);',
    'return ok(true);',
    { scenario: 'late money, refunds and lost disputes' },
  ),
  mutant(
    'the late outcome is refunded',
    'core/usecases/recordOutcome.ts',
    'else if (outcome.reference !== null) await refundLateCharge(claim.checkoutId, outcome.reference);',
    '',
    {
      redundant:
        'a provider keeps its keys, so no charge succeeds after its release; it is for one that does not',
    },
  ),
  mutant(
    'the dispute holds a refund back',
    'core/judgeRefund.ts',
    "if (order.disputed) return err({ kind: 'payment_disputed' });",
    '',
    { redundant: 'the job of the refund waits for the end of the dispute as well' },
  ),
  mutant(
    'a refund is adopted once',
    'core/adoptRefunds.ts',
    'new Set(refunds.flatMap(({ refund, reference }) => [refund.id, reference]))',
    'new Set(refunds.map(({ refund }): string | null => refund.id))',
  ),
  mutant(
    'a refund of ours is not adopted',
    'core/adoptRefunds.ts',
    '&& (refundId === null || !known.has(refundId))',
    '',
    { scenario: 'refunds of both sides meet' },
  ),
  mutant(
    'only the order that is refunded leaves its group',
    'core/group.ts',
    'orderIds.map((id) => id !== orderId)',
    'orderIds.map((id) => id !== orderId && false)',
  ),
  mutant(
    'a failed refund is settled as failed',
    'core/usecases/runJob.ts',
    "if (decision.kind !== 'refused') return deferredWithoutLimit(decision.reason);",
    "if (decision.kind !== 'refused' && decision.kind !== 'unknown') return deferredWithoutLimit(decision.reason);",
  ),
  mutant(
    'a refund that is pending is asked about again',
    'core/usecases/runJob.ts',
    "if (decision.kind === 'pending') return deferredWithoutLimit(waits.undecided);",
    "if (decision.kind === 'pending') return done;",
  ),
  mutant(
    'recordings of one payment count once',
    'tests/model/audits.ts',
    'if (nextPaymentStatus(row.payment.status, changes.payment) === null || stale)',
    'if (stale)',
  ),
  mutant(
    'a payment is due again later',
    'core/usecases/recoverPayments.ts',
    'return nowMs < windowEndMs ? Math.min(afterPauseMs, windowEndMs) : afterPauseMs;',
    'return Number.MAX_SAFE_INTEGER;',
  ),
  mutant(
    'an event is stored once',
    'tests/model/inbox.ts',
    'if (tables.eventIds.has(key)) return false;',
    '',
  ),
];
