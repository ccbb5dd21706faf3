import { ok } from 'neverthrow';
import { shareClaim } from '../core/claimShare.ts';
import type { RequestPriority } from '../core/requestPriority.ts';
import type { AsyncResult } from '../core/result.ts';
import type { StepFailure } from '../core/stepFailure.ts';
import type { Clock } from '../core/world.ts';
import type { Executor } from './executor.ts';
import type { Poll } from './loop.ts';
import type { StepLog } from './stepLog.ts';

/** Claims one batch of at most `limit` tasks of a pipeline. Returns how many tasks it processed, and its leases. */
export type ClaimTasks<L> = (
  nowMs: number,
  limit: number,
) => AsyncResult<{
  readonly processed: number;
  readonly leases: readonly L[];
  readonly thrown?: readonly StepFailure[];
}>;

type ClaimRoundPorts<L> = {
  readonly clock: Clock;
  readonly executor: Executor<L>;
  readonly priority: Pick<RequestPriority, 'work'>;
  readonly stepLog: StepLog;
};

/**
 * One round of one pipeline: claims a batch, in which all `tx` steps run, and passes the leases to the executor.
 * It does not wait for the executor, so one slow mail does not delay the claim of other tasks.
 */
export const createClaimRound =
  <L>(
    claim: ClaimTasks<L>,
    { clock, executor, priority, stepLog }: ClaimRoundPorts<L>,
    { batchMax, pollMs }: { readonly batchMax: number; readonly pollMs: number },
  ): Poll =>
  () =>
    priority.work(async (tasksMax) => {
      if (!executor.hasRoom()) return ok(pollMs);
      const limit = Math.min(batchMax, tasksMax, executor.tasksMax());
      const claimed = await claim(clock.nowMs(), limit);
      return claimed.map(({ processed, leases, thrown = [] }) => {
        for (const failure of thrown) stepLog(failure);
        executor.add(leases);
        // It may have found few of the newest, and left others.
        return processed < shareClaim(limit).oldest ? pollMs : 0;
      });
    });
