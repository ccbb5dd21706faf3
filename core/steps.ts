import { erasedDetail, isErased } from './erasedContact.ts';
import { messageOf } from './errorMessage.ts';
import { contactOfGroup } from './group.ts';
import { type Order, orderStatusAfter } from './order.ts';
import type { IsHeld } from './pause.ts';
import { pipelineFor } from './pipelines/index.ts';
import type { Effect, Pipeline, Step } from './pipelines/pipeline.ts';
import type { LockedTask, Queue, StepReport, Task } from './queue.ts';

/**
 * How the tasks of groups go through their pipelines: `runTxSteps` runs the steps in the database, `planReports` plans what
 * reports of external steps change. Adapters write the transitions.
 */

/** An effect that an adapter must run for a batch of tasks, inside its transaction. */
export type EffectCall = { readonly effect: Effect; readonly tasks: readonly LockedTask[] };

/** The outcome of an effect for all orders of one task. */
export type EffectOutcome = {
  readonly taskId: string;
  /**
   * `refused` fails the task, because another attempt would not help. An operator decides. An effect that refuses one
   * order refuses its group, and `detail` names the order. `unfinished` has done a part, and the next claim goes on.
   */
  readonly kind: 'done' | 'refused' | 'unfinished';
  /** For the history of each order: the number that was issued, or why the effect refused. */
  readonly detail: string | null;
};

/** `seqs` are those of the newest history rows of the task's orders after the transition, at the same positions. */
type TaskTransition = { readonly taskId: string; readonly seqs: readonly number[] };

/** `seq` is that of the order's newest history row after the transition. */
type OrderTransition = { readonly orderId: string; readonly seq: number };

/** All changes of a run of steps or of a batch of reports. An adapter writes each list with one statement. */
export type Transitions = {
  readonly history: readonly (OrderTransition & { readonly state: string; readonly detail: string | null })[];
  /** These tasks are now at `step`. Their `attempts` become 0 if it is another step than before. */
  readonly advanced: readonly (TaskTransition & {
    readonly step: string;
    /** True if a pause holds the step. */
    readonly parked: boolean;
  })[];
  /** These tasks wait for the server that their step calls. Nothing is counted. */
  readonly parked: readonly { readonly taskId: string; readonly error: string }[];
  /** These tasks wait for another attempt of the same step, at `runAtMs`. */
  readonly waiting: readonly { readonly taskId: string; readonly runAtMs: number; readonly error: string }[];
  /** These orders become `completed`. */
  readonly completed: readonly OrderTransition[];
  /** These tasks are done and deleted. Their `orders` were completed before: only their `seq` is written. */
  readonly finished: readonly { readonly taskId: string; readonly orders: readonly OrderTransition[] }[];
  /** These tasks become `failed` at `step`, and these of their orders with them: none if they were completed before. */
  readonly failed: readonly (TaskTransition & {
    readonly step: string;
    readonly error: string;
    readonly orders: readonly OrderTransition[];
  })[];
};

/**
 * Advances a batch of one pipeline's tasks through all `tx` steps, up to an external step or one where they are held
 * (`advanced`), or the end (`finished`). Each effect is called once, for all tasks at its step. A notice to a customer who
 * was erased is left out, and the history says so.
 *
 * The generator yields an `EffectCall` and gets the outcomes back. So the same rule serves a synchronous database and
 * an asynchronous one. Throws if a task is at an unknown step, or if an effect leaves out a task.
 */
export function* runTxSteps(
  pipeline: Pipeline,
  tasks: readonly LockedTask[],
  isHeld: IsHeld = () => false,
): Generator<EffectCall, Transitions, readonly EffectOutcome[]> {
  // A task at an unknown step would be claimed first, forever. Fail loudly instead.
  for (const { step } of tasks) stepIndex(pipeline, step);
  const transitions = noTransitions();
  let current: LockedTask[] = [];
  for (const step of pipeline.steps) {
    current.push(...tasks.filter((task) => task.step === step.name));
    const going: LockedTask[] = [];
    for (const task of current) {
      if (step.isNotice === true && isErased(contactOfGroup(task.orders))) {
        const atNotice = { ...task, step: step.name };
        const detail = `${step.name}: ${erasedDetail}`;
        const after = finishStep(transitions, pipeline, atNotice, detail, skippedState);
        if (after !== null) going.push(after);
        continue;
      }
      const parked = isHeld(task.id, step.name);
      if (parked || step.kind === 'external')
        transitions.advanced.push({ ...transitionOf(task), step: step.name, parked });
      else going.push(task);
    }
    current = going;
    if (current.length === 0 || step.kind === 'external') continue;
    const outcomes = new Map((yield { effect: step.effect, tasks: current }).map((one) => [one.taskId, one]));
    const next: LockedTask[] = [];
    for (const task of current) {
      const outcome = outcomes.get(task.id);
      if (outcome === undefined) throw new Error(`${step.effect} left out the task ${task.id}`);
      const atStep = { ...task, step: step.name };
      if (outcome.kind === 'done') {
        const after = finishStep(transitions, pipeline, atStep, outcome.detail);
        if (after !== null) next.push(after);
      } else if (outcome.kind === 'unfinished') {
        // The task stays as it is. A step before this one would be done again.
        if (tasks.some(({ id, step: from }) => id === task.id && from !== step.name))
          throw new Error(
            `${step.name} takes several claims, so no step of ${pipeline.name} can be before it`,
          );
      } else fail(transitions, pipeline, atStep, outcome.detail ?? step.name);
    }
    current = next;
  }
  return transitions;
}

