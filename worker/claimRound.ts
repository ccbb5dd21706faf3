import { ok } from 'neverthrow';
import type { AsyncResult } from '../core/result.ts';
import type { Clock } from '../core/world.ts';
import type { Executor } from './executor.ts';
import type { Poll } from './loop.ts';

/** Takes a batch of one pipeline's tasks, and answers how many it touched and what is leased of them. */
export type ClaimTasks<L> = (
  nowMs: number,
) => AsyncResult<{ readonly touched: number; readonly leases: readonly L[] }>;

/**
 * One round for one pipeline: takes a batch, in which all `tx` steps run, and hands the leases on. It does not
 * wait for what becomes of them, so that one slow mail keeps no other task from being taken.
 */
export const createClaimRound =
  <L>(
    take: ClaimTasks<L>,
    { clock, deliveries }: { readonly clock: Clock; readonly deliveries: Executor<L> },
    { batchMax, pollMs }: { readonly batchMax: number; readonly pollMs: number },
  ): Poll =>
  async () => {
    if (!deliveries.hasRoom()) return ok(pollMs);
    const taken = await take(clock.nowMs());
    return taken.map(({ touched, leases }) => {
      deliveries.add(leases);
      return touched < batchMax ? pollMs : 0;
    });
  };
