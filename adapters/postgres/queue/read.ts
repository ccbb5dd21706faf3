import { and, asc, eq, getTableColumns, gt, lte, sql as raw, type SQL } from 'drizzle-orm';
import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import { type Page, pageOf } from '../../../core/page.ts';
import {
  finishedWindowMs,
  perSecond,
  type QueueStats,
  type Task,
  type TaskQuery,
  type TaskState,
  taskStateAt,
} from '../../../core/queue.ts';
import type { Sql } from '../connection.ts';
import { task } from '../schema.ts';
import { listPauses } from './pauses.ts';

export const readStats = async (sql: Sql, nowMs: number): Promise<QueueStats> => {
  // Tasks are counted by their steps first, so that the pauses are looked up for each step and not for each task.
  const [states, [finished], pauses] = await Promise.all([
    sql<{ pipeline: string; state: TaskState; tasks: number; since: number }[]>`
      with counted as (
        select pipeline, step,
          case when state = 'ready' and run_ms > ${nowMs}::bigint then 'waiting' else state end as state,
          count(*) as tasks, min(run_ms) as since
        from task group by 1, 2, 3
      ), shown as (
        select pipeline, tasks, since,
          case when state = 'parked' or (state in ('ready', 'waiting') and ${isHeld(sql, 'counted')}) then 'paused'
            else state end as state
        from counted
      )
      select pipeline, state, sum(tasks)::bigint as tasks, min(since) as since
      from shown group by 1, 2 order by 1, 2`,
    sql<{ tasks: number }[]>`
      select coalesce(sum(tasks), 0)::bigint as tasks from finished_tasks where at_ms > ${nowMs - finishedWindowMs}`,
    listPauses(sql),
  ]);
  const readySince = states.filter(({ state }) => state === 'ready').map(({ since }) => since);
  return {
    counts: states.map(({ since: _, ...count }) => count),
    oldestReadyAgeMs: readySince.length === 0 ? 0 : nowMs - Math.min(...readySince),
    finishedPerSecond: perSecond(finished?.tasks ?? 0),
    pauses,
  };
};

/** True if a pause holds the step of the pipeline in a row of `table`. */
const isHeld = (sql: Sql, table: string) => sql`exists (
  select from pause p
  where p.pipeline = ${sql(table)}.pipeline and (p.step is null or p.step = ${sql(table)}.step))`;

export const listTasks = async (
  db: PostgresJsDatabase,
  { state, pipeline, orderId, after, limit, nowMs }: TaskQuery,
): Promise<Page<Task, string>> => {
  const rows = await db
    .select({ ...getTableColumns(task), isHeld: isTaskHeld })
    .from(task)
    .where(
      and(
        ...(state === null ? [] : conditions[state](nowMs)),
        pipeline === null ? undefined : eq(task.pipeline, pipeline),
        orderId === null ? undefined : hasOrder(orderId),
        after === null ? undefined : gt(task.id, after),
      ),
    )
    .orderBy(asc(task.id))
    .limit(limit + 1);
  return pageOf(
    rows.map(({ isHeld, ...row }): Task => ({ ...row, state: taskStateAt({ ...row, isHeld }, nowMs) })),
    limit,
    ({ id }) => id,
  );
};

/** The index finds the tasks of the order's checkout. */
const hasOrder = (orderId: string): SQL =>
  raw`${task.checkoutId} = (select checkout_id from orders where id = ${orderId})
    and ${orderId}::uuid = any(${task.orderIds})`;

/** True if a pause holds the step of the task. */
const isTaskHeld = raw<boolean>`exists (
  select from pause p where p.pipeline = task.pipeline and (p.step is null or p.step = task.step))`;

/** The same rules as in `taskStateAt`. */
const conditions: Readonly<Record<TaskState, (nowMs: number) => SQL[]>> = {
  ready: (nowMs) => [eq(task.state, 'ready'), lte(task.runAtMs, nowMs), raw`not ${isTaskHeld}`],
  waiting: (nowMs) => [eq(task.state, 'ready'), gt(task.runAtMs, nowMs), raw`not ${isTaskHeld}`],
  running: () => [eq(task.state, 'running')],
  paused: () => [
    raw`(${task.state} = 'paused' or ${task.state} = 'parked' or (${task.state} = 'ready' and ${isTaskHeld}))`,
  ],
  failed: () => [eq(task.state, 'failed')],
};