/** A task at its current step. Of its orders, only the ids are needed. */
type CurrentTask = Pick<LockedTask, 'id' | 'step'> & {
  readonly orders: readonly {
    /** The status is left out if the adapter has not read it. */
    readonly order: Pick<Order, 'id'> & Partial<Pick<Order, 'status'>>;
    readonly seq: number;
  }[];
};

/** What reports of leased steps change. The adapter has already checked that each report has its task's lease. */
export const planReports = (
  reported: readonly {
    readonly pipeline: Pipeline;
    readonly task: CurrentTask;
    readonly outcome: StepReport['outcome'];
  }[],
): Transitions => {
  const transitions = noTransitions();
  for (const { pipeline, task, outcome } of reported) {
    if (outcome.kind === 'retry') {
      transitions.waiting.push({ taskId: task.id, runAtMs: outcome.runAtMs, error: outcome.error });
    } else if (outcome.kind === 'unavailable') {
      transitions.parked.push({ taskId: task.id, error: outcome.error });
    } else if (outcome.kind === 'failed') {
      fail(transitions, pipeline, task, outcome.error);
    } else {
      const after = finishStep(transitions, pipeline, task, outcome.detail);
      if (after !== null)
        transitions.advanced.push({ ...transitionOf(after), step: after.step, parked: false });
    }
  }
  return transitions;
};

/** The parts of a pipeline, of orders or of jobs, that decide what comes after a step. */
type Stages = {
  readonly name: string;
  readonly steps: readonly (Pick<Step, 'name' | 'isNotice'> & { readonly historyState?: string })[];
};

/** What changes when the step of a task is left out: as if it were done, but the history has this row instead. */
export const planSkippedStep = (
  pipeline: Stages,
  { id, step, orderIds, seqs }: Pick<Task, 'id' | 'step' | 'orderIds'> & { readonly seqs: readonly number[] },
  row: { readonly state: string; readonly detail: string },
): Transitions => {
  const transitions = noTransitions();
  const orders = orderIds.map((orderId, index) => ({ order: { id: orderId }, seq: seqs[index] ?? 0 }));
  const after = finishStep(transitions, pipeline, { id, step, orders }, row.detail, row.state);
  if (after !== null) transitions.advanced.push({ ...transitionOf(after), step: after.step, parked: false });
  return transitions;
};

/** The transitions of several tasks. */
export const mergeTransitions = (all: readonly Transitions[]): Transitions => ({
  history: all.flatMap((each) => each.history),
  advanced: all.flatMap((each) => each.advanced),
  waiting: all.flatMap((each) => each.waiting),
  parked: all.flatMap((each) => each.parked),
  completed: all.flatMap((each) => each.completed),
  finished: all.flatMap((each) => each.finished),
  failed: all.flatMap((each) => each.failed),
});

/** What changes when an effect throws for a single task: it waits for another attempt, or fails with the error. */
export const planThrownError = (
  { pipeline, retryAtMs }: Pick<Parameters<Queue['claim']>[0], 'pipeline' | 'retryAtMs'>,
  task: LockedTask,
  cause: unknown,
): Transitions => {
  const error = messageOf(cause);
  const runAtMs = retryAtMs(task.attempts + 1);
  const outcome: StepReport['outcome'] =
    runAtMs === null ? { kind: 'failed', error } : { kind: 'retry', error, runAtMs };
  return planReports([{ pipeline, task, outcome }]);
};

