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
} from '../../../core/steps.ts';
import type { World } from '../../../core/world.ts';
import { contactColumns, orderColumns } from '../columns.ts';
import type { Sql, Transaction } from '../connection.ts';
import { withNestedLoops } from '../nestedLoops.ts';
import { lockedTaskOf, type TaskRow } from '../rows.ts';
import { effects } from './effects.ts';
import { leaseExternalSteps } from './lease.ts';
import type { QueuePosition, ScanStarts } from './scanStart.ts';
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
          const rows = await scanStarts.scan(query.pipeline.name, positionOf, async (after) =>
            limitUnits(await lockReadyTasks(tx, query, after), ({ quantity }) => quantity),
          );
          lockedIds = rows.map((row) => row.task_id);
          return runTasks(tx, world, query, rows);
        }),
      items: () => lockedIds,
      runOne: (taskId) =>
        withNestedLoops(sql, async (tx) =>
          runTasks(tx, world, query, await lockReadyTask(tx, query, taskId)),
        ),
      onThrow: (taskId, cause) => writeThrownError(sql, query, taskId, cause),
    }),
  );
  return claims.map(mergeClaimedTasks);
};

const positionOf = ({ run_ms, task_id }: TaskRow): QueuePosition => ({ runMs: run_ms, id: task_id });

/** Runs the `tx` steps of locked tasks, and leases the tasks that reach an external step. */
const runTasks = async (
  tx: Transaction,
  world: World,
  query: Query,
  rows: readonly TaskRow[],
): Promise<ClaimedTasks> => {
  if (rows.length === 0) return noClaimedTasks;
  const transitions = await runEffects(tx, world, query.pipeline, rows, query.nowMs);
  await writeTransitions(tx, transitions, query.nowMs);
  const leases = await leaseExternalSteps(tx, query, transitions.advanced, rows);
  return { processed: rows.length, leases };
};

const runEffects = async (
  tx: Transaction,
  world: World,
  pipeline: Pipeline,
  rows: readonly TaskRow[],
  nowMs: number,
): Promise<Transitions> => {
  const steps = runTxSteps(pipeline, rows.map(lockedTaskOf));
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
    select id, order_id, pipeline, step, attempts, seq, run_ms
    from task
    where pipeline = ${pipeline.name} and state = 'ready' and run_ms <= ${nowMs}
      and (run_ms, id) > (${after.runMs}, ${after.id})
    order by run_ms, id limit ${limit}
    for update skip locked
  )
  select ${orderColumns(tx, 'o')}, ${contactColumns(tx, 'o')}, t.id as task_id, t.pipeline, t.step,
    t.attempts, t.seq as task_seq, t.run_ms
  from locked t join orders o on o.id = t.order_id`;

const lockReadyTask = (tx: Transaction, query: Query, taskId: string): Promise<TaskRow[]> => tx<TaskRow[]>`
  select ${orderColumns(tx, 'o')}, ${contactColumns(tx, 'o')}, t.id as task_id, t.pipeline, t.step,
    t.attempts, t.seq as task_seq, t.run_ms
  from task t join orders o on o.id = t.order_id
  where t.id = ${taskId} and t.state = 'ready' and t.run_ms <= ${query.nowMs}
  for update of t skip locked`;

const writeThrownError = (sql: Sql, query: Query, taskId: string, cause: unknown): ClaimPromise =>
  withNestedLoops(sql, async (tx) => {
    const [row] = await lockReadyTask(tx, query, taskId);
    if (row === undefined) return noClaimedTasks;
    await writeTransitions(tx, planThrownError(query, lockedTaskOf(row), cause), query.nowMs);
    return { processed: 1, leases: [] };
  });
