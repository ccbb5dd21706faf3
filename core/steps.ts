import { pipelineFor } from './pipelines/index.ts';
import type { Effect, Pipeline } from './pipelines/pipeline.ts';
import type { ClaimedTasks, LockedTask, Queue, StepReport } from './queue.ts';

/**
 * How tasks of orders go through their pipelines: `runTxSteps` runs the steps in the database, `planReports` plans what
 * reports of external steps change. Adapters write the transitions.
 */

/** An effect that an adapter must run for a batch of tasks, inside its transaction. */
export type EffectCall = { readonly effect: Effect; readonly tasks: readonly LockedTask[] };

/** The outcome of an effect for one task. */
export type EffectOutcome = {
  readonly taskId: string;
  /** `refused` fails the task, because another attempt would not help. An operator decides. */
  readonly kind: 'done' | 'refused';
  /** For the history: the number or key that was issued, or why the effect refused. */
  readonly detail: string | null;
};

/** `seq` is that of the order's newest history row after the transition. */
type Transition = { readonly taskId: string; readonly orderId: string; readonly seq: number };

/** All changes of a run of steps or of a batch of reports. An adapter writes each list with one statement. */
export type Transitions = {
  readonly history: readonly {
    readonly orderId: string;
    readonly seq: number;
    readonly state: string;
    readonly detail: string | null;
  }[];
  /** These tasks are now at `step`. Their `attempts` become 0 if it is another step than before. */
  readonly advanced: readonly (Transition & { readonly step: string })[];
  /** These tasks wait for another attempt of the same step, at `runAtMs`. */
  readonly waiting: readonly { readonly taskId: string; readonly runAtMs: number; readonly error: string }[];
  /** These orders become `completed`, and their tasks are deleted. */
  readonly completed: readonly Transition[];
  /** These tasks and their orders become `failed`, at `step`. */
  readonly failed: readonly (Transition & { readonly step: string; readonly error: string })[];
};

/**
 * Advances a batch of one pipeline's tasks through all `tx` steps, up to an external step (`advanced`) or the end
 * (`completed`). Each effect is called once, for all tasks at its step.
 *
 * The generator yields an `EffectCall` and gets the outcomes back. So the same rule serves a synchronous database and
 * an asynchronous one. Throws if a task is at an unknown step, or if an effect leaves out a task.
 */
export function* runTxSteps(
  pipeline: Pipeline,
  tasks: readonly LockedTask[],
): Generator<EffectCall, Transitions, readonly EffectOutcome[]> {
  // A task at an unknown step would be claimed first, forever. Fail loudly instead.
  for (const { step } of tasks) stepIndex(pipeline, step);
  const transitions = noTransitions();
  let current: LockedTask[] = [];
  for (const step of pipeline.steps) {
    current.push(...tasks.filter((task) => task.step === step.name));
    if (current.length === 0) continue;
    if (step.kind === 'external') {
      transitions.advanced.push(...current.map((task) => ({ ...transitionOf(task), step: step.name })));
      current = [];
      continue;
    }
    const outcomes = new Map((yield { effect: step.effect, tasks: current }).map((one) => [one.taskId, one]));
    const next: LockedTask[] = [];
    for (const task of current) {
      const outcome = outcomes.get(task.id);
      if (outcome === undefined) throw new Error(`${step.effect} left out the task ${task.id}`);
      if (outcome.kind === 'done')
        next.push(appendHistory(transitions, task, step.historyState, outcome.detail));
      else fail(transitions, { ...task, step: step.name }, outcome.detail ?? step.name);
    }
    current = next;
  }
  for (const task of current) complete(transitions, task);
  return transitions;
}

/** Each licence is a row: 50,000 take a second. A million would take as long as a statement may (16 µs each). */
const unitsMax = 50_000;

