import { err, type Result } from 'neverthrow';
import { createBatcher } from '../core/batch.ts';
import type { AsyncResult, Unavailable } from '../core/result.ts';
import { sleep, type Timer } from '../core/timer.ts';
import type { Clock } from '../core/world.ts';

/** Far above what one process holds: a few batches for each pipeline. */
const limits = { batchMax: 500, waitingMax: 100_000 };

/**
 * Writes reports down: those that finish while others are being written share the next transaction. Answers
 * whether the lease still counted.
 */
export const createReporter = <Report extends { readonly taskId: string }>(
  settle: (reports: readonly Report[], nowMs: number) => AsyncResult<readonly string[]>,
  clock: Clock,
  timer: Timer,
): ((report: Report) => AsyncResult<boolean>) =>
  createBatcher<Report, Result<boolean, Unavailable>>(
    async (reports) => {
      const settled = (await settle(reports, clock.nowMs())).map((ids) => new Set(ids));
      return reports.map(({ taskId }) => settled.map((ids) => ids.has(taskId)));
    },
    limits,
    () => sleep(timer, 0),
    () => err({ kind: 'unavailable', reason: 'too many reports are waiting' }),
  );
