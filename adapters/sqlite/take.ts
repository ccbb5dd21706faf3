import { err, ok, type Result } from 'neverthrow';
import type { Pipeline } from '../../core/pipelines.ts';
import type { Lease, Queue, StepReport } from '../../core/queue.ts';
import type { Unavailable } from '../../core/result.ts';
import { doneAtOnce, type Moves, planReports, runTxSteps } from '../../core/steps.ts';
import type { World } from '../../core/world.ts';
import type { Connection } from './connection.ts';
import { effectsOver } from './effects.ts';
import { leasing } from './lease.ts';
import { moveWriting } from './moves.ts';
import { lockedTaskOf, selectTaskRows, type TaskRow } from './rows.ts';

type Query = Parameters<Queue['take']>[0];
type Taken = { readonly touched: number; readonly leases: readonly Lease[] };

const nothing: Taken = { touched: 0, leases: [] };

/** See `Queue.take`. */
export const taking = (connection: Connection, world: World) => {
  const { ask, write } = connection;
  const { pick, pickOne } = picking(connection);
  const run = running(connection, world);
  const writeMoves = moveWriting(connection);

  const alone = (query: Query, taskId: string): Result<Taken, Unavailable> => {
    try {
      return write(() => run(query, pickOne(query, taskId)));
    } catch (cause) {
      return write(() => setBack(query, taskId, cause));
    }
  };

  /** A task that threw by itself waits for another try, or is failed with what was thrown. */
  const setBack = (query: Query, taskId: string, cause: unknown): Taken => {
    const { pipeline, nowMs, retryAtMs } = query;
    const [task] = pickOne(query, taskId).map(lockedTaskOf);
    if (task === undefined) return nothing;
    const error = cause instanceof Error ? cause.message : String(cause);
    const runAtMs = retryAtMs(task.attempts + 1);
    const outcome: StepReport['outcome'] =
      runAtMs === null ? { kind: 'failed', error } : { kind: 'retry', error, runAtMs };
    writeMoves(planReports([{ pipeline, task, outcome }]), nowMs);
    return { touched: 1, leases: [] };
  };

  const each = (query: Query, taskIds: readonly string[]): Result<Taken, Unavailable> => {
    let touched = 0;
    const leases: Lease[] = [];
    for (const taskId of taskIds) {
      const taken = alone(query, taskId);
      if (taken.isErr()) return err(taken.error);
      touched += taken.value.touched;
      leases.push(...taken.value.leases);
    }
    return ok({ touched, leases });
  };

  return (query: Query): Result<Taken, Unavailable> => {
    // Asked before the lock is taken: workers poll, and mostly there is nothing to do.
    const isAny = ask(() => pick(query, 1).length > 0);
    if (isAny.isErr() || !isAny.value) return isAny.map(() => nothing);
    const picked: string[] = [];
    try {
      return write(() => {
        const rows = doneAtOnce(pick(query, query.limit), ({ quantity }) => quantity);
        picked.push(...rows.map(({ taskId }) => taskId));
        return run(query, rows);
      });
    } catch (cause) {
      // Not the database's state but one of the tasks. Nothing was changed; each is tried alone to find it.
      if (picked.length === 0) throw cause;
      return each(query, picked);
    }
  };
};

const picking = ({ client }: Connection) => {
  const ready = client.prepare<[string, number, number], TaskRow>(
    `${selectTaskRows} where t.pipeline = ? and t.state = 'ready' and t.run_ms <= ? order by t.run_ms, t.id limit ?`,
  );
  const readyOne = client.prepare<[string, number], TaskRow>(
    `${selectTaskRows} where t.id = ? and t.state = 'ready' and t.run_ms <= ?`,
  );
  return {
    /** The longest ready first. */
    pick: ({ pipeline, nowMs }: Query, limit: number): readonly TaskRow[] =>
      ready.all(pipeline.name, nowMs, limit),
    pickOne: ({ nowMs }: Query, taskId: string): readonly TaskRow[] => readyOne.all(taskId, nowMs),
  };
};

/** Takes tasks through their `tx` steps, and leases those that come to an external one. */
const running = (connection: Connection, world: World) => {
  const effects = effectsOver(connection, world);
  const writeMoves = moveWriting(connection);
  const lease = leasing(connection);

  const walk = (pipeline: Pipeline, rows: readonly TaskRow[], nowMs: number): Moves => {
    const steps = runTxSteps(pipeline, rows.map(lockedTaskOf));
    let turn = steps.next();
    while (turn.done !== true) turn = steps.next(effects[turn.value.effect](turn.value.tasks, nowMs));
    return turn.value;
  };

  return (query: Query, rows: readonly TaskRow[]): Taken => {
    const { pipeline, nowMs, leaseMs } = query;
    const moves = walk(pipeline, rows, nowMs);
    writeMoves({ ...moves, moved: [] }, nowMs);
    // A walk of `tx` steps ends at an external one, or at the end.
    const leases = lease(moves.moved, rows, nowMs, nowMs + leaseMs);
    return { touched: rows.length, leases };
  };
};
