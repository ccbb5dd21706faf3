import type { Replacement } from '../chaos/run/guard.ts';

/** A guard that is taken out, and what is expected of it then. */
export type Mutant = {
  readonly name: string;
  readonly replacements: readonly Replacement[];
  /** Caught in liveness mode only. */
  readonly liveness?: boolean;
  /** Why nothing catches it. Null: histories catch it. */
  readonly redundant: string | null;
};

const mutant = (
  name: string,
  file: string,
  find: string,
  replace: string,
  more: Partial<Mutant> = {},
): Mutant => ({
  ...{ name, replacements: [{ file, find, replace }], redundant: null },
  ...more,
});

export const mutants: readonly Mutant[] = [
  mutant(
    'the stable Message-ID',
    'core/usecases/runStep.ts',
    'stepKey(lease.taskId, lease.step)',
    'stepKey(lease.taskId, String(lease.lease))',
  ),
  mutant(
    'the key of a charge',
    'core/usecases/checkOut.ts',
    'provider.charge({ paymentId, amount, method })',
    'provider.charge({ paymentId: world.ids.next(nowMs), amount, method })',
  ),
  mutant(
    'the recovery that waits for a final outcome',
    'core/usecases/recoverPayments.ts',
    "outcome.kind === 'unknown' || outcome.kind === 'unavailable' ? null : outcome",
    "outcome.kind === 'unknown' || outcome.kind === 'unavailable' ? ({ kind: 'cancelled' } as unknown as Outcome) : outcome",
  ),
  mutant(
    'the answer that waits for its record',
    'core/usecases/checkOut.ts',
    'const { applied, response } = recorded.unwrapOr({ applied: false, response: null });',
    "const { applied, response } = recorded.unwrapOr({ applied: false, response: null });\n      if (outcome.kind === 'succeeded' && recorded.isErr()) return ok({ response: { ...unknownResponse(claim.value, requestId), status: 'succeeded' }, replayed: false });",
  ),
  mutant(
    'unavailable only if nothing was charged before',
    'core/usecases/checkOut.ts',
    "if (outcome.kind === 'unavailable' && applied)",
    "if (outcome.kind === 'unavailable')",
  ),
  mutant(
    'the lease of a report',
    'tests/model/queue.ts',
    "task?.state === 'running' && task.lease === lease ? [task] : []",
    "task?.state === 'running' ? [task] : []",
  ),
  mutant(
    'the lease that a rescue raises',
    'core/rescue.ts',
    '({ id, lease: lease + 1, runAtMs: nowMs }) as const',
    '({ id, lease, runAtMs: nowMs }) as const',
    { redundant: 'the next claim raises it as well, and a report changes running tasks only' },
  ),
  mutant(
    'only pending orders are claimed',
    'core/judgeClaims.ts',
    "const notPending = found.filter(({ status }) => nextOrderStatus(status, 'claim') === null);",
    'const notPending = found.filter(() => false);',
  ),
  mutant(
    'the fingerprint of a key',
    'core/judgeClaims.ts',
    'if (known.fingerprint !== fingerprintOf(request))',
    'if (known.fingerprint === null)',
    { redundant: 'customers of the simulation send no key with another body; the contract suite does' },
  ),
  mutant(
    'a key with a response',
    'core/judgeClaims.ts',
    "if (known.response !== null) return err({ kind: 'already_answered', response: known.response });",
    '',
  ),
  mutant(
    'a key in progress',
    'core/judgeClaims.ts',
    "if (nextPaymentStatus(known.paymentStatus, 'retry') === null)",
    'if (known.paymentStatus === null)',
    { redundant: 'the orders are paying, so they are refused as well, with another word' },
  ),
  mutant(
    'the stock of a claim',
    'core/judgeClaims.ts',
    'if (products.length === 0) return ok(found);',
    'return ok(found);',
  ),
  mutant(
    'expired orders are not claimed',
    'core/judgeClaims.ts',
    "nextOrderStatus(order.status, 'claim') !== null && isExpired(order, nowMs)",
    'order.status === null && isExpired(order, nowMs)',
  ),
  mutant(
    'the newest attempt releases',
    'core/outcome.ts',
    'historyDetail, newestAttemptOnly: true }',
    'historyDetail }',
  ),
  mutant(
    'the recovery raises the attempt',
    'tests/model/audits.ts',
    'const attempt = row.attempt + 1;\n          const recoverAtMs',
    'const attempt = row.attempt;\n          const recoverAtMs',
  ),
  mutant(
    'the sum of refunds',
    'core/judgeRefund.ts',
    'const left = Math.min(total.amount - refunded, chargeLeft ?? 0);',
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
    'an expired order is cancelled with its release',
    'tests/model/audits.ts',
    "if (event === 'release' && isExpired(",
    'if (event === null && isExpired(',
    { redundant: 'the sweep of expired orders cancels it a little later, and nobody can claim it meanwhile' },
  ),
  mutant(
    'the units go back with the release',
    'tests/model/audits.ts',
    "if (event === 'release' && held > 0) moveUnits(tables, writes, orderId, { given: held, held: 0 });",
    '',
  ),
  mutant(
    'the charge window',
    'core/usecases/recoverPayments.ts',
    'return nowMs - claimedAtMs < chargeWindowMs ? provider.charge(request) : provider.cancel(request);',
    'return provider.charge(request);',
  ),
  mutant(
    'the dispute holds a refund back',
    'core/judgeRefund.ts',
    "if (order.disputed) return err({ kind: 'payment_disputed' });",
    '',
    { redundant: 'the job of the refund waits for the end of the dispute as well' },
  ),
  mutant(
    'the lost claim is looked up',
    'core/usecases/checkOut.ts',
    "if (failure.kind !== 'claim_lost') return err(failure);",
    "if (failure.kind === 'claim_lost') return err(failure.lost);\n        if (failure.kind !== 'claim_lost') return err(failure);",
  ),
  mutant(
    'the step that is done is not run again',
    'core/usecases/runStep.ts',
    'if (lease.alreadyDone) return report',
    'if (lease.alreadyDone && lease.lease < 0) return report',
    {
      redundant:
        'acceptance and advance commit together, so only a task that is moved back to its step by hand meets it',
    },
  ),
  mutant(
    'the sweep after a pause',
    'worker/pauses.ts',
    'await pauses.resume(resumedMax);',
    'await pauses.resume(0);',
  ),
  mutant(
    'the deadline of a step',
    'core/stepDeadline.ts',
    'withTimeout(timer, deadlineMs, work,',
    'withTimeout(timer, 1e12, work,',
    { liveness: true },
  ),
  mutant(
    'the claim with a wrong clock',
    'worker/worker.ts',
    'mayClaim() ? claim(nowMs, limit) : ok({ processed: 0, leases: [] });',
    'claim(nowMs, limit);',
    { liveness: true },
  ),
  mutant(
    'the time limit of the provider',
    'adapters/system/providerTimeLimit.ts',
    'withTimeout(timer, limitMs, attempt(call),',
    'withTimeout(timer, 1e12, attempt(call),',
    { liveness: true },
  ),
];
