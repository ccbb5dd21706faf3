import { and, asc, eq, getTableColumns, gt, lte, type SQL, sql } from 'drizzle-orm';
import type { OperatorQueue } from '../../../core/operatorQueue.ts';
import { type Page, pageOf } from '../../../core/page.ts';
import { isPaused } from '../../../core/pause.ts';
import {
  finishedWindowMs,
  perSecond,
  type QueueStats,
  type Task,
  type TaskQuery,
  type TaskState,
  taskStateAt,
} from '../../../core/queue.ts';
import type { Connection } from '../connection.ts';
import { task } from '../schema.ts';
import { createListPauses } from './pauses.ts';

type ReadyAndWaiting = {
  readonly pipeline: string;
  readonly ready: number;
  readonly waiting: number;
  /** The earliest `runAtMs` of both. */
  readonly oldestRunAtMs: number;
};

type ByStep = ReadyAndWaiting & { readonly step: string };

type Count = QueueStats['counts'][number];

/** Each part scans a narrow index once and reads no row of `task`. Only while there are pauses the ready ones are read. */
export const createReadStats = ({ client }: Connection): ((nowMs: number) => QueueStats) => {
  const listPauses = createListPauses({ client });
  const byStep = client.prepare<[number, number], ByStep>(
    `select pipeline, step, sum(run_ms <= ?) as ready, sum(run_ms > ?) as waiting, min(run_ms) as oldestRunAtMs
     from task where state = 'ready' group by pipeline, step`,
  );
  const readyAndWaiting = client.prepare<[number, number], ReadyAndWaiting>(
    `select pipeline, sum(run_ms <= ?) as ready, sum(run_ms > ?) as waiting, min(run_ms) as oldestRunAtMs
     from task where state = 'ready' group by pipeline`,
  );
  const otherCounts = client.prepare<[], Count>(
    `select pipeline, state, count(*) as tasks from task where state = 'running' group by pipeline
     union all
     select pipeline, state, count(*) as tasks from task where state = 'paused' group by pipeline
     union all
     select pipeline, 'paused' as state, count(*) as tasks from task where state = 'parked' group by pipeline
     union all
     select pipeline, state, count(*) as tasks from task where state = 'failed' group by pipeline`,
  );
  const finishedSince = client
    .prepare<[number], number>('select coalesce(sum(tasks), 0) from finished_tasks where at_ms > ?')
    .pluck();

  return (nowMs) => {
    const pauses = listPauses();
    const steps = pauses.length === 0 ? [] : byStep.all(nowMs, nowMs);
    const free = steps.filter((each) => !isPaused(pauses, each));
    const held = steps.filter((each) => isPaused(pauses, each));
    const rows = pauses.length === 0 ? readyAndWaiting.all(nowMs, nowMs) : free;
    const oldestReady = oldestByPipeline(rows, nowMs);
    return {
      counts: addUp([...rows.flatMap(countsOf), ...held.map(pausedCountOf), ...otherCounts.all()]),
      oldestReadyAgeMs: Math.max(0, ...oldestReady.map(({ ageMs }) => ageMs)),
      oldestReady,
      finishedPerSecond: perSecond(finishedSince.get(nowMs - finishedWindowMs) ?? 0),
      pauses,
    };
  };
};

/** While there are pauses a pipeline has a row for each step. */
const oldestByPipeline = (rows: readonly ReadyAndWaiting[], nowMs: number): QueueStats['oldestReady'] => {
  const ages = new Map<string, number>();
  for (const { pipeline, ready, oldestRunAtMs } of rows)
    if (ready > 0) ages.set(pipeline, Math.max(ages.get(pipeline) ?? 0, nowMs - oldestRunAtMs));
  return [...ages].map(([pipeline, ageMs]) => ({ pipeline, ageMs }));
};

const pausedCountOf = ({ pipeline, ready, waiting }: ReadyAndWaiting): Count => ({
  pipeline,
  state: 'paused',
  tasks: ready + waiting,
});

/** One count for each pipeline and state. */
const addUp = (counts: readonly Count[]): readonly Count[] => {
  const sums = new Map<string, Count>();
  for (const count of counts) {
    const key = `${count.pipeline} ${count.state}`;
    sums.set(key, { ...count, tasks: count.tasks + (sums.get(key)?.tasks ?? 0) });
  }
  return [...sums.values()];
};

const countsOf = ({ pipeline, ready, waiting }: ReadyAndWaiting): readonly Count[] =>
  [
    { pipeline, state: 'ready', tasks: ready } as const,
    { pipeline, state: 'waiting', tasks: waiting } as const,
  ].filter(({ tasks }) => tasks > 0);

export const createListTasks = ({ db }: Connection): ((query: TaskQuery) => Page<Task, string>) => {
  return ({ state, pipeline, step, error, orderId, after, limit, nowMs }) => {
    const rows = db
      .select({ ...getTableColumns(task), isHeld })
      .from(task)
      .where(
        and(
          ...filterConditions({ state, pipeline, step, error }, nowMs),
          orderId === null ? undefined : hasOrder(orderId),
          after === null ? undefined : gt(task.id, after),
        ),
      )
      .orderBy(asc(task.id))
      .limit(limit + 1)
      .all();
    return pageOf(
      rows.map((row) => taskOf(row, nowMs)),
      limit,
      ({ id }) => id,
    );
  };
};

/** See `OperatorQueue.matchingIds`. */
export const createListMatchingIds =
  ({ db }: Connection) =>
  ({ filter, upTo, after, limit, nowMs }: Parameters<OperatorQueue['matchingIds']>[0]): readonly string[] =>
    db
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
      .limit(limit)
      .all()
      .map(({ id }) => id);

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
  sql`${task.checkoutId} = (select checkout_id from orders where id = ${orderId})
    and instr(${task.orderIds}, ${orderId}) > 0`;

/** 1 if a pause holds the step of the task, 0 if none does. */
const isHeld = sql<number>`exists (
  select 1 from pause p where p.pipeline = task.pipeline and (p.step is null or p.step = task.step))`;

/** The same states as `taskStateAt`, in SQL. */
const conditions: Readonly<Record<TaskState, (nowMs: number) => readonly SQL[]>> = {
  ready: (nowMs) => [eq(task.state, 'ready'), lte(task.runAtMs, nowMs), sql`not ${isHeld}`],
  waiting: (nowMs) => [eq(task.state, 'ready'), gt(task.runAtMs, nowMs), sql`not ${isHeld}`],
  running: () => [eq(task.state, 'running')],
  paused: () => [
    sql`(${task.state} = 'paused' or ${task.state} = 'parked' or (${task.state} = 'ready' and ${isHeld}))`,
  ],
  // Not bound: the planner uses the partial index `task_failed` only if it sees the value.
  failed: () => [sql`${task.state} = 'failed'`],
};

const taskOf = (row: typeof task.$inferSelect & { readonly isHeld: number }, nowMs: number): Task => ({
  id: row.id,
  checkoutId: row.checkoutId,
  orderIds: row.orderIds,
  jobId: row.jobId,
  pipeline: row.pipeline,
  step: row.step,
  state: taskStateAt({ ...row, isHeld: row.isHeld === 1 }, nowMs),
  attempts: row.attempts,
  crashes: row.crashes,
  lastError: row.lastError,
  runAtMs: row.runAtMs,
});
