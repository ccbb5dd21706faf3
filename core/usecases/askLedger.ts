import { err, ok } from 'neverthrow';
import type { OpenClaim } from '../audit.ts';
import type { Ledger } from '../ledger.ts';
import { chargeDays, decideByLedger, type PaymentDay } from '../ledgerDecision.ts';
import type { ChargeOutcome } from '../provider.ts';
import type { Wakeup } from '../queue.ts';
import type { AsyncResult } from '../result.ts';
import type { World } from '../world.ts';

type LedgerOutcome = Extract<ChargeOutcome, { kind: 'succeeded' | 'cancelled' | 'unknown' }>;

export type AskLedger = {
  /** What the provider's ledger says about a payment. `unknown` until the reconciliations that decide are finished. */
  outcomeOf(claim: OpenClaim): AsyncResult<LedgerOutcome>;
  /** After a success was recorded: reconciles its day again, because the charge is no difference any more. */
  reconcileAgain(claim: OpenClaim): AsyncResult<void>;
};

/**
 * Asks the provider's ledger about a payment whose key the provider may have forgotten. Requests the reconciliations
 * that are missing; a worker runs them, and the next call finds what they say.
 */
export const createAskLedger = ({
  ledger,
  wakeup,
  world,
}: {
  readonly ledger: Pick<Ledger, 'findEvidence' | 'requestReconciliation'>;
  readonly wakeup: Wakeup;
  readonly world: World;
}): AskLedger => {
  const request = async ({ day, fromMs, toMs }: PaymentDay): AsyncResult<void> => {
    const nowMs = world.clock.nowMs();
    const ids = { id: world.ids.next(nowMs), taskId: world.ids.next(nowMs) };
    const requested = await ledger.requestReconciliation(
      { ...ids, day, dayMs: fromMs, endMs: toMs, traceparent: world.traceparent() },
      nowMs,
    );
    if (requested.isOk()) wakeup.notify();
    return requested.map(() => undefined);
  };

  const decide = async ({ checkoutId: paymentId, claimedAtMs }: OpenClaim) => {
    const evidences = [];
    for (const day of chargeDays(claimedAtMs, world.calendar)) {
      const range = { dayMs: day.fromMs, endMs: day.toMs, requestedFromMs: day.completeFromMs };
      const evidence = await ledger.findEvidence({ paymentId, ...range });
      if (evidence.isErr()) return err(evidence.error);
      evidences.push({ day, evidence: evidence.value });
    }
    return ok(decideByLedger(evidences, world.clock.nowMs()));
  };

  return {
    outcomeOf: async (claim) => {
      const decided = await decide(claim);
      if (decided.isErr()) return err(decided.error);
      const decision = decided.value;
      if (decision.kind !== 'undecided') return ok(decision);
      for (const day of decision.missing) {
        const requested = await request(day);
        if (requested.isErr()) return err(requested.error);
      }
      return ok({ kind: 'unknown', reason: 'the reconciliations of its days are not finished' });
    },

    reconcileAgain: async (claim) => {
      const decided = await decide(claim);
      if (decided.isErr()) return err(decided.error);
      return decided.value.kind === 'succeeded' ? request(decided.value.day) : ok();
    },
  };
};
