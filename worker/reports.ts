import { err, type Result } from 'neverthrow';
import { createBatcher } from '../core/batcher.ts';
import type { AsyncResult, Unavailable } from '../core/result.ts';
import { sleep, type Timer } from '../core/timer.ts';
import type { Clock } from '../core/world.ts';

/** `waitingMax` is far above what one process holds, which is a few batches for each pipeline. */
const limits = { batchMax: 500, waitingMax: 100_000 };

/**
 * Creates a function that stores a report and returns whether its lease was still valid. Reports that arrive while
 * others are being stored share the next transaction.
 */
export const createReporter = <Report extends { readonly taskId: string }>(
  storeReports: (reports: readonly Report[], nowMs: number) => AsyncResult<readonly string[]>,
  clock: Clock,
  timer: Timer,
): ((report: Report) => AsyncResult<boolean>) =>
  createBatcher<Report, Result<boolean, Unavailable>>(
    async (reports) => {
      const accepted = (await storeReports(reports, clock.nowMs())).map((ids) => new Set(ids));
      return reports.map(({ taskId }) => accepted.map((ids) => ids.has(taskId)));
    },
    limits,
    () => sleep(timer, 0),
    () => err({ kind: 'unavailable', reason: 'too many reports are waiting' }),
  );
