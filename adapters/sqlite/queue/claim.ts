import type { Result } from 'neverthrow';
import { batchOrEach, runSync } from '../../../core/batchOrEach.ts';
import type { Pipeline } from '../../../core/pipelines/pipeline.ts';
import type { Queue, Taken } from '../../../core/queue.ts';
import type { Unavailable } from '../../../core/result.ts';
import {
  allTaken,
  limitUnits,
  noneTaken,
  planThrow,
  runTxSteps,
  type Transitions,
} from '../../../core/steps.ts';
import type { World } from '../../../core/world.ts';
import type { Connection } from '../connection.ts';
import { lockedTaskOf, selectTaskRows, type TaskRow } from '../rows.ts';
import { createEffects } from './effects.ts';
import { createLease } from './lease.ts';
import { createWriteTransitions } from './transitions.ts';

type Query = Parameters<Queue['claim']>[0];

/** See `Queue.take`. */
export const createClaimTasks = (connection: Connection, world: World) => {
  const { ask, write } = connection;
  const { pick, pickOne } = picking(connection);
  const run = running(connection, world);
  const writeMoves = createWriteTransitions(connection);

  const alone = (query: Query, taskId: string): Result<Taken, Unavailable> =>
    write(() => run(query, pickOne(query, taskId)));

  const setBack = (query: Query, taskId: string, cause: unknown): Result<Taken, Unavailable> =>
    write(() => {
      const [task] = pickOne(query, taskId).map(lockedTaskOf);
      if (task === undefined) return noneTaken;
      writeMoves(planThrow(query, task, cause), query.nowMs);
      return { touched: 1, leases: [] };
    });

  return (query: Query): Result<Taken, Unavailable> => {
    // Asked before the lock is taken: workers poll, and mostly there is nothing to do.
    const isAny = ask(() => pick(query, 1).length > 0);
    if (isAny.isErr() || !isAny.value) return isAny.map(() => noneTaken);
    let picked: readonly string[] = [];
    return runSync(
      batchOrEach<string, Taken, Unavailable, Result<Taken, Unavailable>>({
        together: () =>
          write(() => {
            const rows = limitUnits(pick(query, query.limit), ({ quantity }) => quantity);
            picked = rows.map(({ taskId }) => taskId);
            return run(query, rows);
          }),
        items: () => picked,
        alone: (taskId) => alone(query, taskId),
        threw: (taskId, cause) => setBack(query, taskId, cause),
      }),
    ).map(allTaken);
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
  const effects = createEffects(connection, world);
  const writeMoves = createWriteTransitions(connection);
  const lease = createLease(connection);

  const walk = (pipeline: Pipeline, rows: readonly TaskRow[], nowMs: number): Transitions => {
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
