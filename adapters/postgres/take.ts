import { err, ok } from 'neverthrow';
import type { Pipeline } from '../../core/pipelines.ts';
import type { Queue } from '../../core/queue.ts';
import { doneAtOnce, type EffectOutcome, type Moves, runTxSteps } from '../../core/steps.ts';
import type { World } from '../../core/world.ts';
import { byKey } from './byKey.ts';
import type { Sql, Transaction } from './connection.ts';
import { effects } from './effects.ts';
import type { Heads, Place } from './heads.ts';
import { leaseArrived } from './lease.ts';
import { writeMoves } from './moves.ts';
import { lockedTaskOf, type TaskRow } from './rows.ts';

type Query = Parameters<Queue['take']>[0];
type Taken = Awaited<ReturnType<Queue['take']>>;

export const take = async (sql: Sql, world: World, heads: Heads, query: Query): Promise<Taken> => {
  const picked: string[] = [];
  try {
    return await byKey(sql, async (tx) => {
      const rows = await heads.look(query.pipeline.name, placeOf, async (behind) =>
        doneAtOnce(await pick(tx, query, behind), ({ quantity }) => quantity),
      );
      picked.splice(0, picked.length, ...rows.map((row) => row.task_id));
      return run(tx, world, query, rows);
    });
  } catch (cause) {
    // Not the database's state but one of the tasks. Nothing was changed; each is tried alone to find it.
    if (picked.length === 0) throw cause;
    return each(sql, world, query, picked);
  }
};

const each = async (sql: Sql, world: World, query: Query, taskIds: readonly string[]): Promise<Taken> => {
  let touched = 0;
  const leases = [];
  for (const taskId of taskIds) {
    const taken = await alone(sql, world, query, taskId);
    if (taken.isErr()) return err(taken.error);
    touched += taken.value.touched;
    leases.push(...taken.value.leases);
  }
  return ok({ touched, leases });
};

const alone = async (sql: Sql, world: World, query: Query, taskId: string): Promise<Taken> => {
  try {
    return await byKey(sql, async (tx) => run(tx, world, query, await pickOne(tx, query, taskId)));
  } catch (cause) {
    return setBack(sql, query, taskId, cause instanceof Error ? cause.message : String(cause));
  }
};

const placeOf = ({ run_ms, task_id }: TaskRow): Place => ({ runMs: run_ms, id: task_id });

/** Takes the locked tasks through their `tx` steps, and leases those that come to an external one. */
const run = async (tx: Transaction, world: World, query: Query, rows: readonly TaskRow[]) => {
  if (rows.length === 0) return { touched: 0, leases: [] };
  const moves = await walk(tx, world, query.pipeline, rows, query.nowMs);
  await writeMoves(tx, moves, query.nowMs);
  const leases = await leaseArrived(tx, query, moves.moved, rows);
  return { touched: rows.length, leases };
};

const walk = async (
  tx: Transaction,
  world: World,
  pipeline: Pipeline,
  rows: readonly TaskRow[],
  nowMs: number,
): Promise<Moves> => {
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
const pick = (tx: Transaction, { pipeline, nowMs, limit }: Query, behind: Place): Promise<TaskRow[]> => tx<
  TaskRow[]
>`
  with picked as materialized (
    select id, order_id, pipeline, step, attempts, seq, run_ms
    from task
    where pipeline = ${pipeline.name} and state = 'ready' and run_ms <= ${nowMs}
      and (run_ms, id) > (${behind.runMs}, ${behind.id})
    order by run_ms, id limit ${limit}
    for update skip locked
  )
  select o.*, t.id as task_id, t.pipeline, t.step, t.attempts, t.seq as task_seq, t.run_ms
  from picked t join orders o on o.id = t.order_id`;

const pickOne = (tx: Transaction, { nowMs }: Query, taskId: string): Promise<TaskRow[]> => tx<TaskRow[]>`
  select o.*, t.id as task_id, t.pipeline, t.step, t.attempts, t.seq as task_seq, t.run_ms
  from task t join orders o on o.id = t.order_id
  where t.id = ${taskId} and t.state = 'ready' and t.run_ms <= ${nowMs}
  for update of t skip locked`;

/** A task that threw by itself waits for another try, or is failed with what was thrown. */
const setBack = (sql: Sql, query: Query, taskId: string, error: string): Promise<Taken> =>
  byKey(sql, async (tx) => {
    const [row] = await pickOne(tx, query, taskId);
    if (row === undefined) return { touched: 0, leases: [] };
    const runAtMs = query.retryAtMs(row.attempts + 1);
    const { id, order, seq, step } = lockedTaskOf(row);
    const failed = { orderId: order.id, seq: seq + 1 };
    await writeMoves(
      tx,
      {
        history: runAtMs === null ? [{ ...failed, state: 'failed', detail: error }] : [],
        moved: [],
        waiting: runAtMs === null ? [] : [{ taskId: id, runAtMs, error }],
        completed: [],
        failed: runAtMs === null ? [{ ...failed, taskId: id, step, error, refused: false }] : [],
      },
      query.nowMs,
    );
    return { touched: 1, leases: [] };
  });
