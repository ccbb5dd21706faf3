import { pageOf } from '../../core/page.ts';
import type { QueueCounts, Task, TaskQuery, TaskState } from '../../core/queue.ts';
import type { Sql } from './connection.ts';

/** Throughput is told as the average of the last minute. */
const windowMs = 60_000;

export const counts = async (sql: Sql, nowMs: number): Promise<QueueCounts> => {
  const [states, [ready], [finished]] = await Promise.all([
    sql<{ pipeline: string; state: TaskState; tasks: number }[]>`
      select pipeline, ${shownState(sql, nowMs)} as state, count(*) as tasks from task group by 1, 2 order by 1, 2`,
    sql<{ since: number | null }[]>`
      select min(run_ms) as since from task where state = 'ready' and run_ms <= ${nowMs}`,
    sql<{ tasks: number }[]>`
      select coalesce(sum(tasks), 0)::bigint as tasks from finished where at_ms > ${nowMs - windowMs}`,
  ]);
  const since = ready?.since ?? null;
  return {
    counts: [...states],
    oldestReadyAgeMs: since === null ? 0 : nowMs - since,
    finishedPerSecond: (finished?.tasks ?? 0) / (windowMs / 1000),
  };
};

export const tasks = async (sql: Sql, query: TaskQuery) => {
  const { state, pipeline, orderId, after, limit, nowMs } = query;
  const rows = await sql<Row[]>`
    select * from (
      select id, order_id, pipeline, step, ${shownState(sql, nowMs)} as state, attempts, crashes, last_error, run_ms
      from task
    ) as shown
    where true
      ${state === null ? sql`` : sql`and state = ${state}`}
      ${pipeline === null ? sql`` : sql`and pipeline = ${pipeline}`}
      ${orderId === null ? sql`` : sql`and order_id = ${orderId}`}
      ${after === null ? sql`` : sql`and id > ${after}`}
    order by id limit ${limit + 1}`;
  return pageOf(rows.map(taskOf), limit, ({ id }) => id);
};

/** A ready task whose time has not come is shown as waiting. */
const shownState = (sql: Sql, nowMs: number) =>
  sql`case when state = 'ready' and run_ms > ${nowMs}::bigint then 'waiting' else state end`;

type Row = {
  readonly id: string;
  readonly order_id: string;
  readonly pipeline: string;
  readonly step: string;
  readonly state: TaskState;
  readonly attempts: number;
  readonly crashes: number;
  readonly last_error: string | null;
  readonly run_ms: number;
};

const taskOf = (row: Row): Task => ({
  id: row.id,
  orderId: row.order_id,
  pipeline: row.pipeline,
  step: row.step,
  state: row.state,
  attempts: row.attempts,
  crashes: row.crashes,
  lastError: row.last_error,
  runAtMs: row.run_ms,
});
