import { runAsync, runBatchWithFallback } from '../../../core/batchWithFallback.ts';
import { claimedThrown, mergeClaimedTasks, noClaimedTasks } from '../../../core/claimedTasks.ts';
import { mixClaimed, shareClaim } from '../../../core/claimShare.ts';
import { isHeldBy, type StepPause } from '../../../core/pause.ts';
import type { Pipeline } from '../../../core/pipelines/pipeline.ts';
import type { ClaimedTasks, Queue } from '../../../core/queue.ts';
import type { Unavailable } from '../../../core/result.ts';
import { type EffectOutcome, planThrownError, runTxSteps, type Transitions } from '../../../core/steps.ts';
import { limitUnits, unitsOfTask } from '../../../core/taskUnits.ts';
import type { World } from '../../../core/world.ts';
import { contactColumns, orderColumns } from '../columns.ts';
import type { Sql, Transaction } from '../connection.ts';
import { withNestedLoops } from '../nestedLoops.ts';
import { effects } from './effects.ts';
import { leaseExternalSteps } from './lease.ts';
import { isPipelineFree, stepPausesOf } from './pauses.ts';
import { newestStart, type ScanStart, type ScanStarts } from './scanStart.ts';
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
          const tasks = await scanStarts.scan(query.pipeline.name, positionOf, async (start) =>
            limitUnits(mixed(tasksOf(await lockReadyTasks(tx, query, start))), unitsOfTask).toSorted(byTime),
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

const positionOf = ({ runMs, id, isNewest }: FoundTask) => ({ runMs, id, isNewest });

/** All claims write in one order, so that two that meet in an invoice do not wait in a circle. */
const byTime = (one: FoundTask, other: FoundTask): number =>
  one.runMs - other.runMs || (one.id < other.id ? -1 : 1);

const mixed = (tasks: readonly FoundTask[]): FoundTask[] =>
  mixClaimed(
    tasks.filter(({ isNewest }) => !isNewest),
    tasks.filter(({ isNewest }) => isNewest),
  );

/** Runs the `tx` steps of locked tasks, and leases the tasks that reach an external step. */
const runTasks = async (
  tx: Transaction,
  world: World,
  query: Query,
  tasks: readonly FoundTask[],
): Promise<ClaimedTasks> => {
  if (tasks.length === 0) return noClaimedTasks;
  const pauses = tasks[0]?.pauses ?? [];
  const transitions = await runEffects(tx, world, query, tasks, pauses);
  // An advanced task is parked, or at an external step, because `runTxSteps` runs each `tx` step before it. The lease
  // writes the second kind: a second update of the same row took an eighth of the server's time for a task.
  const parked = transitions.advanced.filter((task) => task.parked);
  const [leases] = await Promise.all([
    leaseExternalSteps(tx, query, transitions, tasks, pauses),
    writeTransitions(tx, { ...transitions, advanced: parked }, query.nowMs),
  ]);
  return { processed: tasks.length, leases };
};

const runEffects = async (
  tx: Transaction,
  world: World,
  { pipeline, nowMs }: { readonly pipeline: Pipeline; readonly nowMs: number },
  found: readonly FoundTask[],
  pauses: readonly StepPause[],
): Promise<Transitions> => {
  const steps = runTxSteps(pipeline, found, isHeldBy(pauses));
  let next = steps.next();
  while (next.done !== true) {
    const { effect, tasks } = next.value;
    const outcomes: readonly EffectOutcome[] = await effects[effect](tx, tasks, world, nowMs);
    next = steps.next(outcomes);
  }
  return next.value;
};

/**
 * Locks tasks in two narrow scans of the queue's index, one from each end. The orders of the locked tasks are joined
 * after that. Without a backlog `newest_start` has no row, and `newest` reads nothing.
 *
 * The lock makes the server read a task as it is now. An order would be read as it was when the statement began, and its
 * address may have been corrected or erased since. `for key share`, the weakest lock, reads it as it is now.
 */
const lockReadyTasks = (
  tx: Transaction,
  { pipeline, nowMs, limit }: Query,
  start: ScanStart,
): Promise<TaskRow[]> => {
  const share = shareClaim(limit);
  const isFree = isPipelineFree(tx, pipeline.name);
  return tx<TaskRow[]>`
    with oldest as materialized (
      select id, order_ids, seqs, pipeline, step, attempts, run_ms
      from task
      where pipeline = ${pipeline.name} and state = 'ready' and run_ms <= ${nowMs}
        and (run_ms, id) > (${start.after.runMs}, ${start.after.id}) and ${isFree}
      order by run_ms, id limit ${share.oldest}
      for update skip locked
    ), newest_start as materialized (
      ${newestStart(tx, share, start)}
    ), newest as materialized (
      select id, order_ids, seqs, pipeline, step, attempts, run_ms
      from task
      where pipeline = ${pipeline.name} and state = 'ready' and run_ms <= ${nowMs}
        and (run_ms, id) > ((select run_ms from newest_start), (select id from newest_start)) and ${isFree}
      order by run_ms desc, id desc limit ${share.newest}
      for update skip locked
    )
    select ${orderColumns(tx, 'o')}, ${contactColumns(tx, 'o')}, t.id as task_id, t.pipeline, t.step,
      t.attempts, t.run_ms, t.is_newest, g.position, g.seq as order_seq, ${stepPausesOf(tx, pipeline.name)} as pauses
    from (select *, false as is_newest from oldest union all select *, true from newest) t
    cross join lateral unnest(t.order_ids, t.seqs) with ordinality as g(order_id, seq, position)
    join orders o on o.id = g.order_id
    for key share of o`;
};

const lockReadyTask = (tx: Transaction, query: Query, taskId: string): Promise<TaskRow[]> => tx<TaskRow[]>`
  with locked as materialized (
    select id, order_ids, seqs, pipeline, step, attempts, run_ms from task t
    where t.id = ${taskId} and t.state = 'ready' and t.run_ms <= ${query.nowMs}
    for update skip locked
  )
  select ${orderColumns(tx, 'o')}, ${contactColumns(tx, 'o')}, t.id as task_id, t.pipeline, t.step,
    t.attempts, t.run_ms, false as is_newest, g.position, g.seq as order_seq,
    ${stepPausesOf(tx, query.pipeline.name)} as pauses
  from locked t cross join lateral unnest(t.order_ids, t.seqs) with ordinality as g(order_id, seq, position)
  join orders o on o.id = g.order_id
  for key share of o`;

const writeThrownError = (sql: Sql, query: Query, taskId: string, cause: unknown): ClaimPromise =>
  withNestedLoops(sql, async (tx) => {
    const [task] = tasksOf(await lockReadyTask(tx, query, taskId));
    if (task === undefined) return noClaimedTasks;
    const transitions = planThrownError(query, task, cause);
    await writeTransitions(tx, transitions, query.nowMs);
    return claimedThrown(query.pipeline.name, task, transitions, cause);
  });
