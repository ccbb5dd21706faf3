import { ok, type Result } from 'neverthrow';
import { runBatchWithFallback, runSync } from '../../core/batchWithFallback.ts';
import { claimedThrown, mergeClaimedTasks, noClaimedTasks } from '../../core/claimedTasks.ts';
import { isErased } from '../../core/erasedContact.ts';
import { contactOfGroup } from '../../core/group.ts';
import { isInvoiceLeft, isNotice } from '../../core/invoiceMail.ts';
import { isInvoiceRequest, leasedRequest } from '../../core/invoiceRequest.ts';
import { leaseOrders } from '../../core/leasedLicences.ts';
import { isHeldBy, probeIn } from '../../core/pause.ts';
import type { ClaimedTasks, Lease, LockedTask, Queue } from '../../core/queue.ts';
import { serviceRequestBody } from '../../core/stepService.ts';
import { planThrownError, runTxSteps, stepKey, type Transitions } from '../../core/steps.ts';
import type { World } from '../../core/world.ts';
import { type EffectContext, effects } from './effects.ts';
import { requestInvoice } from './invoiceRequests.ts';
import { stepPausesIn } from './pauses.ts';
import { referencesOf } from './references.ts';
import { rowOf, runTransaction, type Tables, type TaskRow, type Writes } from './tables.ts';
import { updateTask, writeTransitions } from './transitions.ts';

type ClaimQuery = Parameters<Queue['claim']>[0];

/** See `Queue.claim`. */
export const claimTasks = (
  tables: Tables,
  world: World,
  tasks: readonly TaskRow[],
  query: ClaimQuery,
): Result<ClaimedTasks, never> => {
  if (tasks.length === 0) return ok(noClaimedTasks);
  const claim = (batch: readonly TaskRow[]): Result<ClaimedTasks, never> =>
    ok(runTransaction((writes) => claimBatch(tables, world, writes, batch, query)));
  return runSync(
    runBatchWithFallback<TaskRow, ClaimedTasks, never, Result<ClaimedTasks, never>>({
      runAll: () => claim(tasks),
      items: () => tasks,
      runOne: (task) => claim([task]),
      onThrow: (task, cause) => {
        const transitions = planThrownError(query, lockedTask(tables, task), cause);
        runTransaction((writes) => writeTransitions(tables, writes, transitions, query.nowMs));
        return ok(claimedThrown(query.pipeline.name, lockedTask(tables, task), transitions, cause));
      },
    }),
  ).map(mergeClaimedTasks);
};

const claimBatch = (
  tables: Tables,
  { random, calendar, shop }: World,
  writes: Writes,
  tasks: readonly TaskRow[],
  query: ClaimQuery,
): ClaimedTasks => {
  const external = query.pipeline.steps.filter(({ kind }) => kind === 'external').map(({ name }) => name);
  const isHeld = isHeldBy(stepPausesIn(tables, query.pipeline.name));
  // The rule of core leaves out the notices to a customer who was erased.
  const isLeased = (task: TaskRow) =>
    external.includes(task.step) && !isErased(contactOfGroup(lockedTask(tables, task).orders));
  const atExternal = tasks.filter(isLeased);
  const atTx = tasks.filter((task) => !isLeased(task));
  const context = { tables, writes, random, calendar, shop, nowMs: query.nowMs };
  const transitions = runEffects(
    query,
    atTx.map((task) => lockedTask(tables, task)),
    context,
  );
  writeTransitions(tables, writes, transitions, query.nowMs);
  for (const { id, step } of atExternal)
    if (isHeld(id, step)) updateTask(tables, writes, id, { state: 'parked' });
  const toLease = [
    ...atExternal.filter(({ id, step }) => !isHeld(id, step)).map(({ id }) => id),
    ...transitions.advanced.filter(({ parked }) => !parked).map(({ taskId }) => taskId),
  ];
  const leases = toLease.map((taskId) => lease(tables, writes, taskId, query));
  return { processed: tasks.length, leases };
};

