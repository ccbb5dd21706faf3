import { ok } from 'neverthrow';
import type { Audits, Claim, OutcomeRecord, RecordResult } from '../audit.ts';
import { type BatchLimits, createResultBatcher } from '../batcher.ts';
import { buildOutcomeRecord } from '../buildOutcomeRecord.ts';
import { runHeldAlone } from '../heldRows.ts';
import type { nothingToPay } from '../outcome.ts';
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
 * Records the outcome of a charge, in one batch with other outcomes of that moment. Wakes the workers if there are new
 * tasks. If the charge succeeded but its payment was declined or cancelled before, requests the refund of that late
 * charge. `requestId` is that of the HTTP request, for the response; the recovery has no request and passes the
 * checkout's id. Fails with `unavailable` only.
 */
export const createRecordOutcome = (
  ports: RecordOutcomePorts,
  limits: BatchLimits,
): ((
  claim: Claim,
  outcome: ChargeOutcome | typeof nothingToPay,
  requestId: string,
) => AsyncResult<RecordResult>) => {
  const { audits, wakeup, world } = ports;
  const recordAll = runHeldAlone(audits.recordOutcomes);
  const record = createResultBatcher(
    async (records: readonly OutcomeRecord[], nowMs) => ok(await recordAll(records, nowMs)),
    limits,
    world,
  );
  const refundLateCharge = createRefundLateCharge(ports);

  return async (claim, outcome, requestId) => {
    const outcomeRecord = buildOutcomeRecord(claim, outcome, requestId, world);
    const recorded = (await record(outcomeRecord)).andThen((result) => result);
    if (recorded.isErr() || outcome.kind !== 'succeeded') return recorded;
    // Notify after the commit: inside the transaction, the hint would take a lock that all checkouts share.
    if (recorded.value.applied) wakeup.notify(outcomeRecord.tasks.map(({ pipeline }) => pipeline));
    else if (outcome.reference !== null) await refundLateCharge(claim.checkoutId, outcome.reference);
    return recorded;
  };
};
