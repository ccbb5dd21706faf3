import { batchOrEach, runAsync } from '../../../core/batchOrEach.ts';
import type { Pipeline } from '../../../core/pipelines/pipeline.ts';
import type { Queue, Taken } from '../../../core/queue.ts';
import type { Unavailable } from '../../../core/result.ts';
import {
  allTaken,
  type EffectOutcome,
  limitUnits,
  noneTaken,
  planThrow,
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
type Taking = ReturnType<Queue['claim']>;

export const claimTasks = async (sql: Sql, world: World, heads: ScanStarts, query: Query): Taking => {
  let picked: readonly string[] = [];
  const taken = await runAsync(
    batchOrEach<string, Taken, Unavailable, Taking>({
      together: () =>
        withNestedLoops(sql, async (tx) => {
          const rows = await heads.scan(query.pipeline.name, placeOf, async (behind) =>
            limitUnits(await pick(tx, query, behind), ({ quantity }) => quantity),
          );
          picked = rows.map((row) => row.task_id);
          return run(tx, world, query, rows);
        }),
      items: () => picked,
      alone: (taskId) =>
        withNestedLoops(sql, async (tx) => run(tx, world, query, await pickOne(tx, query, taskId))),
      threw: (taskId, cause) => setBack(sql, query, taskId, cause),
    }),
  );
  return taken.map(allTaken);
};

const placeOf = ({ run_ms, task_id }: TaskRow): QueuePosition => ({ runMs: run_ms, id: task_id });

/** Takes the locked tasks through their `tx` steps, and leases those that come to an external one. */
const run = async (tx: Transaction, world: World, query: Query, rows: readonly TaskRow[]): Promise<Taken> => {
  if (rows.length === 0) return noneTaken;
  const moves = await walk(tx, world, query.pipeline, rows, query.nowMs);
  await writeTransitions(tx, moves, query.nowMs);
  const leases = await leaseExternalSteps(tx, query, moves.moved, rows);
  return { touched: rows.length, leases };
};

const walk = async (
  tx: Transaction,
  world: World,
  pipeline: Pipeline,
  rows: readonly TaskRow[],
  nowMs: number,
): Promise<Transitions> => {
  const steps = runTxSteps(pipeline, rows.map(lockedTaskOf));
  let turn = steps.next();
  while (turn.done !== true) {
    const { effect, tasks } = turn.value;
    const outcomes: readonly EffectOutcome[] = await effects[effect](tx, tasks, world, nowMs);
    turn = steps.next(outcomes);
  }
  return turn.value;
};

/** The rows are locked in a narrow scan of the queue's index; orders are joined to what was picked only. */
const pick = (
  tx: Transaction,
  { pipeline, nowMs, limit }: Query,
  behind: QueuePosition,
): Promise<TaskRow[]> => tx<TaskRow[]>`
  with picked as materialized (
    select id, order_id, pipeline, step, attempts, seq, run_ms
    from task
    where pipeline = ${pipeline.name} and state = 'ready' and run_ms <= ${nowMs}
      and (run_ms, id) > (${behind.runMs}, ${behind.id})
    order by run_ms, id limit ${limit}
    for update skip locked
  )
  select ${orderColumns(tx, 'o')}, ${contactColumns(tx, 'o')}, t.id as task_id, t.pipeline, t.step, t.attempts, t.seq as task_seq, t.run_ms
  from picked t join orders o on o.id = t.order_id`;

const pickOne = (tx: Transaction, { nowMs }: Query, taskId: string): Promise<TaskRow[]> => tx<TaskRow[]>`
  select ${orderColumns(tx, 'o')}, ${contactColumns(tx, 'o')}, t.id as task_id, t.pipeline, t.step, t.attempts, t.seq as task_seq, t.run_ms
  from task t join orders o on o.id = t.order_id
  where t.id = ${taskId} and t.state = 'ready' and t.run_ms <= ${nowMs}
  for update of t skip locked`;

const setBack = (sql: Sql, query: Query, taskId: string, cause: unknown): Taking =>
  withNestedLoops(sql, async (tx) => {
    const [row] = await pickOne(tx, query, taskId);
    if (row === undefined) return noneTaken;
    await writeTransitions(tx, planThrow(query, lockedTaskOf(row), cause), query.nowMs);
    return { touched: 1, leases: [] };
  });
