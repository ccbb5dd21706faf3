import { err, ok } from 'neverthrow';
import type { Audits, UnsettledClaim } from './audit.ts';
import type { ChargeOutcome, PaymentProvider } from './payment.ts';
import type { Wakeup } from './queue.ts';
import type { Answer } from './result.ts';
import { settlementOf } from './settlement.ts';
import type { World } from './world.ts';

/** After this the customer has long left, and must not be charged any more. */
export const chargeWindowMs = 15 * 60_000;

const batchMax = 50;

/** How long until a payment is asked about again, by how often it was taken up; the last one goes on for ever. */
const againAfterMs = [15_000, 60_000, 300_000, 1_800_000, 3_600_000] as const;

/**
 * Settles what checkouts left open: a crash between claim and settlement, a lost answer, a time-out. It rolls
 * forward by sending the same charge under the same key; past `chargeWindowMs` it cancels under that key
 * instead, and settles as paid only if the charge turns out to have happened. It never guesses: an outcome
 * that is not final leaves the payment due again. Answers how many payments it took up.
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
  return async () => {
    const nowMs = world.clock.nowMs();
    const againAtMs = (attempt: number) =>
      nowMs + (againAfterMs[Math.max(0, attempt - 2)] ?? againAfterMs[againAfterMs.length - 1] ?? 0);
    const taken = await audits.takeUnsettled({ nowMs, againAtMs, limit: batchMax });
    if (taken.isErr()) return err(taken.error);

    const settlements = await Promise.all(
      taken.value.map(async (claim) => {
        const outcome = final(await ask(provider, claim, nowMs));
        return outcome === null ? [] : [settlementOf(claim, outcome, claim.checkoutId, world)];
      }),
    );
    const settled = await audits.settle(settlements.flat(), world.clock.nowMs());
    if (settlements.flat().length > 0) wakeup.notify();
    return settled.andThen(() => ok(taken.value.length));
  };
};

const ask = (provider: PaymentProvider, claim: UnsettledClaim, nowMs: number): Promise<ChargeOutcome> =>
  nowMs - claim.claimedAtMs < chargeWindowMs
    ? provider.charge({ paymentId: claim.checkoutId, amount: claim.amount, method: claim.method })
    : provider.cancel(claim.checkoutId);

/** `unavailable` is final for a first call only: an earlier one under this key may have charged. */
const final = (outcome: ChargeOutcome): ChargeOutcome | null =>
  outcome.kind === 'unknown' || outcome.kind === 'unavailable' ? null : outcome;
