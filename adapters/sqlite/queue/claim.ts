import type { Result } from 'neverthrow';
import { runBatchWithFallback, runSync } from '../../../core/batchWithFallback.ts';
import { claimedThrown, mergeClaimedTasks, noClaimedTasks } from '../../../core/claimedTasks.ts';
import { isHeldBy, probeIn, type StepPause } from '../../../core/pause.ts';
import type { ClaimedTasks, Queue } from '../../../core/queue.ts';
import type { Unavailable } from '../../../core/result.ts';
import { planThrownError, runTxSteps, type Transitions } from '../../../core/steps.ts';
import { limitUnits, unitsOfTask } from '../../../core/taskUnits.ts';
import type { World } from '../../../core/world.ts';
import type { Connection } from '../connection.ts';
import { createEffects } from './effects.ts';
import { type ClaimedRow, createLease } from './lease.ts';
import { readStepPauses } from './pauses.ts';
import { createSelectReady } from './ready.ts';
import { createReadTask, type TaskRow, taskColumnsWithPauses } from './tasks.ts';
import { createWriteTransitions } from './transitions.ts';

type Query = Parameters<Queue['claim']>[0];

/** See `Queue.claim`. */
export const createClaimTasks = (connection: Connection, world: World) => {
  const { runStatement, write } = connection;
  const { isAnyReady, selectReady, selectById } = createSelectTasks(connection);
  const runSteps = createRunSteps(connection, world);
  const writeTransitions = createWriteTransitions(connection);
  const readTask = createReadTask(connection);
  const readTasks = (rows: readonly ReadyRow[]): readonly ClaimedReadyRow[] =>
    rows.map((row) => ({ row, task: readTask(row) }));

  const claimOne = (query: Query, taskId: string): Result<ClaimedTasks, Unavailable> =>
    write(() => runSteps(query, readTasks(selectById(query, taskId))));

  const recordThrow = (query: Query, taskId: string, cause: unknown): Result<ClaimedTasks, Unavailable> =>
    write(() => {
      const [task] = selectById(query, taskId).map(readTask);
      if (task === undefined) return noClaimedTasks;
      const transitions = planThrownError(query, task, cause);
      writeTransitions(transitions, query.nowMs);
      return claimedThrown(query.pipeline.name, task, transitions, cause);
    });

  return (query: Query): Result<ClaimedTasks, Unavailable> => {
    // Checked without the write lock first, because workers poll and usually there is nothing to do.
    const isAny = runStatement(() => isAnyReady(query));
    if (isAny.isErr() || !isAny.value) return isAny.map(() => noClaimedTasks);
    let taskIds: readonly string[] = [];
    return runSync(
      runBatchWithFallback<string, ClaimedTasks, Unavailable, Result<ClaimedTasks, Unavailable>>({
        runAll: () =>
          write(() => {
            const rows = limitUnits(readTasks(selectReady(query)), ({ task }) => unitsOfTask(task));
            taskIds = rows.map(({ task }) => task.id);
            return runSteps(query, rows);
          }),
        items: () => taskIds,
        runOne: (taskId) => claimOne(query, taskId),
        onThrow: (taskId, cause) => recordThrow(query, taskId, cause),
      }),
    ).map(mergeClaimedTasks);
  };
};

const createSelectTasks = (connection: Connection) => {
  const ready = createSelectReady<ReadyRow>(connection, taskColumnsWithPauses);
  const byId = connection.client.prepare<[{ pipeline: string; taskId: string; nowMs: number }], ReadyRow>(
    `select ${taskColumnsWithPauses} from task t where t.id = $taskId and t.state = 'ready' and t.run_ms <= $nowMs`,
  );
  return {
    isAnyReady: ({ pipeline, nowMs }: Query): boolean => ready.isAny(pipeline.name, nowMs),
    selectReady: ({ pipeline, nowMs, limit }: Query) => ready.select(pipeline.name, nowMs, limit),
    selectById: ({ pipeline, nowMs }: Query, taskId: string): readonly ReadyRow[] =>
      byId.all({ pipeline: pipeline.name, taskId, nowMs }),
  };
};

/** `pauses` is JSON: all rows of a statement have the same. */
type ReadyRow = TaskRow & { readonly pauses: string };
type ClaimedReadyRow = ClaimedRow & { readonly row: ReadyRow };

/** Runs the `tx` steps of tasks, and leases those that come to an external step. */
const createRunSteps = (connection: Connection, world: World) => {
  const effects = createEffects(connection, world);
  const writeTransitions = createWriteTransitions(connection);
  const lease = createLease(connection);

  const runEffects = (
    { pipeline, nowMs }: Query,
    rows: readonly ClaimedRow[],
    pauses: readonly StepPause[],
  ): Transitions => {
    const steps = runTxSteps(
      pipeline,
      rows.map(({ task }) => task),
      isHeldBy(pauses),
    );
    let step = steps.next();
    while (step.done !== true) step = steps.next(effects[step.value.effect](step.value.tasks, nowMs));
    return step.value;
  };

  return (query: Query, rows: readonly ClaimedReadyRow[]): ClaimedTasks => {
    const { pipeline, nowMs, leaseMs } = query;
    const pauses = readStepPauses(rows[0]?.row.pauses);
    const transitions = runEffects(query, rows, pauses);
    const { advanced } = transitions;
    writeTransitions({ ...transitions, advanced: advanced.filter(({ parked }) => parked) }, nowMs);
    // All others are at an external step, because `runTxSteps` runs each `tx` step before it.
    const leased = { ...transitions, advanced: advanced.filter(({ parked }) => !parked) };
    const leases = lease(leased, rows, pipeline, nowMs, nowMs + leaseMs).map((each) => ({
      ...each,
      probe: probeIn(pauses, each.taskId, each.step),
    }));
    return { processed: rows.length, leases };
  };
};
