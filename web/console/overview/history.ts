import type { QueueHistory } from '../../shared/types.ts';

type Slots = QueueHistory['items'];

const rowMs = 5 * 60_000;

const finishedIn = ({ finished }: Slots[number]): number =>
  finished.reduce((sum, { tasks }) => sum + tasks, 0);

/** The lines of the chart: the start of each slot in seconds, and what was finished and ready in it. */
export const linesOf = (slots: Slots) => ({
  times: slots.map(({ at }) => new Date(at).getTime() / 1_000),
  finished: slots.map(finishedIn),
  ready: slots.map(({ ready }) => ready),
});

export const finishedOf = (slots: Slots): number => slots.reduce((sum, slot) => sum + finishedIn(slot), 0);

export const mostFinishedOf = (slots: Slots): number => Math.max(0, ...slots.map(finishedIn));

export const mostReadyOf = (slots: Slots): number => Math.max(0, ...slots.map(({ ready }) => ready ?? 0));

type Row = {
  readonly at: string;
  readonly finished: number;
  /** At the end of the five minutes. Null if nobody counted. */
  readonly ready: number | null;
};

/** The same numbers for those who read them: by five minutes, the newest first. */
export const rowsOf = (slots: Slots): readonly Row[] => {
  const rows = new Map<number, Row>();
  for (const slot of slots) {
    const startMs = Math.floor(new Date(slot.at).getTime() / rowMs) * rowMs;
    const row = rows.get(startMs);
    rows.set(startMs, {
      at: new Date(startMs).toISOString(),
      finished: (row?.finished ?? 0) + finishedIn(slot),
      ready: slot.ready,
    });
  }
  return [...rows.values()].reverse();
};
