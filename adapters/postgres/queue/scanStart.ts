import type { Clock } from '../../../core/world.ts';

/** A task's place among those of its pipeline that are ready. */
export type QueuePosition = { readonly runMs: number; readonly id: string };

/** Where each pipeline's ready tasks begin, as far as this process knows. */
export type ScanStarts = {
  /** Runs `pick`, which answers the ready tasks behind a place, in their order. */
  scan<Row>(
    pipeline: string,
    placeOf: (row: Row) => QueuePosition,
    pick: (behind: QueuePosition) => Promise<Row[]>,
  ): Promise<Row[]>;
};

const start: QueuePosition = { runMs: -1, id: '00000000-0000-0000-0000-000000000000' };

/**
 * While somebody holds a transaction open, the server keeps the index entries of all tasks that were taken since,
 * and a scan from the start walks them all each time. So a look begins behind the last task that was taken.
 *
 * A task can come to stand before that place: it was written down by another clock, its transaction ended late, or
 * the one that took it was rolled back. So a look from the very start comes as often as it may without taking
 * more than a tenth of the time, and every five seconds at least. Where it costs nothing, every look is one.
 */
export const createScanStarts = (clock: Clock): ScanStarts => {
  const heads = new Map<string, { readonly behind: QueuePosition; readonly againAtMs: number }>();

  return {
    scan: async (pipeline, placeOf, pick) => {
      const begunMs = clock.nowMs();
      const known = heads.get(pipeline);
      const fromStart =
        known === undefined || begunMs >= known.againAtMs || begunMs < known.againAtMs - pauseMaxMs;
      const rows = await pick(fromStart ? start : known.behind);
      const endedMs = clock.nowMs();
      const againAtMs = fromStart
        ? endedMs + Math.min(pauseMaxMs, pauseForEachMs * (endedMs - begunMs))
        : known.againAtMs;
      const last = rows.at(-1);
      heads.set(pipeline, {
        behind: last === undefined ? (known?.behind ?? start) : placeOf(last),
        againAtMs,
      });
      return rows;
    },
  };
};

const pauseForEachMs = 9;
const pauseMaxMs = 5_000;