/** Gives the orders of a claimed task as they are after the transitions: only their completion changes them. */
export const createOrdersAfter = (
  { completed }: Transitions,
  tasks: readonly LockedTask[],
  nowMs: number,
): ((task: LockedTask) => readonly Order[]) => {
  const orders = tasks.reduce((sum, task) => sum + task.orders.length, 0);
  // Mostly all are completed: each is once among the transitions, so their number says so, and nothing is looked up.
  const completedIds = completed.length === orders ? null : new Set(completed.map(({ orderId }) => orderId));
  const status = orderStatusAfter.complete;
  return (task) =>
    task.orders.map(({ order }) =>
      completedIds === null || completedIds.has(order.id) ? { ...order, status, updatedAtMs: nowMs } : order,
    );
};

/** The state in the history of an order that says that a step was left out. */
export const skippedState = 'skipped';

/** The step of a new group's task. Throws if no pipeline serves the type. */
export const firstStep = (productType: string): string => pipelineFor(productType).steps[0].name;

/**
 * True if the orders of a task at `step` are completed: only notices are left to do. A pipeline of nothing but notices
 * completes its orders at its end. False at a step that the pipeline does not have: such a task can still fail.
 */
export const isCompletedAt = (pipeline: Pipeline, step: string): boolean =>
  pipeline.steps.findIndex(({ name }) => name === step) >= completesAt(pipeline);

/** The key of an external step in the step ledger. A task and step always have the same key. */
export const stepKey = (taskId: string, step: string): string => `${taskId}.${step}`;

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer Row)[] ? Row[] : T[K] };

const noTransitions = (): Mutable<Transitions> => ({
  history: [],
  advanced: [],
  parked: [],
  waiting: [],
  completed: [],
  finished: [],
  failed: [],
});

const transitionOf = ({ id, orders }: CurrentTask): TaskTransition => ({
  taskId: id,
  seqs: orders.map(({ seq }) => seq),
});

const orderTransitions = ({ orders }: CurrentTask): readonly OrderTransition[] =>
  orders.map(({ order, seq }) => ({ orderId: order.id, seq }));

/** Appends a row to the history of each order, and returns the task with the new `seq`s. */
const appendHistory = <T extends CurrentTask>(
  transitions: Mutable<Transitions>,
  task: T,
  state: string,
  detail: string | null,
): T => {
  const orders = task.orders.map((one) => {
    const seq = one.seq + 1;
    transitions.history.push({ orderId: one.order.id, seq, state, detail });
    return { ...one, seq };
  });
  return { ...task, orders };
};

/** The task at its next step. Null if it was the last one: then the task is finished. */
const finishStep = <T extends CurrentTask>(
  transitions: Mutable<Transitions>,
  pipeline: Stages,
  task: T,
  detail: string | null,
  state?: string,
): T | null => {
  const index = stepIndex(pipeline, task.step);
  const next = pipeline.steps[index + 1];
  const stateOfStep = pipeline.steps[index]?.historyState ?? task.step;
  const done = appendHistory(transitions, task, state ?? stateOfStep, detail);
  const completes = index + 1 === completesAt(pipeline) && !areCompleted(task);
  const after = completes ? appendHistory(transitions, done, 'completed', null) : done;
  if (completes) transitions.completed.push(...orderTransitions(after));
  if (next !== undefined) return { ...after, step: next.name };
  transitions.finished.push({ taskId: task.id, orders: completes ? [] : orderTransitions(after) });
  return null;
};

const fail = (
  transitions: Mutable<Transitions>,
  pipeline: Pipeline,
  task: CurrentTask,
  error: string,
): void => {
  const { step } = task;
  // A notice that cannot be sent takes nothing from an order that is completed.
  const keepsOrders = isCompletedAt(pipeline, step) || areCompleted(task);
  const after = keepsOrders ? task : appendHistory(transitions, task, 'failed', error);
  const orders = keepsOrders ? [] : orderTransitions(after);
  transitions.failed.push({ ...transitionOf(after), step, error, orders });
};

/** An older release may have completed them at another step. */
const areCompleted = ({ orders }: CurrentTask): boolean =>
  orders.some(({ order }) => order.status === orderStatusAfter.complete);

/** How many steps are done when the orders are completed. */
const completesAt = ({ steps }: Stages): number => {
  const last = steps.findLastIndex(({ isNotice }) => !isNotice);
  return last < 0 ? steps.length : last + 1;
};

const stepIndex = (pipeline: Stages, name: string): number => {
  const index = pipeline.steps.findIndex((step) => step.name === name);
  if (index < 0) throw new Error(`the pipeline ${pipeline.name} has no step ${name}`);
  return index;
};
