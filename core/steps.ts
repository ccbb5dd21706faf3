import { pipelineFor } from './pipelines/index.ts';
import type { Effect, Pipeline } from './pipelines/pipeline.ts';
import type { LockedTask, Queue, StepReport, Taken } from './queue.ts';

/** What an adapter is asked to do for a batch, inside its transaction. */
export type EffectCall = { readonly effect: Effect; readonly tasks: readonly LockedTask[] };

/** What came of it for one task. */
export type EffectOutcome = {
  readonly taskId: string;
  /** `refused` fails the task: trying again by itself would not help. */
  readonly kind: 'done' | 'refused';
  /** For the history: what was issued, or why it was refused. */
  readonly detail: string | null;
};

/** `seq` is that of the order's newest history row after this move. */
type Transition = { readonly taskId: string; readonly orderId: string; readonly seq: number };

/** All that a run of steps changes. An adapter writes each list with one statement. */
export type Transitions = {
  readonly history: readonly {
    readonly orderId: string;
    readonly seq: number;
    readonly state: string;
    readonly detail: string | null;
  }[];
  /** Stand at this step now; failed tries are forgotten where it is another than before. */
  readonly moved: readonly (Transition & { readonly step: string })[];
  /** Try the same step again later. */
  readonly waiting: readonly { readonly taskId: string; readonly runAtMs: number; readonly error: string }[];
  /** The order is completed and the task goes. */
  readonly completed: readonly Transition[];
  /** Task and order are failed, at this step. */
  readonly failed: readonly (Transition & {
    readonly step: string;
    readonly error: string;
    /** By an effect: the order cannot be had, and trying again by itself would not help. */
    readonly refused: boolean;
  })[];
};

/**
 * Walks a batch of one pipeline's tasks through all `tx` steps that lie before them, each step once for every
 * task that has come to it, up to an external step (`moved`) or the end (`completed`). The effects are
 * yielded, so that one walk serves a database that answers at once and one that answers later.
 */
export function* runTxSteps(
  pipeline: Pipeline,
  tasks: readonly LockedTask[],
): Generator<EffectCall, Transitions, readonly EffectOutcome[]> {
  // A task that stands nowhere on its road would be taken again and again, before all others and to no end.
  for (const { step } of tasks) stepIndex(pipeline, step);
  const moves = noTransitions();
  let walking: LockedTask[] = [];
  for (const step of pipeline.steps) {
    walking.push(...tasks.filter((task) => task.step === step.name));
    if (walking.length === 0) continue;
    if (step.kind === 'external') {
      moves.moved.push(...walking.map((task) => ({ ...transitionOf(task), step: step.name })));
      walking = [];
      continue;
    }
    const outcomes = new Map((yield { effect: step.effect, tasks: walking }).map((one) => [one.taskId, one]));
    const went: LockedTask[] = [];
    for (const task of walking) {
      const outcome = outcomes.get(task.id);
      if (outcome === undefined) throw new Error(`${step.effect} left out the task ${task.id}`);
      if (outcome.kind === 'done') went.push(leave(moves, task, step.historyState, outcome.detail));
      else fail(moves, { ...task, step: step.name }, outcome.detail ?? step.name, true);
    }
    walking = went;
  }
  for (const task of walking) complete(moves, task);
  return moves;
}

/** Each licence is a row: 50,000 take a second, and a million as long as a statement may (16 µs each). */
const unitsMax = 50_000;

/** As many of these as one short transaction can do, from the first on, and one at least. */
export const limitUnits = <T>(tasks: readonly T[], quantityOf: (task: T) => number): T[] => {
  let units = 0;
  return tasks.filter((task, index) => {
    units += quantityOf(task);
    return units <= unitsMax || index === 0;
  });
};

/** A task at its step; of its order no more is needed, to move it on, than which it is. */
type CurrentTask = Pick<LockedTask, 'id' | 'step' | 'seq'> & {
  readonly order: Pick<LockedTask['order'], 'id'>;
};

/** What reports of leased steps change. Each report is beside its task, whose lease the adapter has checked. */
export const planReports = (
  reported: readonly {
    readonly pipeline: Pipeline;
    readonly task: CurrentTask;
    readonly outcome: StepReport['outcome'];
  }[],
): Transitions => {
  const moves = noTransitions();
  for (const { pipeline, task, outcome } of reported) {
    if (outcome.kind === 'retry') {
      moves.waiting.push({ taskId: task.id, runAtMs: outcome.runAtMs, error: outcome.error });
    } else if (outcome.kind === 'failed') {
      fail(moves, task, outcome.error, false);
    } else {
      const index = stepIndex(pipeline, task.step);
      const next = pipeline.steps[index + 1];
      const left = leave(moves, task, pipeline.steps[index]?.historyState ?? task.step, outcome.detail);
      if (next === undefined) complete(moves, left);
      else moves.moved.push({ ...transitionOf(left), step: next.name });
    }
  }
  return moves;
};

/** A task threw by itself: it waits for another try, or is failed with what was thrown. */
export const planThrow = (
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

export const noneTaken: Taken = { touched: 0, leases: [] };

/** What came of tasks that were taken one by one. */
export const allTaken = (each: readonly Taken[]): Taken => ({
  touched: each.reduce((sum, { touched }) => sum + touched, 0),
  leases: each.flatMap(({ leases }) => leases),
});

/** The steps that a worker takes under a lease; a task at any other step runs inside `take`. */
export const externalSteps = (pipeline: Pipeline): readonly string[] =>
  pipeline.steps.filter(({ kind }) => kind === 'external').map(({ name }) => name);

/** Where a new task of an order begins. */
export const firstStep = (productType: string): string => pipelineFor(productType).steps[0].name;

/** The ledger's key of an external step: one for ever for each order and step, so that it is done once. */
export const stepKey = (orderId: string, step: string): string => `${orderId}.${step}`;

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer Row)[] ? Row[] : T[K] };

const noTransitions = (): Mutable<Transitions> => ({
  history: [],
  moved: [],
  waiting: [],
  completed: [],
  failed: [],
});

const transitionOf = ({ id, order, seq }: CurrentTask): Transition => ({
  taskId: id,
  orderId: order.id,
  seq,
});

/** Writes one history row and answers the task after it. */
const leave = <T extends CurrentTask>(
  moves: Mutable<Transitions>,
  task: T,
  state: string,
  detail: string | null,
): T => {
  const seq = task.seq + 1;
  moves.history.push({ orderId: task.order.id, seq, state, detail });
  return { ...task, seq };
};

const complete = (moves: Mutable<Transitions>, task: CurrentTask): void => {
  moves.completed.push(transitionOf(leave(moves, task, 'completed', null)));
};

const fail = (moves: Mutable<Transitions>, task: CurrentTask, error: string, refused: boolean): void => {
  const move = transitionOf(leave(moves, task, 'failed', error));
  moves.failed.push({ ...move, step: task.step, error, refused });
};

const stepIndex = (pipeline: Pipeline, name: string): number => {
  const index = pipeline.steps.findIndex((step) => step.name === name);
  if (index < 0) throw new Error(`the pipeline ${pipeline.name} has no step ${name}`);
  return index;
};
