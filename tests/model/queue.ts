import { ok } from 'neverthrow';
import { noClaimedTasks } from '../../core/claimedTasks.ts';
import { isInvoiceStep } from '../../core/invoiceRequest.ts';
import type { OperatorQueue } from '../../core/operatorQueue.ts';
import { pageOf } from '../../core/page.ts';
import { pipelineFor } from '../../core/pipelines/index.ts';
import type { StepReport, TaskQuery } from '../../core/queue.ts';
import { planReports, stepKey } from '../../core/steps.ts';
import { limitUnits, unitsOfTask } from '../../core/taskUnits.ts';
import type { World } from '../../core/world.ts';
import { writeActivity } from './activity.ts';
import { claimTasks, lockedTask } from './claim.ts';
import { matchingIds, readFailures } from './failures.ts';
import { writeInvoiceAnswer } from './invoiceRequests.ts';
import { claimJobs, readyTasks, reportJob } from './jobs.ts';
import { readHistory, recordHistory } from './queueHistory.ts';
import { writeReferences } from './references.ts';
import { rescueTask, retryTask } from './rescue.ts';
import { skipSteps } from './skip.ts';
import { readStats, shownAt, shownState } from './stats.ts';
import { rowOf, rowsWhere, runTransaction, type Tables, type TaskRow, type Writes } from './tables.ts';
import { updateTask, writeTransitions } from './transitions.ts';

type LeaseRef = { readonly taskId: string; readonly lease: number };

export const createQueue = (tables: Tables, world: World): OperatorQueue => ({
  claim: async (query) => {
    const ready = readyTasks(tables, query);
    if (ready.length === 0) return ok(noClaimedTasks);
    const claimed = limitUnits(ready, (task) => unitsOfTask(lockedTask(tables, task)));
    return claimTasks(tables, world, claimed, query);
  },

  claimJobs: async (query) => ok(claimJobs(tables, query)),

  heartbeat: async (leases, untilMs) =>
    ok(
      runTransaction((writes) =>
        leasedTasks(tables, leases).map(
          ({ id }) => updateTask(tables, writes, id, { leaseUntilMs: untilMs }).id,
        ),
      ),
    ),

  report: async (reports, nowMs) =>
    ok(
      runTransaction((writes) =>
        reports.flatMap((report) =>
          leasedTasks(tables, [report])
            .filter(({ checkoutId }) => checkoutId !== null)
            .map((task) => reportStep(tables, writes, task, report, nowMs)),
        ),
      ),
    ),

  reportJobs: async (reports, nowMs) =>
    ok(
      runTransaction((writes) =>
        reports.flatMap((report) =>
          leasedTasks(tables, [report])
            .filter(({ jobId }) => jobId !== null)
            .map((task) => reportJob(tables, writes, task, report, nowMs)),
        ),
      ),
    ),

  release: async (leases) => {
    runTransaction((writes) => {
      for (const { id, lease } of leasedTasks(tables, leases))
        updateTask(tables, writes, id, { state: 'ready', lease: lease + 1 });
    });
    return ok(undefined);
  },

  rescue: async ({ nowMs, crashesMax, limit, onFailed }) => {
    const lapsed = rowsWhere(tables.tasks, (task) => task.state === 'running' && task.leaseUntilMs <= nowMs);
    if (lapsed.length === 0) return ok(0);
    const expired = lapsed.sort((one, other) => one.leaseUntilMs - other.leaseUntilMs).slice(0, limit);
    const failures = runTransaction((writes) =>
      expired.flatMap((task) => rescueTask(tables, writes, task, crashesMax, nowMs)),
    );
    if (failures.length > 0) onFailed?.(failures);
    return ok(expired.length);
  },

  retry: async (taskIds, nowMs, command, filter) => {
    const named = distinct(taskIds.flatMap((id) => tables.tasks.get(id) ?? []));
    return ok(
      runTransaction((writes) => {
        const retries = named.flatMap((task) => retryTask(tables, writes, task, nowMs, filter) ?? []);
        for (const { action, targets } of retries)
          writeActivity(tables, writes, command, action, targets, nowMs);
        return retries.length;
      }),
    );
  },

  skip: async (request, nowMs, command) => {
    const named = distinct(request.taskIds.flatMap((id) => tables.tasks.get(id) ?? []));
    return runTransaction((writes) => skipSteps(tables, writes, named, request, nowMs, command));
  },

  stats: async (nowMs) => ok(readStats(tables, nowMs)),

  tasks: async (query) => {
    const rows = [...tables.tasks.values()]
      .filter((task) => matches(tables, task, query))
      .sort((one, other) => (one.id < other.id ? -1 : 1))
      .map((task) => shownAt(tables, task, query.nowMs));
    return ok(pageOf(rows, query.limit, ({ id }) => id));
  },

  history: async (nowMs) => ok(readHistory(tables, nowMs)),

  recordHistory: async (nowMs) => ok(recordHistory(tables, nowMs)),

  failures: async () => ok(readFailures(tables)),

  matchingIds: async (query) => ok(matchingIds(tables, query)),
});

/** The running tasks whose current lease is one of these. */
const leasedTasks = (tables: Tables, leases: readonly LeaseRef[]): readonly TaskRow[] =>
  distinct(
    leases.flatMap(({ taskId, lease }) => {
      const task = tables.tasks.get(taskId);
      return task?.state === 'running' && task.lease === lease ? [task] : [];
    }),
  );

const distinct = <T>(rows: readonly T[]): readonly T[] => [...new Set(rows)];

const reportStep = (
  tables: Tables,
  writes: Writes,
  task: TaskRow,
  { outcome }: StepReport,
  nowMs: number,
): string => {
  const locked = lockedTask(tables, task);
  if (outcome.kind === 'done') {
    const key = stepKey(task.id, task.step);
    writes.set(tables.stepLedger, key, { ...rowOf(tables.stepLedger, key), acceptedMs: nowMs, body: null });
    if (outcome.reference !== undefined) {
      writeReferences(tables, writes, task.orderIds, task.step, outcome.reference);
      if (isInvoiceStep(task.pipeline, task.step))
        writeInvoiceAnswer(tables, writes, locked.checkoutId, outcome.reference, nowMs);
    }
  }
  const pipeline = pipelineFor(task.pipeline);
  writeTransitions(tables, writes, planReports([{ pipeline, task: locked, outcome }]), nowMs);
  return task.id;
};

const matches = (
  tables: Tables,
  task: TaskRow,
  { state, pipeline, step, error, orderId, after, nowMs }: TaskQuery,
): boolean =>
  (state === null || shownState(tables, task, nowMs) === state) &&
  (pipeline === null || task.pipeline === pipeline) &&
  (step === null || task.step === step) &&
  (error === null || task.lastError === error) &&
  (orderId === null || task.orderIds.includes(orderId)) &&
  (after === null || task.id > after);
