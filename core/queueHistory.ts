import { jobPipelines, pipelines } from './pipelines/index.ts';

/** The history of the queue has an entry for each slot of this length. */
export const slotMs = 10_000;

/** How far the history goes back. */
export const historyMs = 3_600_000;

/**
 * A transaction can commit this long after the time that its finished tasks are counted under. So the slots of this time
 * are counted again.
 */
export const lateMs = 30_000;

/** The pipelines whose ready tasks are counted. */
export const countedPipelines: readonly string[] = [
  ...pipelines.keys(),
  ...jobPipelines.map(({ name }) => name),
];

/** What is known of the queue in the slot that begins at `atMs`. */
export type HistorySlot = {
  readonly atMs: number;
  /** The tasks that finished in it. A pipeline without any is left out. */
  readonly finished: readonly { readonly pipeline: string; readonly tasks: number }[];
  /** The ready tasks of all pipelines at its end. Null if no worker was there to count them. */
  readonly ready: number | null;
};

/** A stored row. `ready` is null in a slot whose ready tasks nobody has counted in time. */
export type HistoryRow = {
  readonly atMs: number;
  readonly pipeline: string;
  readonly finished: number;
  readonly ready: number | null;
};

/** The start of the slot that a time is in. */
export const slotAt = (ms: number): number => ms - (ms % slotMs);

/** Every slot of the last hour that is over, oldest first. */
export const historyOf = (rows: readonly HistoryRow[], nowMs: number): readonly HistorySlot[] => {
  const ofSlot = Map.groupBy(rows, ({ atMs }) => atMs);
  const endMs = slotAt(nowMs);
  return Array.from({ length: historyMs / slotMs }, (_, index) => {
    const atMs = endMs - historyMs + index * slotMs;
    const found = ofSlot.get(atMs) ?? [];
    const counted = found.flatMap(({ ready }) => ready ?? []);
    return {
      atMs,
      finished: found
        .filter(({ finished }) => finished > 0)
        .map(({ pipeline, finished: tasks }) => ({ pipeline, tasks }))
        .sort((one, other) => (one.pipeline < other.pipeline ? -1 : 1)),
      ready: counted.length === 0 ? null : counted.reduce((sum, tasks) => sum + tasks, 0),
    };
  });
};
