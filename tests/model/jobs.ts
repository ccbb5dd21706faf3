import type { JobPipeline } from '../../core/pipelines/pipeline.ts';
import { type JobLease, type JobReport, type Queue, taskStateAt } from '../../core/queue.ts';
import { atomically, rowOf, type Tables, type TaskRow, type Writes } from './tables.ts';
import { change, cleanTask, freshTask } from './transitions.ts';

/** The task of a new job, in the transaction that also writes the job. */
export const queueJob = (
  tables: Tables,
  writes: Writes,
  pipeline: JobPipeline,
  { taskId: id, jobId }: { readonly taskId: string; readonly jobId: string },
  nowMs: number,
): void => {
  const step = pipeline.steps[0].name;
  writes.set(tables.tasks, id, {
    id,
    orderId: null,
    jobId,
    pipeline: pipeline.name,
    step,
    runAtMs: nowMs,
    ...freshTask,
  });
};

/** See `Queue.takeJobs`. */
export const takeJobs = (tables: Tables, query: Parameters<Queue['claimJobs']>[0]): readonly JobLease[] =>
  atomically((writes) => longestReady(tables, query).flatMap((task) => lease(tables, writes, task, query)));

export const longestReady = (
  tables: Tables,
  query: { readonly pipeline: { readonly name: string }; readonly nowMs: number; readonly limit: number },
): readonly TaskRow[] =>
  [...tables.tasks.values()]
    .filter((task) => task.pipeline === query.pipeline.name && taskStateAt(task, query.nowMs) === 'ready')
    .sort((one, other) => one.runAtMs - other.runAtMs || (one.id < other.id ? -1 : 1))
    .slice(0, query.limit);

const lease = (
  tables: Tables,
  writes: Writes,
  { id: taskId, jobId, lease: last, pipeline, step, attempts }: TaskRow,
  { nowMs, leaseMs }: Parameters<Queue['claimJobs']>[0],
): readonly JobLease[] => {
  if (jobId === null) return [];
  const [number, untilMs] = [last + 1, nowMs + leaseMs];
  change(tables, writes, taskId, { state: 'running', lease: number, leaseUntilMs: untilMs });
  return [{ taskId, lease: number, untilMs, pipeline, step, attempts, jobId }];
};

/** See `Queue.settleJobs`. Answers the task's id. */
export const settleJob = (
  tables: Tables,
  writes: Writes,
  { id }: TaskRow,
  { outcome }: JobReport,
  nowMs: number,
): string => {
  const attempts = rowOf(tables.tasks, id).attempts + 1;
  switch (outcome.kind) {
    case 'done':
      writes.remove(tables.tasks, id);
      writes.set(tables.finished, nowMs, (tables.finished.get(nowMs) ?? 0) + 1);
      return id;
    case 'moved':
      change(tables, writes, id, { ...cleanTask, state: 'ready', step: outcome.step, runAtMs: nowMs });
      return id;
    case 'retry': {
      const { error: lastError, runAtMs } = outcome;
      change(tables, writes, id, { state: 'ready', attempts, lastError, runAtMs });
      return id;
    }
    case 'failed':
      change(tables, writes, id, { state: 'failed', attempts, lastError: outcome.error });
      return id;
  }
};
