import {
  countedPipelines,
  type HistoryRow,
  type HistorySlot,
  historyMs,
  historyOf,
  lateMs,
  slotAt,
  slotMs,
} from '../../../core/queueHistory.ts';
import type { Connection } from '../connection.ts';

type Finished = Pick<HistoryRow, 'atMs' | 'pipeline' | 'finished'>;

/** See `OperatorQueue.recordHistory` and `OperatorQueue.history`. The first runs in the caller's transaction. */
export const createQueueHistory = ({ client }: Connection) => {
  const isKnown = client.prepare<[number], unknown>(
    'select 1 from queue_history where at_ms = ? and ready is not null limit 1',
  );
  const prune = client.prepare<[number]>('delete from queue_history where at_ms < ?');
  const finishedBetween = client.prepare<[number, number], Finished>(
    `select at_ms - at_ms % ${slotMs} as atMs, pipeline, sum(tasks) as finished from finished_tasks
     where at_ms >= ? and at_ms < ? group by 1, 2`,
  );
  const countReady = client
    .prepare<[string, number], number>(
      `select count(*) from task where state = 'ready' and pipeline = ? and run_ms <= ?`,
    )
    .pluck();
  const upsert = client.prepare<[HistoryRow]>(
    `insert into queue_history (at_ms, pipeline, finished, ready) values ($atMs, $pipeline, $finished, $ready)
     on conflict (at_ms, pipeline) do update
       set finished = excluded.finished, ready = coalesce(queue_history.ready, excluded.ready)`,
  );
  const rowsBetween = client.prepare<[number, number], HistoryRow>(
    'select at_ms as atMs, pipeline, finished, ready from queue_history where at_ms >= ? and at_ms < ?',
  );

  return {
    isDue: (nowMs: number): boolean => isKnown.get(slotAt(nowMs) - slotMs) === undefined,

    record: (nowMs: number): void => {
      const endMs = slotAt(nowMs);
      const lastMs = endMs - slotMs;
      prune.run(endMs - historyMs);
      const finished = finishedBetween.all(endMs - lateMs, endMs);
      for (const row of finished) upsert.run({ ...row, ready: null });
      for (const pipeline of countedPipelines) {
        const ofSlot = finished.find((row) => row.pipeline === pipeline && row.atMs === lastMs);
        const ready = countReady.get(pipeline, nowMs) ?? 0;
        upsert.run({ atMs: lastMs, pipeline, finished: ofSlot?.finished ?? 0, ready });
      }
    },

    read: (nowMs: number): readonly HistorySlot[] => {
      const endMs = slotAt(nowMs);
      return historyOf(rowsBetween.all(endMs - historyMs, endMs), nowMs);
    },
  };
};
