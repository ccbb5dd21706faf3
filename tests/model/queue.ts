import { ok } from 'neverthrow';
import { pageOf } from '../../core/page.ts';
import { pipelineFor } from '../../core/pipelines/index.ts';
import { type Queue, type StepReport, type TaskQuery, taskStateAt } from '../../core/queue.ts';
import { limitUnits, planReports, stepKey } from '../../core/steps.ts';
import type { World } from '../../core/world.ts';
import { lockedTask, takeTasks } from './claim.ts';
import { longestReady, settleJob, takeJobs } from './jobs.ts';
import { rescueTask, retryTask } from './rescue.ts';
import { countsAt, shownAt } from './stats.ts';
import { atomically, rowOf, type Tables, type TaskRow, type Writes } from './tables.ts';
import { change, writeTransitions } from './transitions.ts';

/** What a worker says that it holds. */
type Held = { readonly taskId: string; readonly lease: number };

export const memoryQueue = (tables: Tables, world: World): Queue => ({
  claim: async (query) => {
    const ready = limitUnits(longestReady(tables, query), (task) => lockedTask(tables, task).order.quantity);
    return takeTasks(tables, world, ready, query);
  },

  claimJobs: async (query) => ok(takeJobs(tables, query)),

  heartbeat: async (leases, untilMs) =>
    ok(
      atomically((writes) =>
        heldOf(tables, leases).map(({ id }) => change(tables, writes, id, { leaseUntilMs: untilMs }).id),
      ),
    ),

  report: async (reports, nowMs) =>
    ok(
      atomically((writes) =>
        reports.flatMap((report) =>
          heldOf(tables, [report])
            .filter(({ orderId }) => orderId !== null)
            .map((task) => settleOne(tables, writes, task, report, nowMs)),
        ),
      ),
    ),

  reportJobs: async (reports, nowMs) =>
    ok(
      atomically((writes) =>
        reports.flatMap((report) =>
          heldOf(tables, [report])
            .filter(({ jobId }) => jobId !== null)
            .map((task) => settleJob(tables, writes, task, report, nowMs)),
        ),
      ),
    ),

  release: async (leases) => {
    atomically((writes) => {
      for (const { id, lease } of heldOf(tables, leases))
        change(tables, writes, id, { state: 'ready', lease: lease + 1 });
    });
    return ok(undefined);
  },

  rescue: async ({ nowMs, crashesMax, limit }) => {
    const lost = [...tables.tasks.values()]
      .filter((task) => task.state === 'running' && task.leaseUntilMs <= nowMs)
      .sort((one, other) => one.leaseUntilMs - other.leaseUntilMs)
      .slice(0, limit);
    atomically((writes) => {
      for (const task of lost) rescueTask(tables, writes, task, crashesMax, nowMs);
    });
    return ok(lost.length);
  },

  retry: async (taskIds, nowMs) => {
    const failed = [...new Set(taskIds)]
      .flatMap((id) => tables.tasks.get(id) ?? [])
      .filter(({ state }) => state === 'failed');
    atomically((writes) => {
      for (const task of failed) retryTask(tables, writes, task, nowMs);
    });
    return ok(failed.length);
  },

  stats: async (nowMs) => ok(countsAt(tables, nowMs)),

  tasks: async (query) => {
    const rows = [...tables.tasks.values()]
      .filter((task) => isWanted(task, query))
      .sort((one, other) => (one.id < other.id ? -1 : 1))
      .map((task) => shownAt(task, query.nowMs));
    return ok(pageOf(rows, query.limit, ({ id }) => id));
  },
});

/** The tasks whose newest lease is the worker's still. */
const heldOf = (tables: Tables, leases: readonly Held[]): readonly TaskRow[] =>
  distinct(
    leases.flatMap(({ taskId, lease }) => {
      const task = tables.tasks.get(taskId);
      return task?.state === 'running' && task.lease === lease ? [task] : [];
    }),
  );

const distinct = <T>(rows: readonly T[]): readonly T[] => [...new Set(rows)];

const settleOne = (
  tables: Tables,
  writes: Writes,
  task: TaskRow,
  { outcome }: StepReport,
  nowMs: number,
): string => {
  const locked = lockedTask(tables, task);
  if (outcome.kind === 'done') {
    const key = stepKey(locked.order.id, task.step);
    writes.set(tables.deliveries, key, { ...rowOf(tables.deliveries, key), acceptedMs: nowMs });
  }
  const pipeline = pipelineFor(task.pipeline);
  writeTransitions(tables, writes, planReports([{ pipeline, task: locked, outcome }]), nowMs);
  return task.id;
};

const isWanted = (task: TaskRow, { state, pipeline, orderId, after, nowMs }: TaskQuery): boolean =>
  (state === null || taskStateAt(task, nowMs) === state) &&
  (pipeline === null || task.pipeline === pipeline) &&
  (orderId === null || task.orderId === orderId) &&
  (after === null || task.id > after);
