import type { Audits, Claim, Settled } from '../audit.ts';
import { coalesceAnswers, type Limits } from '../batch.ts';
import { settlementOf } from '../outcomeRecord.ts';
import type { ChargeOutcome } from '../payment.ts';
import type { Wakeup } from '../queue.ts';
import type { Refunds } from '../refund.ts';
import type { Answer } from '../result.ts';
import type { World } from '../world.ts';
import { returningLate } from './refundLateCharge.ts';

export type SettlingPorts = {
  readonly audits: Audits;
  readonly refunds: Refunds;
  readonly wakeup: Wakeup;
  readonly world: World;
};

/**
 * Writes down what a charge came to, together with others that come at the same time, and tells the workers of
 * work. Money that turns out to have moved after its payment was given up is sent back.
 */
export const settling = (
  ports: SettlingPorts,
  limits: Limits,
): ((claim: Claim, outcome: ChargeOutcome, requestId: string) => Answer<Settled>) => {
  const { audits, wakeup, world } = ports;
  const settle = coalesceAnswers(audits.settle, limits, world);
  const returnLate = returningLate(ports);

  return async (claim, outcome, requestId) => {
    const settled = await settle(settlementOf(claim, outcome, requestId, world));
    if (settled.isErr() || outcome.kind !== 'succeeded') return settled;
    // A hint after the commit, never in it: inside, it would take a lock that all checkouts share.
    if (settled.value.applied) wakeup.notify();
    else await returnLate(claim.checkoutId, outcome.reference);
    return settled;
  };
};
