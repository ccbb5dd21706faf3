import { and, asc, eq, gt, lte, sql as raw, type SQL } from 'drizzle-orm';
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

export const readStats = async (sql: Sql, nowMs: number): Promise<QueueStats> => {
  const [states, [ready], [finished]] = await Promise.all([
    sql<{ pipeline: string; state: TaskState; tasks: number }[]>`
      select pipeline,
        case when state = 'ready' and run_ms > ${nowMs}::bigint then 'waiting' else state end as state,
        count(*) as tasks
      from task group by 1, 2 order by 1, 2`,
    sql<{ since: number | null }[]>`
      select min(run_ms) as since from task where state = 'ready' and run_ms <= ${nowMs}`,
    sql<{ tasks: number }[]>`
      select coalesce(sum(tasks), 0)::bigint as tasks from finished_tasks where at_ms > ${nowMs - finishedWindowMs}`,
  ]);
  const since = ready?.since ?? null;
  return {
    counts: [...states],
    oldestReadyAgeMs: since === null ? 0 : nowMs - since,
    finishedPerSecond: perSecond(finished?.tasks ?? 0),
  };
};

export const listTasks = async (
  db: PostgresJsDatabase,
  { state, pipeline, orderId, after, limit, nowMs }: TaskQuery,
): Promise<Page<Task, string>> => {
  const rows = await db
    .select()
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
    rows.map((row): Task => ({ ...row, state: taskStateAt(row, nowMs) })),
    limit,
    ({ id }) => id,
  );
};

/** The index finds the tasks of the order's checkout. */
const hasOrder = (orderId: string): SQL =>
  raw`${task.checkoutId} = (select checkout_id from orders where id = ${orderId})
    and ${orderId}::uuid = any(${task.orderIds})`;

/** The same rules as in `taskStateAt`. */
const conditions: Readonly<Record<TaskState, (nowMs: number) => SQL[]>> = {
  ready: (nowMs) => [eq(task.state, 'ready'), lte(task.runAtMs, nowMs)],
  waiting: (nowMs) => [eq(task.state, 'ready'), gt(task.runAtMs, nowMs)],
  running: () => [eq(task.state, 'running')],
  paused: () => [eq(task.state, 'paused')],
  failed: () => [eq(task.state, 'failed')],
};
