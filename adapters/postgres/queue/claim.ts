import { runAsync, runBatchWithFallback } from '../../../core/batchWithFallback.ts';
import type { Pipeline } from '../../../core/pipelines/pipeline.ts';
import type { ClaimedTasks, Queue } from '../../../core/queue.ts';
import type { Unavailable } from '../../../core/result.ts';
import {
  type EffectOutcome,
  limitUnits,
  mergeClaimedTasks,
  noClaimedTasks,
  planThrownError,
  runTxSteps,
  type Transitions,
  unitsOfTask,
} from '../../../core/steps.ts';
import type { World } from '../../../core/world.ts';
import { contactColumns, orderColumns } from '../columns.ts';
import type { Sql, Transaction } from '../connection.ts';
import { withNestedLoops } from '../nestedLoops.ts';
import { effects } from './effects.ts';
import { leaseExternalSteps } from './lease.ts';
import type { QueuePosition, ScanStarts } from './scanStart.ts';
import { type FoundTask, type TaskRow, tasksOf } from './tasks.ts';
import { writeTransitions } from './transitions.ts';

type Query = Parameters<Queue['claim']>[0];
type ClaimPromise = ReturnType<Queue['claim']>;

/** See `Queue.claim`. */
export const claimTasks = async (
  sql: Sql,
  world: World,
  scanStarts: ScanStarts,
  query: Query,
): ClaimPromise => {
  let lockedIds: readonly string[] = [];
  const claims = await runAsync(
    runBatchWithFallback<string, ClaimedTasks, Unavailable, ClaimPromise>({
      runAll: () =>
        withNestedLoops(sql, async (tx) => {
          const tasks = await scanStarts.scan(query.pipeline.name, positionOf, async (after) =>
            limitUnits(tasksOf(await lockReadyTasks(tx, query, after)), unitsOfTask),
          );
          lockedIds = tasks.map(({ id }) => id);
          return runTasks(tx, world, query, tasks);
        }),
      items: () => lockedIds,
      runOne: (taskId) =>
        withNestedLoops(sql, async (tx) =>
          runTasks(tx, world, query, tasksOf(await lockReadyTask(tx, query, taskId))),
        ),
      onThrow: (taskId, cause) => writeThrownError(sql, query, taskId, cause),
    }),
  );
  return claims.map(mergeClaimedTasks);
};

const positionOf = ({ runMs, id }: FoundTask): QueuePosition => ({ runMs, id });

/** Runs the `tx` steps of locked tasks, and leases the tasks that reach an external step. */
const runTasks = async (
  tx: Transaction,
  world: World,
  query: Query,
  tasks: readonly FoundTask[],
): Promise<ClaimedTasks> => {
  if (tasks.length === 0) return noClaimedTasks;
  const transitions = await runEffects(tx, world, query.pipeline, tasks, query.nowMs);
  // All advanced tasks are at an external step, because `runTxSteps` runs each `tx` step before it. The lease writes them:
  // a second update of the same row took an eighth of the server's time for a task.
  const [leases] = await Promise.all([
    leaseExternalSteps(tx, query, transitions, tasks),
    writeTransitions(tx, { ...transitions, advanced: [] }, query.nowMs),
  ]);
  return { processed: tasks.length, leases };
};

const runEffects = async (
  tx: Transaction,
  world: World,
  pipeline: Pipeline,
  found: readonly FoundTask[],
  nowMs: number,
): Promise<Transitions> => {
  const steps = runTxSteps(pipeline, found);
  let next = steps.next();
  while (next.done !== true) {
    const { effect, tasks } = next.value;
    const outcomes: readonly EffectOutcome[] = await effects[effect](tx, tasks, world, nowMs);
    next = steps.next(outcomes);
  }
  return next.value;
};

/** Locks tasks in a narrow scan of the queue's index. The orders of the locked tasks are joined after that. */
const lockReadyTasks = (
  tx: Transaction,
  { pipeline, nowMs, limit }: Query,
  after: QueuePosition,
): Promise<TaskRow[]> => tx<TaskRow[]>`
  with locked as materialized (
    select id, order_ids, seqs, pipeline, step, attempts, run_ms
    from task
    where pipeline = ${pipeline.name} and state = 'ready' and run_ms <= ${nowMs}
      and (run_ms, id) > (${after.runMs}, ${after.id})
    order by run_ms, id limit ${limit}
    for update skip locked
  )
  select ${orderColumns(tx, 'o')}, ${contactColumns(tx, 'o')}, t.id as task_id, t.pipeline, t.step,
    t.attempts, t.run_ms, g.position, g.seq as order_seq
  from locked t cross join lateral unnest(t.order_ids, t.seqs) with ordinality as g(order_id, seq, position)
  join orders o on o.id = g.order_id`;

const lockReadyTask = (tx: Transaction, query: Query, taskId: string): Promise<TaskRow[]> => tx<TaskRow[]>`
  select ${orderColumns(tx, 'o')}, ${contactColumns(tx, 'o')}, t.id as task_id, t.pipeline, t.step,
    t.attempts, t.run_ms, g.position, g.seq as order_seq
  from task t cross join lateral unnest(t.order_ids, t.seqs) with ordinality as g(order_id, seq, position)
  join orders o on o.id = g.order_id
  where t.id = ${taskId} and t.state = 'ready' and t.run_ms <= ${query.nowMs}
  for update of t skip locked`;

const writeThrownError = (sql: Sql, query: Query, taskId: string, cause: unknown): ClaimPromise =>
  withNestedLoops(sql, async (tx) => {
    const [task] = tasksOf(await lockReadyTask(tx, query, taskId));
    if (task === undefined) return noClaimedTasks;
    await writeTransitions(tx, planThrownError(query, task, cause), query.nowMs);
    return { processed: 1, leases: [] };
  });