/** The first tasks, at least one, whose units together fit into one short transaction. */
export const limitUnits = <T>(tasks: readonly T[], quantityOf: (task: T) => number): T[] => {
  let units = 0;
  return tasks.filter((task, index) => {
    units += quantityOf(task);
    return units <= unitsMax || index === 0;
  });
};

/** A task at its current step. Of its order, only the id is needed. */
type CurrentTask = Pick<LockedTask, 'id' | 'step' | 'seq'> & {
  readonly order: Pick<LockedTask['order'], 'id'>;
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
    } else if (outcome.kind === 'failed') {
      fail(transitions, task, outcome.error);
    } else {
      const index = stepIndex(pipeline, task.step);
      const next = pipeline.steps[index + 1];
      const state = pipeline.steps[index]?.historyState ?? task.step;
      const after = appendHistory(transitions, task, state, outcome.detail);
      if (next === undefined) complete(transitions, after);
      else transitions.advanced.push({ ...transitionOf(after), step: next.name });
    }
  }
  return transitions;
};

/** What changes when an effect throws for a single task: it waits for another attempt, or fails with the error. */
export const planThrownError = (
  { pipeline, retryAtMs }: Pick<Parameters<Queue['claim']>[0], 'pipeline' | 'retryAtMs'>,
  task: LockedTask,
  cause: unknown,
): Transitions => {
  const error = cause instanceof Error ? cause.message : String(cause);
  const runAtMs = retryAtMs(task.attempts + 1);
  const outcome: StepReport['outcome'] =
    runAtMs === null ? { kind: 'failed', error } : { kind: 'retry', error, runAtMs };
  return planReports([{ pipeline, task, outcome }]);
};

export const noClaimedTasks: ClaimedTasks = { processed: 0, leases: [] };

/** The result of a claim whose tasks were processed one by one. */
export const mergeClaimedTasks = (results: readonly ClaimedTasks[]): ClaimedTasks => ({
  processed: results.reduce((sum, { processed }) => sum + processed, 0),
  leases: results.flatMap(({ leases }) => leases),
});

/** The names of the steps that need a lease. All other steps run inside `Queue.claim`. */
export const externalSteps = (pipeline: Pipeline): readonly string[] =>
  pipeline.steps.filter(({ kind }) => kind === 'external').map(({ name }) => name);

/** The step of a new order's task. Throws if no pipeline serves the type. */
export const firstStep = (productType: string): string => pipelineFor(productType).steps[0].name;

/** The key of an external step in the step ledger. An order and step always have the same key. */
export const stepKey = (orderId: string, step: string): string => `${orderId}.${step}`;

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer Row)[] ? Row[] : T[K] };

const noTransitions = (): Mutable<Transitions> => ({
  history: [],
  advanced: [],
  waiting: [],
  completed: [],
  failed: [],
});

const transitionOf = ({ id, order, seq }: CurrentTask): Transition => ({
  taskId: id,
  orderId: order.id,
  seq,
});

/** Appends a history row and returns the task with the new `seq`. */
const appendHistory = <T extends CurrentTask>(
  transitions: Mutable<Transitions>,
  task: T,
  state: string,
  detail: string | null,
): T => {
  const seq = task.seq + 1;
  transitions.history.push({ orderId: task.order.id, seq, state, detail });
  return { ...task, seq };
};

const complete = (transitions: Mutable<Transitions>, task: CurrentTask): void => {
  transitions.completed.push(transitionOf(appendHistory(transitions, task, 'completed', null)));
};

const fail = (transitions: Mutable<Transitions>, task: CurrentTask, error: string): void => {
  const transition = transitionOf(appendHistory(transitions, task, 'failed', error));
  transitions.failed.push({ ...transition, step: task.step, error });
};

const stepIndex = (pipeline: Pipeline, name: string): number => {
  const index = pipeline.steps.findIndex((step) => step.name === name);
  if (index < 0) throw new Error(`the pipeline ${pipeline.name} has no step ${name}`);
  return index;
};
