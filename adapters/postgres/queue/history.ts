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
import type { Sql } from '../connection.ts';

/** See `OperatorQueue.recordHistory`. Two statements; the second one only in the first worker after a slot. */
export const recordHistory = async (sql: Sql, nowMs: number): Promise<void> => {
  const endMs = slotAt(nowMs);
  const lastMs = endMs - slotMs;
  const known = await sql`select from queue_history where at_ms = ${lastMs} and ready is not null limit 1`;
  if (known.length > 0) return;
  await sql`
    with pruned as (
      delete from queue_history where at_ms < ${endMs - historyMs}
    ), finished as (
      select at_ms - at_ms % ${slotMs}::bigint as at_ms, pipeline, sum(tasks) as tasks from finished_tasks
      where at_ms >= ${endMs - lateMs} and at_ms < ${endMs} group by 1, 2
    ), named as (
      select ${lastMs}::bigint as at_ms, pipeline,
        (
          select count(*) from task t
          where t.pipeline = n.pipeline and t.state = 'ready' and t.run_ms <= ${nowMs}
        ) as ready
      from unnest(${countedPipelines as string[]}::text[]) as n(pipeline)
    )
    insert into queue_history (at_ms, pipeline, finished, ready)
    select at_ms, pipeline, coalesce(f.tasks, 0), n.ready from finished f full join named n using (at_ms, pipeline)
    order by at_ms, pipeline
    on conflict (at_ms, pipeline) do update
      set finished = excluded.finished, ready = coalesce(queue_history.ready, excluded.ready)`;
};

/** See `OperatorQueue.history`. */
export const readHistory = async (sql: Sql, nowMs: number): Promise<readonly HistorySlot[]> => {
  const endMs = slotAt(nowMs);
  const rows = await sql<HistoryRow[]>`
    select at_ms as "atMs", pipeline, finished, ready from queue_history
    where at_ms >= ${endMs - historyMs} and at_ms < ${endMs}`;
  return historyOf(rows, nowMs);
};
