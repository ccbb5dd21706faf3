import { ok, type Result } from 'neverthrow';
import { batchOrEach, runSync } from '../../core/batchOrEach.ts';
import type { Lease, LockedTask, Queue, Taken } from '../../core/queue.ts';
import {
  allTaken,
  externalSteps,
  noneTaken,
  planThrow,
  runTxSteps,
  stepKey,
  type Transitions,
} from '../../core/steps.ts';
import type { World } from '../../core/world.ts';
import { effects, type Place } from './effects.ts';
import { atomically, rowOf, type Tables, type TaskRow, type Writes } from './tables.ts';
import { change, writeTransitions } from './transitions.ts';

type Take = Parameters<Queue['claim']>[0];

/** See `Queue.take`. */
export const takeTasks = (
  tables: Tables,
  world: World,
  tasks: readonly TaskRow[],
  query: Take,
): Result<Taken, never> => {
  if (tasks.length === 0) return ok(noneTaken);
  const take = (some: readonly TaskRow[]): Result<Taken, never> =>
    ok(atomically((writes) => takeTogether(tables, world, writes, some, query)));
  return runSync(
    batchOrEach<TaskRow, Taken, never, Result<Taken, never>>({
      together: () => take(tasks),
      items: () => tasks,
      alone: (task) => take([task]),
      threw: (task, cause) => {
        const moves = planThrow(query, lockedTask(tables, task), cause);
        atomically((writes) => writeTransitions(tables, writes, moves, query.nowMs));
        return ok({ touched: 1, leases: [] });
      },
    }),
  ).map(allTaken);
};

const takeTogether = (
  tables: Tables,
  { random }: World,
  writes: Writes,
  tasks: readonly TaskRow[],
  query: Take,
): Taken => {
  const external = externalSteps(query.pipeline);
  const atExternal = tasks.filter(({ step }) => external.includes(step));
  const atTx = tasks.filter(({ step }) => !external.includes(step));
  const place = { tables, writes, random, nowMs: query.nowMs };
  const moves = runEffects(
    query,
    atTx.map((task) => lockedTask(tables, task)),
    place,
  );
  writeTransitions(tables, writes, moves, query.nowMs);
  const arrived = [...atExternal.map(({ id }) => id), ...moves.moved.map(({ taskId }) => taskId)];
  const leases = arrived.map((taskId) => lease(tables, writes, taskId, query));
  return { touched: tasks.length, leases };
};

const runEffects = ({ pipeline }: Take, tasks: readonly LockedTask[], place: Place): Transitions => {
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
  const key = stepKey(order.id, task.step);
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
    alreadyDone: (delivery?.acceptedMs ?? null) !== null,
  };
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
