import type { Audits, Claim, RecordResult } from '../audit.ts';
import { type BatchLimits, createResultBatcher } from '../batch.ts';
import { outcomeRecordOf } from '../outcomeRecord.ts';
import type { ChargeOutcome } from '../provider.ts';
import type { Wakeup } from '../queue.ts';
import type { Refunds } from '../refund.ts';
import type { AsyncResult } from '../result.ts';
import type { World } from '../world.ts';
import { createRefundLateCharge } from './refundLateCharge.ts';

export type RecordOutcomePorts = {
  readonly audits: Audits;
  readonly refunds: Refunds;
  readonly wakeup: Wakeup;
  readonly world: World;
};

/**
 * Writes down what a charge came to, together with others that come at the same time, and tells the workers of
 * work. Money that turns out to have moved after its payment was given up is sent back.
 */
export const createRecordOutcome = (
  ports: RecordOutcomePorts,
  limits: BatchLimits,
): ((claim: Claim, outcome: ChargeOutcome, requestId: string) => AsyncResult<RecordResult>) => {
  const { audits, wakeup, world } = ports;
  const settle = createResultBatcher(audits.recordOutcomes, limits, world);
  const returnLate = createRefundLateCharge(ports);

  return async (claim, outcome, requestId) => {
    const settled = await settle(outcomeRecordOf(claim, outcome, requestId, world));
    if (settled.isErr() || outcome.kind !== 'succeeded') return settled;
    // A hint after the commit, never in it: inside, it would take a lock that all checkouts share.
    if (settled.value.applied) wakeup.notify();
    else await returnLate(claim.checkoutId, outcome.reference);
    return settled;
  };
};
