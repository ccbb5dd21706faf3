import type { Lease, LockedTask, Queue, StepReport } from '../../core/queue.ts';
import { deliveryKey, externalSteps, type Moves, planReports, runTxSteps } from '../../core/steps.ts';
import type { World } from '../../core/world.ts';
import { effects, type Place } from './effects.ts';
import { change, writeMoves } from './moves.ts';
import { atomically, rowOf, type Tables, type TaskRow, type Writes } from './tables.ts';

type Take = Parameters<Queue['take']>[0];

/** See `Queue.take`. Answers the leases. */
export const takeTasks = (
  tables: Tables,
  world: World,
  tasks: readonly TaskRow[],
  query: Take,
): readonly Lease[] => {
  try {
    return atomically((writes) => takeTogether(tables, world, writes, tasks, query));
  } catch (cause) {
    const [only] = tasks;
    if (only === undefined) throw cause;
    if (tasks.length > 1) return tasks.flatMap((task) => takeTasks(tables, world, [task], query));
    atomically((writes) => putOff(tables, writes, only, cause, query));
    return [];
  }
};

const takeTogether = (
  tables: Tables,
  { random }: World,
  writes: Writes,
  tasks: readonly TaskRow[],
  query: Take,
): readonly Lease[] => {
  const external = externalSteps(query.pipeline);
  const atExternal = tasks.filter(({ step }) => external.includes(step));
  const atTx = tasks.filter(({ step }) => !external.includes(step));
  const place = { tables, writes, random, nowMs: query.nowMs };
  const moves = runEffects(
    query,
    atTx.map((task) => lockedTask(tables, task)),
    place,
  );
  writeMoves(tables, writes, moves, query.nowMs);
  const arrived = [...atExternal.map(({ id }) => id), ...moves.moved.map(({ taskId }) => taskId)];
  return arrived.map((taskId) => lease(tables, writes, taskId, query));
};

const runEffects = ({ pipeline }: Take, tasks: readonly LockedTask[], place: Place): Moves => {
  const walk = runTxSteps(pipeline, tasks);
  let at = walk.next();
  while (!at.done) at = walk.next(effects[at.value.effect](at.value.tasks, place));
  return at.value;
};

/** Leases a task at an external step, with an intent in the ledger before anything is done. */
const lease = (tables: Tables, writes: Writes, taskId: string, { nowMs, leaseMs }: Take): Lease => {
  const { lease: last } = rowOf(tables.tasks, taskId);
  const untilMs = nowMs + leaseMs;
  const task = change(tables, writes, taskId, { state: 'running', lease: last + 1, leaseUntilMs: untilMs });
  const { order, contact } = rowOf(tables.orders, ownerOf(task));
  const key = deliveryKey(order.id, task.step);
  const delivery = tables.deliveries.get(key);
  if (delivery === undefined) writes.set(tables.deliveries, key, { intendedMs: nowMs, acceptedMs: null });

  return {
    taskId,
    lease: task.lease,
    untilMs,
    pipeline: task.pipeline,
    step: task.step,
    attempts: task.attempts,
    order,
    contact,
    invoiceNumber: tables.invoices.get(order.id)?.number ?? null,
    licences: tables.licences.get(order.id) ?? [],
    delivered: (delivery?.acceptedMs ?? null) !== null,
  };
};

/** A task whose effect throws waits, or is failed after its last try. */
const putOff = (
  tables: Tables,
  writes: Writes,
  task: TaskRow,
  cause: unknown,
  { pipeline, nowMs, retryAtMs }: Take,
): void => {
  const error = cause instanceof Error ? cause.message : String(cause);
  const runAtMs = retryAtMs(task.attempts + 1);
  const outcome: StepReport['outcome'] =
    runAtMs === null ? { kind: 'failed', error } : { kind: 'retry', error, runAtMs };
  writeMoves(tables, writes, planReports([{ pipeline, task: lockedTask(tables, task), outcome }]), nowMs);
};

/** A task with its order, as the core's steps want it. */
export const lockedTask = (tables: Tables, task: TaskRow): LockedTask => {
  const { order } = rowOf(tables.orders, ownerOf(task));
  const { id, step, attempts } = task;
  return { id, step, attempts, seq: tables.histories.get(order.id)?.length ?? 0, order };
};

/** The id of the order that owes it. */
const ownerOf = ({ id, orderId }: TaskRow): string => {
  if (orderId === null) throw new Error(`the task ${id} is no order's`);
  return orderId;
};
