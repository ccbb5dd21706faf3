import { err, ok, Result } from 'neverthrow';
import type { OpenClaim, RecordResult } from '../audit.ts';
import type { ChargeOutcome, PaymentProvider } from '../provider.ts';
import type { AsyncResult } from '../result.ts';
import { recoveryPauseMs } from '../retry.ts';
import { createRecordOutcome, type RecordOutcomePorts } from './recordOutcome.ts';

/** After this the customer has long left, and must not be charged any more. */
export const chargeWindowMs = 15 * 60_000;

/** Past this the provider may have forgotten the key, and no answer under it would prove anything. */
export const keyMemoryMs = 23 * 3_600_000;

const batchMax = 50;

export type PaymentRecovery = {
  /** Takes up payments that are due. Answers how many. */
  recoverDue(): AsyncResult<number>;
  /** Takes up this one, due or not. Answers whether its outcome is known and written down now. */
  recoverOne(paymentId: string): AsyncResult<boolean>;
};

/**
 * Settles what checkouts left open: a crash between claim and settlement, a lost answer, a time-out, a customer
 * who has to act. It rolls forward by sending the same charge under the same key; past `chargeWindowMs` it
 * cancels under that key instead, and settles as paid only if the charge turns out to have happened. It never
 * guesses: an outcome that is not final leaves the payment due again, and one that is older than the
 * provider's memory stays as it is for a person to see to.
 */
export const createPaymentRecovery = (
  ports: RecordOutcomePorts & { readonly provider: PaymentProvider },
): PaymentRecovery => {
  const { audits, provider, world } = ports;
  const settle = createRecordOutcome(ports, { batchMax, waitingMax: batchMax });

  const settleOne = async (claim: OpenClaim, nowMs: number): AsyncResult<RecordResult | null> => {
    const outcome = telling(await ask(provider, claim, nowMs));
    return outcome === null ? ok(null) : settle(claim, outcome, claim.checkoutId);
  };

  const round = async (only: string | null): AsyncResult<readonly (RecordResult | null)[]> => {
    const nowMs = world.clock.nowMs();
    const againAtMs = (attempt: number, claimedAtMs: number) => dueAgainMs(attempt, claimedAtMs, nowMs);
    const taken = await audits.claimOpenPayments({ nowMs, againAtMs, limit: batchMax, only });
    if (taken.isErr()) return err(taken.error);

    // Each by itself: neither a slow provider nor a bug that one of them meets keeps the others open.
    const rounds = await Promise.allSettled(taken.value.map((claim) => settleOne(claim, nowMs)));
    for (const each of rounds) if (each.status === 'rejected') throw each.reason;
    return Result.combine(rounds.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])));
  };

  return {
    recoverDue: async () => (await round(null)).map((settled) => settled.length),
    recoverOne: async (paymentId) => (await round(paymentId)).map((settled) => settled.some(isFinal)),
  };
};

/** The end of the charge window is a time to ask, too: whatever still waits then is called off. */
const dueAgainMs = (attempt: number, claimedAtMs: number, nowMs: number): number => {
  const againMs = nowMs + recoveryPauseMs(attempt - 1);
  const closesMs = claimedAtMs + chargeWindowMs;
  return nowMs < closesMs ? Math.min(againMs, closesMs) : againMs;
};

const ask = async (
  provider: PaymentProvider,
  { checkoutId, amount, method, claimedAtMs }: OpenClaim,
  nowMs: number,
): Promise<ChargeOutcome> => {
  const ageMs = nowMs - claimedAtMs;
  if (ageMs >= keyMemoryMs) return { kind: 'unknown', reason: 'the provider may have forgotten the key' };
  const request = { paymentId: checkoutId, amount, method };
  return ageMs < chargeWindowMs ? provider.charge(request) : provider.cancel(request);
};

/** `unavailable` tells something of a first call only: an earlier one under this key may have charged. */
const telling = (outcome: ChargeOutcome): ChargeOutcome | null =>
  outcome.kind === 'unknown' || outcome.kind === 'unavailable' ? null : outcome;

const isFinal = (settled: RecordResult | null): boolean =>
  settled !== null && settled.paymentStatus !== 'requires_action';
