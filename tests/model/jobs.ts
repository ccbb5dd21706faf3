import { mixClaimed, shareClaim } from '../../core/claimShare.ts';
import { isHeldBy, isPaused, probeIn } from '../../core/pause.ts';
import type { JobPipeline } from '../../core/pipelines/pipeline.ts';
import { type JobLease, type JobReport, type Queue, taskStateAt } from '../../core/queue.ts';
import { listPauses, stepPausesIn } from './pauses.ts';
import { countFinished } from './queueHistory.ts';
import { rowOf, rowsWhere, runTransaction, type Tables, type TaskRow, type Writes } from './tables.ts';
import { newTask, untriedStep, updateTask } from './transitions.ts';

/** Writes the task of a new job, in the transaction that also writes the job. */
export const insertJob = (
  tables: Tables,
  writes: Writes,
  pipeline: JobPipeline,
  {
    taskId: id,
    jobId,
    traceparent,
  }: Pick<TaskRow, 'traceparent'> & { readonly taskId: string; readonly jobId: string },
  nowMs: number,
): void => {
  const step = pipeline.steps[0].name;
  writes.set(tables.tasks, id, {
    id,
    checkoutId: null,
    orderIds: [],
    jobId,
    pipeline: pipeline.name,
    step,
    runAtMs: nowMs,
    ...newTask,
    traceparent,
  });
};

/** See `Queue.claimJobs`. */
export const claimJobs = (tables: Tables, query: Parameters<Queue['claimJobs']>[0]): readonly JobLease[] => {
  const ready = readyTasks(tables, query);
  if (ready.length === 0) return [];
  return runTransaction((writes) => ready.flatMap((task) => lease(tables, writes, task, query)));
};

/** At most `limit` tasks: those that have been ready longest, and a share of the newest ones. */
export const readyTasks = (
  tables: Tables,
  query: { readonly pipeline: { readonly name: string }; readonly nowMs: number; readonly limit: number },
): readonly TaskRow[] => {
  const { name } = query.pipeline;
  const ready = rowsWhere(tables.tasks, (task) => task.pipeline === name && isReady(task, query.nowMs));
  if (ready.length === 0 || isWhollyPaused(tables, name)) return [];
  ready.sort((one, other) => one.runAtMs - other.runAtMs || (one.id < other.id ? -1 : 1));
  const { oldest, newest } = shareClaim(query.limit);
  const rest = ready.slice(oldest);
  return mixClaimed(ready.slice(0, oldest), rest.slice(Math.max(0, rest.length - newest)).toReversed());
};

const isReady = (task: TaskRow, nowMs: number): boolean => taskStateAt(task, nowMs) === 'ready';

const isWhollyPaused = (tables: Tables, pipeline: string): boolean =>
  isPaused(
    listPauses(tables).filter(({ step }) => step === null),
    { pipeline, step: '' },
  );

const lease = (
  tables: Tables,
  writes: Writes,
  { id: taskId, jobId, lease: last, pipeline, step, attempts, traceparent = null }: TaskRow,
  { nowMs, leaseMs }: Parameters<Queue['claimJobs']>[0],
): readonly JobLease[] => {
  if (jobId === null) return [];
  const [number, untilMs] = [last + 1, nowMs + leaseMs];
  const pauses = stepPausesIn(tables, pipeline);
  if (isHeldBy(pauses)(taskId, step)) {
    updateTask(tables, writes, taskId, { state: 'parked', lease: number });
    return [];
  }
  updateTask(tables, writes, taskId, { state: 'running', lease: number, leaseUntilMs: untilMs });
  const probe = probeIn(pauses, taskId, step);
  return [{ taskId, lease: number, untilMs, pipeline, step, attempts, jobId, probe, traceparent }];
};

/** See `Queue.reportJobs`. Returns the task's id. */
export const reportJob = (
  tables: Tables,
  writes: Writes,
  { id, pipeline }: TaskRow,
  { outcome }: JobReport,
  nowMs: number,
): string => {
  const attempts = rowOf(tables.tasks, id).attempts + 1;
  switch (outcome.kind) {
    case 'done':
      writes.remove(tables.tasks, id);
      countFinished(tables, writes, pipeline, nowMs);
      return id;
    case 'advanced':
      updateTask(tables, writes, id, { ...untriedStep, state: 'ready', step: outcome.step, runAtMs: nowMs });
      return id;
    case 'retry': {
      const { error: lastError, runAtMs } = outcome;
      updateTask(tables, writes, id, { state: 'ready', attempts, lastError, runAtMs });
      return id;
    }
    case 'unavailable':
      updateTask(tables, writes, id, { state: 'parked', lastError: outcome.error, runAtMs: nowMs });
      return id;
    case 'failed':
      updateTask(tables, writes, id, { state: 'failed', attempts, lastError: outcome.error });
      return id;
  }
};
