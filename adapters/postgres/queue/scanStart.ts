import { firstId } from '../../../core/id.ts';
import type { Clock } from '../../../core/world.ts';
import type { Transaction } from '../connection.ts';

/** The position of a task among the ready tasks of its pipeline. */
export type QueuePosition = { readonly runMs: number; readonly id: string };

/** A task that a scan has found, at one of the two ends of the queue. */
type FoundPosition = QueuePosition & { readonly isNewest: boolean };

/** The oldest tasks are sought after `after`, the newest ones only after `newestAfter`. */
export type ScanStart = { readonly after: QueuePosition; readonly newestAfter: QueuePosition };

/** Where the scan for ready tasks starts in each pipeline, as far as this process knows. */
export type ScanStarts = {
  /** Runs `read`, which returns the oldest ready tasks after a position in their order, and the newest ones. */
  scan<Row>(
    pipeline: string,
    positionOf: (row: Row) => FoundPosition,
    read: (start: ScanStart) => Promise<Row[]>,
  ): Promise<Row[]>;
};

/** Before every task. */
const begin: QueuePosition = { runMs: -1, id: firstId };

/**
 * While a transaction is open, the server keeps the index entries of all tasks that were claimed since it began. A scan
 * from the beginning reads them all each time. So a scan starts after the last task that was claimed. In the same way it
 * takes newest tasks only from those that are newer than all that it has claimed at that end.
 *
 * A task can appear before that position: another clock set its time, its transaction committed late, or the
 * transaction that claimed it was rolled back. So some scans are full: they start at the beginning. They come as
 * often as they can without taking more than a tenth of the time, and at least every five seconds. If they cost
 * nothing, every scan is full.
 */
export const createScanStarts = (clock: Clock): ScanStarts => {
  const starts = new Map<string, ScanStart & { readonly fullScanAtMs: number }>();

  return {
    scan: async (pipeline, positionOf, read) => {
      const startedAtMs = clock.nowMs();
      const known = starts.get(pipeline);
      const isFull =
        known === undefined ||
        startedAtMs >= known.fullScanAtMs ||
        startedAtMs < known.fullScanAtMs - pauseMaxMs;
      const rows = await read(isFull ? { after: begin, newestAfter: begin } : known);
      const endedAtMs = clock.nowMs();
      const fullScanAtMs = isFull
        ? endedAtMs + Math.min(pauseMaxMs, pausePerScanMs * (endedAtMs - startedAtMs))
        : known.fullScanAtMs;
      let after = known?.after ?? begin;
      let newestAfter = known?.newestAfter ?? begin;
      for (const row of rows) {
        const { runMs, id, isNewest } = positionOf(row);
        if (!isNewest) after = { runMs, id };
        else newestAfter = laterOf({ runMs, id }, newestAfter);
      }
      starts.set(pipeline, { after, newestAfter, fullScanAtMs });
      return rows;
    },
  };
};

/** The pause after a full scan, for each ms that it took. */
const pausePerScanMs = 9;
const pauseMaxMs = 5_000;

const laterOf = (one: QueuePosition, other: QueuePosition): QueuePosition =>
  one.runMs > other.runMs || (one.runMs === other.runMs && one.id > other.id) ? one : other;

/**
 * Where the newest tasks begin: after the last of the oldest ones, and after `newestAfter`. The rows are those of `oldest`.
 * There is no row if these do not fill their share, because then no task is left.
 *
 * The later position is chosen here. Given both, the server ends its scan at one of them only, and that may be the
 * earlier one: it then reads the whole queue.
 */
export const newestStart = (
  tx: Transaction,
  share: { readonly oldest: number },
  { newestAfter: { runMs, id } }: ScanStart,
) => tx`
  select case when is_later then run_ms else ${runMs}::bigint end as run_ms,
    case when is_later then id else ${id}::uuid end as id
  from (
    select run_ms, id, (run_ms, id) > (${runMs}, ${id}) as is_later
    from oldest order by run_ms, id offset ${share.oldest - 1} limit 1
  ) as last`;
