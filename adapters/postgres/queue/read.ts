import { and, asc, eq, getTableColumns, gt, lte, sql as raw, type SQL } from 'drizzle-orm';
import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import {
  type FailureGroup,
  type Failures,
  failureGroupsMax,
  failuresMax,
  type OperatorQueue,
} from '../../../core/operatorQueue.ts';
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
  const oldestReady = states
    .filter(({ state }) => state === 'ready')
    .map(({ pipeline, since }) => ({ pipeline, ageMs: nowMs - since }));
  return {
    counts: states.map(({ since: _, ...count }) => count),
    oldestReadyAgeMs: Math.max(0, ...oldestReady.map(({ ageMs }) => ageMs)),
    oldestReady,
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
  { state, pipeline, step, error, orderId, after, limit, nowMs }: TaskQuery,
): Promise<Page<Task, string>> => {
  const rows = await db
    .select({ ...getTableColumns(task), isHeld: isTaskHeld })
    .from(task)
    .where(
      and(
        ...filterConditions({ state, pipeline, step, error }, nowMs),
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

/** See `OperatorQueue.matchingIds`. */
export const listMatchingIds = async (
  db: PostgresJsDatabase,
  { filter, upTo, after, limit, nowMs }: Parameters<OperatorQueue['matchingIds']>[0],
): Promise<readonly string[]> => {
  const rows = await db
    .select({ id: task.id })
    .from(task)
    .where(
      and(
        ...filterConditions(filter, nowMs),
        lte(task.id, upTo),
        after === null ? undefined : gt(task.id, after),
      ),
    )
    .orderBy(asc(task.id))
    .limit(limit);
  return rows.map(({ id }) => id);
};

/** See `OperatorQueue.failures`. */
export const readFailures = async (sql: Sql): Promise<Failures> => {
  const rows = await sql<(FailureGroup & { readonly allTasks: number })[]>`
    select pipeline, step, coalesce(last_error, '') as error, count(*)::integer as tasks,
      max(id::text) as "newestTaskId", sum(count(*)) over ()::integer as "allTasks"
    from (
      select id, pipeline, step, last_error from task
      where state = 'failed' order by id desc limit ${failuresMax}
    ) failed
    group by 1, 2, 3 order by tasks desc, "newestTaskId" desc limit ${failureGroupsMax}`;
  return { groups: rows.map(({ allTasks: _, ...group }) => group), tasks: rows[0]?.allTasks ?? 0 };
};

const filterConditions = (
  { state, pipeline, step, error }: Pick<TaskQuery, 'state' | 'pipeline' | 'step' | 'error'>,
  nowMs: number,
): readonly SQL[] => [
  ...(state === null ? [] : conditions[state](nowMs)),
  ...(pipeline === null ? [] : [eq(task.pipeline, pipeline)]),
  ...(step === null ? [] : [eq(task.step, step)]),
  ...(error === null ? [] : [eq(task.lastError, error)]),
];

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
