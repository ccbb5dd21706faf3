import { err, ok, Result } from 'neverthrow';
import type { Audits, Settled, UnsettledClaim } from './audit.ts';
import { coalesceAnswers } from './coalesce.ts';
import type { ChargeOutcome, PaymentProvider } from './payment.ts';
import type { Wakeup } from './queue.ts';
import type { Answer } from './result.ts';
import { settlementOf } from './settlement.ts';
import type { World } from './world.ts';

/** After this the customer has long left, and must not be charged any more. */
export const chargeWindowMs = 15 * 60_000;

/** Past this the provider may have forgotten the key, and no answer under it would prove anything. */
export const keyMemoryMs = 23 * 3_600_000;

const batchMax = 50;

/** How long until a payment is asked about again, by how often it was taken up; the last one goes on for ever. */
const againAfterMs = [15_000, 60_000, 300_000, 1_800_000, 3_600_000] as const;

/**
 * Settles what checkouts left open: a crash between claim and settlement, a lost answer, a time-out. It rolls
 * forward by sending the same charge under the same key; past `chargeWindowMs` it cancels under that key
 * instead, and settles as paid only if the charge turns out to have happened. It never guesses: an outcome
 * that is not final leaves the payment due again, and one that is older than the provider's memory stays
 * `unknown` for a person to see to. Answers how many payments it took up.
 */
export const reconcile = ({
  audits,
  provider,
  wakeup,
  world,
}: {
  readonly audits: Audits;
  readonly provider: PaymentProvider;
  readonly wakeup: Wakeup;
  readonly world: World;
}): (() => Answer<number>) => {
  const settle = coalesceAnswers(audits.settle, { batchMax, waitingMax: batchMax }, world.clock);

  const settleOne = async (claim: UnsettledClaim, nowMs: number): Answer<Settled | null> => {
    const outcome = final(await ask(provider, claim, nowMs));
    return outcome === null ? ok(null) : settle(settlementOf(claim, outcome, claim.checkoutId, world));
  };

  return async () => {
    const nowMs = world.clock.nowMs();
    const againAtMs = (attempt: number) =>
      nowMs + (againAfterMs[Math.max(0, attempt - 2)] ?? againAfterMs[againAfterMs.length - 1] ?? 0);
    const taken = await audits.takeUnsettled({ nowMs, againAtMs, limit: batchMax });
    if (taken.isErr()) return err(taken.error);

    // Each by itself: neither a slow provider nor a bug that one of them meets keeps the others open.
    const rounds = await Promise.allSettled(taken.value.map((claim) => settleOne(claim, nowMs)));
    const settled = rounds.flatMap((round) => (round.status === 'fulfilled' ? [round.value] : []));
    if (settled.some((each) => each.isOk() && each.value !== null)) wakeup.notify();
    for (const round of rounds) if (round.status === 'rejected') throw round.reason;
    return Result.combine(settled).map(() => taken.value.length);
  };
};

const ask = async (
  provider: PaymentProvider,
  { checkoutId, amount, method, claimedAtMs }: UnsettledClaim,
  nowMs: number,
): Promise<ChargeOutcome> => {
  const ageMs = nowMs - claimedAtMs;
  if (ageMs >= keyMemoryMs) return { kind: 'unknown', reason: 'the provider may have forgotten the key' };
  return ageMs < chargeWindowMs
    ? provider.charge({ paymentId: checkoutId, amount, method })
    : provider.cancel(checkoutId);
};

/** `unavailable` is final for a first call only: an earlier one under this key may have charged. */
const final = (outcome: ChargeOutcome): ChargeOutcome | null =>
  outcome.kind === 'unknown' || outcome.kind === 'unavailable' ? null : outcome;