const runEffects = (
  { pipeline }: ClaimQuery,
  tasks: readonly LockedTask[],
  context: EffectContext,
): Transitions => {
  const steps = runTxSteps(pipeline, tasks, isHeldBy(stepPausesIn(context.tables, pipeline.name)));
  let step = steps.next();
  while (!step.done) step = steps.next(effects[step.value.effect](step.value.tasks, context));
  return step.value;
};

/** Leases a task at an external step. The step ledger gets the intent before the step runs. */
const lease = (
  tables: Tables,
  writes: Writes,
  taskId: string,
  { pipeline, nowMs, leaseMs }: ClaimQuery,
): Lease => {
  const { lease: last } = rowOf(tables.tasks, taskId);
  const untilMs = nowMs + leaseMs;
  const task = updateTask(tables, writes, taskId, {
    state: 'running',
    lease: last + 1,
    leaseUntilMs: untilMs,
  });
  const { checkoutId, orders } = lockedTask(tables, task);
  const key = stepKey(taskId, task.step);
  const entry = tables.stepLedger.get(key);
  const request = isInvoiceRequest(pipeline, task.step)
    ? requestInvoice(tables, writes, { taskId, checkoutId, step: task.step })
    : undefined;
  const ownBody = request === undefined ? serviceRequestBody(pipeline, task.step, { taskId, orders }) : null;
  const body = entry === undefined ? ownBody : entry.body;
  if (entry === undefined) {
    writes.set(tables.stepLedger, key, { intendedMs: nowMs, acceptedMs: null, body });
    if (isNotice(pipeline, task.step)) takeOverInvoice(tables, writes, task, checkoutId);
  }

  return {
    taskId,
    lease: task.lease,
    untilMs,
    pipeline: task.pipeline,
    step: task.step,
    attempts: task.attempts,
    probe: probeIn(stepPausesIn(tables, pipeline.name), taskId, task.step),
    checkoutId,
    orders: leaseOrders(
      orders.map(({ order }) => order),
      (orderId, most) => (tables.licences.get(orderId) ?? []).slice(0, most),
    ),
    contact: contactOfGroup(orders),
    invoiceNumber: tables.invoices.get(checkoutId)?.number ?? null,
    issuedInvoice:
      tables.invoiceIssuers.get(checkoutId)?.taskId === taskId
        ? (tables.invoices.get(checkoutId) ?? null)
        : null,
    references: referencesOf(tables, task.orderIds),
    ...leasedRequest(checkoutId, body, request),
    alreadyDone: (entry?.acceptedMs ?? null) !== null,
    traceparent: task.traceparent ?? null,
  };
};

/** Makes the task the holder of its checkout's invoice if the holder sends no mail. */
const takeOverInvoice = (
  tables: Tables,
  writes: Writes,
  { id, pipeline, step }: TaskRow,
  checkoutId: string,
): void => {
  const issuer = tables.invoiceIssuers.get(checkoutId);
  if (issuer === undefined || issuer.taskId === id) return;
  const state = tables.tasks.get(issuer.taskId)?.state ?? null;
  const hasSentMail = (tables.stepLedger.get(stepKey(issuer.taskId, step))?.acceptedMs ?? null) !== null;
  if (isInvoiceLeft({ state, hasSentMail }))
    writes.set(tables.invoiceIssuers, checkoutId, { taskId: id, pipeline });
};

/** A task with its orders, as the rules of core need it. Throws for a job's task. */
export const lockedTask = (tables: Tables, task: TaskRow): LockedTask => {
  const { id, checkoutId, orderIds, step, attempts } = task;
  if (checkoutId === null) throw new Error(`the task ${id} is a job's and has no orders`);
  const orders = orderIds.map((orderId) => {
    const { order, contact } = rowOf(tables.orders, orderId);
    return { order, contact, seq: tables.histories.get(orderId)?.length ?? 0 };
  });
  return { id, checkoutId, step, attempts, orders };
};
