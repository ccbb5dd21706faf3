import { err, ok, Result } from 'neverthrow';
import type { OpenClaim, RecordResult } from '../audit.ts';
import type { Ledger } from '../ledger.ts';
import { nothingToPay } from '../outcome.ts';
import { openPaymentStatuses } from '../payment.ts';
import type { ChargeOutcome, PaymentProvider } from '../provider.ts';
import type { AsyncResult } from '../result.ts';
import { recoveryPauseMs } from '../retry.ts';
import type { TraceRecovery } from '../trace.ts';
import { createAskLedger } from './askLedger.ts';
import { createRecordOutcome, type RecordOutcomePorts } from './recordOutcome.ts';

/** For this time after its claim, a payment may be charged. Later the customer has left, so it is cancelled instead. */
export const chargeWindowMs = 15 * 60_000;

/** After this time the provider may have forgotten the key, so a response to it would prove nothing. */
export const keyMemoryMs = 23 * 3_600_000;

const batchMax = 50;

export type PaymentRecovery = {
  /** Recovers payments that are due, at most 50. Returns how many it claimed. */
  recoverDue(): AsyncResult<number>;
  /**
   * Recovers one payment, even if it is not due. Returns true if it now has a final outcome, and false if it has none
   * yet or could not be claimed.
   */
  recoverOne(paymentId: string): AsyncResult<boolean>;
};

/**
 * Completes checkouts that have no final outcome: the process stopped after the claim, the provider's response was lost
 * or too late, or the customer has to act. Sends the same charge under the same key. After `chargeWindowMs` it cancels
 * under that key instead, and records a success only if the charge had succeeded before. It never guesses: without a
 * final outcome the payment is due again later. After `keyMemoryMs` the provider's ledger decides, see `AskLedger`.
 */
export const createPaymentRecovery = (
  ports: RecordOutcomePorts & {
    readonly provider: PaymentProvider;
    readonly ledger: Pick<Ledger, 'findEvidence' | 'requestReconciliation'>;
    readonly traceRecovery?: TraceRecovery | undefined;
  },
): PaymentRecovery => {
  const { audits, provider, world, traceRecovery = untraced } = ports;
  const recordOutcome = createRecordOutcome(ports, { batchMax, waitingMax: batchMax });

  const askLedger = createAskLedger(ports);

  const recoverClaim = async (claim: OpenClaim, nowMs: number): AsyncResult<RecordResult | null> => {
    const outcome = knownOutcome(await askProvider(provider, claim, nowMs));
    return outcome === null ? ok(null) : recordOutcome(claim, outcome, claim.checkoutId);
  };

  const recoverOldClaim = async (claim: OpenClaim): AsyncResult<RecordResult | null> => {
    const decided = await askLedger.outcomeOf(claim);
    if (decided.isErr()) return err(decided.error);
    const outcome = knownOutcome(decided.value);
    if (outcome === null) return ok(null);
    const recorded = await recordOutcome(claim, outcome, claim.checkoutId);
    if (recorded.isErr() || outcome.kind !== 'succeeded') return recorded;
    return (await askLedger.reconcileAgain(claim)).map(() => recorded.value);
  };

  const recover = async (
    onlyPaymentId: string | null,
    trace: TraceRecovery,
  ): AsyncResult<readonly (RecordResult | null)[]> => {
    const nowMs = world.clock.nowMs();
    const claims = await audits.claimOpenPayments({
      nowMs,
      nextRecoveryAtMs: (attempt, claimedAtMs) => nextRecoveryAtMs(attempt, claimedAtMs, nowMs),
      limit: batchMax,
      onlyPaymentId,
    });
    if (claims.isErr()) return err(claims.error);

    // No ledger has a charge of 0.
    const { old = [], young = [] } = Object.groupBy(claims.value, ({ claimedAtMs, amount }) =>
      nowMs - claimedAtMs >= keyMemoryMs && amount.amount > 0 ? 'old' : 'young',
    );
    // Wait for all of them: a slow response or a bug in one recovery must not stop the others.
    const recoveries = await Promise.allSettled([
      ...young.map((claim) => trace(claim, () => recoverClaim(claim, nowMs))),
      ...inTurn(old, (claim) => trace(claim, () => recoverOldClaim(claim))),
    ]);
    for (const each of recoveries) if (each.status === 'rejected') throw each.reason;
    return Result.combine(recoveries.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])));
  };

  return {
    recoverDue: async () => (await recover(null, traceRecovery)).map((results) => results.length),
    // It is a part of the step that asks for it.
    recoverOne: async (paymentId) =>
      (await recover(paymentId, untraced)).map((results) => results.some(isFinal)),
  };
};

const untraced: TraceRecovery = (_, work) => work();

/** The payment is also due at the end of the charge window, when it is cancelled if it still waits for the customer. */
export const nextRecoveryAtMs = (attempt: number, claimedAtMs: number, nowMs: number): number => {
  const afterPauseMs = nowMs + recoveryPauseMs(attempt - 1);
  const windowEndMs = claimedAtMs + chargeWindowMs;
  return nowMs < windowEndMs ? Math.min(afterPauseMs, windowEndMs) : afterPauseMs;
};

const askProvider = async (
  provider: PaymentProvider,
  { checkoutId, amount, method, claimedAtMs }: OpenClaim,
  nowMs: number,
): Promise<ChargeOutcome | typeof nothingToPay> => {
  if (amount.amount === 0) return nothingToPay;
  const request = { paymentId: checkoutId, amount, method };
  return nowMs - claimedAtMs < chargeWindowMs ? provider.charge(request) : provider.cancel(request);
};

/** One after the other: payments of one day then share its reconciliation. */
const inTurn = <T>(claims: readonly OpenClaim[], recover: (claim: OpenClaim) => Promise<T>): Promise<T>[] => {
  let last: Promise<unknown> = Promise.resolve();
  return claims.map((claim) => {
    const next = last.then(
      () => recover(claim),
      () => recover(claim),
    );
    last = next;
    return next;
  });
};

/** Null for `unavailable` too: this call charged nothing, but an earlier call under the same key may have. */
const knownOutcome = <Outcome extends { readonly kind: string }>(outcome: Outcome): Outcome | null =>
  outcome.kind === 'unknown' || outcome.kind === 'unavailable' ? null : outcome;

const isFinal = (result: RecordResult | null): boolean =>
  result !== null && !openPaymentStatuses.includes(result.paymentStatus);
