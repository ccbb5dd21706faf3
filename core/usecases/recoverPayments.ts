import { err, ok, Result } from 'neverthrow';
import type { OpenClaim, RecordResult } from '../audit.ts';
import type { Ledger } from '../ledger.ts';
import { nothingToPay } from '../outcome.ts';
import { openPaymentStatuses } from '../payment.ts';
import type { ChargeOutcome, PaymentProvider } from '../provider.ts';
import type { AsyncResult } from '../result.ts';
import { outagePauseMaxMs, recoveryPauseMs } from '../retry.ts';
import type { TraceRecovery } from '../trace.ts';
import { createAskLedger } from './askLedger.ts';
import { createRecordOutcome, type RecordOutcomePorts } from './recordOutcome.ts';

/** For this time after its claim, a payment may be charged. Later the customer has left, so it is cancelled instead. */
export const chargeWindowMs = 15 * 60_000;

/** After this time the provider may have forgotten the key, so a response to it would prove nothing. */
export const keyMemoryMs = 23 * 3_600_000;

const batchMax = 50;
/** Events of the provider recover payments too, as many at once as a worker runs steps. */
const waitingMax = 4_096;

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
 * final outcome the payment is due again later. After `keyMemoryMs` it cancels the charge by its id. If the id is not
 * known, or the provider does not say what became of the charge, its ledger decides, see `AskLedger`.
 */
export const createPaymentRecovery = (
  ports: RecordOutcomePorts & {
    readonly provider: PaymentProvider;
    readonly ledger: Pick<Ledger, 'findEvidence' | 'requestReconciliation'>;
    readonly traceRecovery?: TraceRecovery | undefined;
  },
): PaymentRecovery => {
  const { audits, provider, world, traceRecovery = untraced } = ports;
  const recordOutcome = createRecordOutcome(ports, { batchMax, waitingMax });

  const askLedger = createAskLedger(ports);

  const recoverClaim = async (claim: OpenClaim, nowMs: number): AsyncResult<RecordResult | null> => {
    const outcome = knownOutcome(await askProvider(provider, claim, nowMs));
    return outcome === null ? ok(null) : recordOutcome(claim, outcome, claim.checkoutId);
  };

  /**
   * Cancels the charge whose id the payment has, or null if nobody knows what became of it. A customer who still has its
   * page could pay it otherwise, after its orders were released.
   */
  const cancelByReference = async ({ checkoutId }: OpenClaim): AsyncResult<Answer | null> => {
    const found = await audits.find(checkoutId);
    if (found.isErr()) return err(found.error);
    const reference = found.value?.payment.reference ?? null;
    return ok(reference === null ? null : answerOf(await provider.cancelCharge(reference)));
  };

  const recoverOldClaim = async (claim: OpenClaim, inTurn: Turns): AsyncResult<RecordResult | null> => {
    const cancelled = await cancelByReference(claim);
    if (cancelled.isErr()) return err(cancelled.error);
    const outcome = cancelled.value;
    return inTurn(() => (outcome === null ? recoverByLedger(claim) : recordOld(claim, outcome)));
  };

  const recoverByLedger = async (claim: OpenClaim): AsyncResult<RecordResult | null> => {
    const decided = await askLedger.outcomeOf(claim);
    if (decided.isErr()) return err(decided.error);
    const outcome = answerOf(decided.value);
    return outcome === null ? ok(null) : recordOld(claim, outcome);
  };

  const recordOld = async (claim: OpenClaim, outcome: Answer): AsyncResult<RecordResult | null> => {
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
    const inTurn = createTurns();
    // Wait for all of them: a slow response or a bug in one recovery must not stop the others.
    const recoveries = await Promise.allSettled([
      ...young.map((claim) => trace(claim, () => recoverClaim(claim, nowMs))),
      ...old.map((claim) => trace(claim, () => recoverOldClaim(claim, inTurn))),
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

/**
 * The payment is also due at the end of the charge window, when it is cancelled if it still waits for the customer. While
 * its key is remembered, it is mostly an outage that leaves it open, and its orders and their stock wait for it.
 */
export const nextRecoveryAtMs = (attempt: number, claimedAtMs: number, nowMs: number): number => {
  const mostMs = nowMs - claimedAtMs < keyMemoryMs ? outagePauseMaxMs : undefined;
  const afterPauseMs = nowMs + recoveryPauseMs(attempt - 1, mostMs);
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

type Turns = <T>(work: () => Promise<T>) => Promise<T>;

/** One after the other: payments of one day then share its reconciliation. */
const createTurns = (): Turns => {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next;
    return next;
  };
};

type Answer = Extract<ChargeOutcome, { kind: 'succeeded' | 'declined' | 'cancelled' | 'processing' }>;

/**
 * What the provider says about a charge that is to end. Null if it does not say. A bank may take days to decide: what it
 * is processing is in no ledger yet, and its orders must not be released meanwhile.
 */
const answerOf = (outcome: ChargeOutcome): Answer | null =>
  outcome.kind === 'unknown' || outcome.kind === 'unavailable' || outcome.kind === 'requires_action'
    ? null
    : outcome;

/** Null for `unavailable` too: this call charged nothing, but an earlier call under the same key may have. */
const knownOutcome = <Outcome extends { readonly kind: string }>(outcome: Outcome): Outcome | null =>
  outcome.kind === 'unknown' || outcome.kind === 'unavailable' ? null : outcome;

const isFinal = (result: RecordResult | null): boolean =>
  result !== null && !openPaymentStatuses.includes(result.paymentStatus);
