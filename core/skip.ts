import { err, ok, type Result } from 'neverthrow';
import type { ActivityTarget } from './activity.ts';
import { jobPipelines, pipelineFor } from './pipelines/index.ts';
import type { JobPipeline, Pipeline, StepService } from './pipelines/pipeline.ts';
import { withServices } from './pipelines/withServices.ts';
import { type NamedTask, planResumption, type TaskChange, targetsOf } from './rescue.ts';
import { mergeTransitions, planSkippedStep, skippedState, type Transitions } from './steps.ts';

/** An operator's request to leave out the external step that tasks are at. */
export type SkipRequest = {
  readonly taskIds: readonly string[];
  /** For the activity. */
  readonly reason: string;
  /** Only tasks at this step. Null: at any step. */
  readonly step: string | null;
  /** The services that do steps which our own database does otherwise. */
  readonly services: readonly StepService[];
};

/** A task is at a step that cannot be left out. Then none of the named ones is. */
export type StepNotSkippable = {
  readonly kind: 'step_not_skippable';
  readonly tasks: readonly { readonly taskId: string; readonly step: string; readonly reason: string }[];
};

/** What a skip changes. An adapter writes `changes`, and then `transitions`. */
export type Skips = {
  /** Take the tasks from their workers, if they have any: what those report then changes nothing. */
  readonly changes: readonly TaskChange[];
  readonly transitions: Transitions;
  /** Requests that step services will not get any more. They name the customer, so their text is deleted. */
  readonly dropped: readonly { readonly taskId: string; readonly step: string }[];
  readonly targets: readonly ActivityTarget[];
};

/** Decides a skip. `tasks` are the named ones that exist, read under lock. */
export const judgeSkips = (
  tasks: readonly NamedTask[],
  request: SkipRequest,
  nowMs: number,
): Result<Skips, StepNotSkippable> => {
  const judged = tasks.flatMap((task) => judgeSkip(task, request, nowMs) ?? []);
  const refused = judged.flatMap((each) => ('refused' in each ? [each.refused] : []));
  if (refused.length > 0) return err({ kind: 'step_not_skippable', tasks: refused });
  const skips = judged.flatMap((each) => ('refused' in each ? [] : [each]));
  return ok({
    changes: skips.map(({ change }) => change),
    transitions: mergeTransitions(skips.map(({ transitions }) => transitions)),
    dropped: skips.map(({ dropped }) => dropped),
    targets: skips.flatMap(({ targets }) => targets),
  });
};

type Skip = Pick<Skips, 'transitions' | 'targets'> & {
  readonly change: TaskChange;
  readonly dropped: Skips['dropped'][number];
};

/** Decides the skip of one task. Null if the task is left alone: a refund has paused it, or it is at another step. */
const judgeSkip = (
  task: NamedTask,
  { reason, step, services }: Omit<SkipRequest, 'taskIds'>,
  nowMs: number,
): Skip | { readonly refused: StepNotSkippable['tasks'][number] } | null => {
  if (task.state === 'paused' || (step !== null && task.step !== step)) return null;
  const pipeline =
    jobPipelines.find(({ name }) => name === task.pipeline) ??
    withServices(pipelineFor(task.pipeline), services);
  const refusedFor = whyNot(pipeline, task.step);
  if (refusedFor !== null) return { refused: { taskId: task.id, step: task.step, reason: refusedFor } };
  const change = planResumption(task, nowMs);
  // A worker that had begun may have done the step. The history must not say that it was not.
  const detail = task.state === 'running' ? `${task.step}, which had begun and may be done` : task.step;
  return {
    change,
    transitions: planSkippedStep(pipeline, { ...task, seqs: change.seqs }, { state: skippedState, detail }),
    dropped: { taskId: task.id, step: task.step },
    targets: targetsOf(task, `${task.step}: ${reason}`),
  };
};

/** Why a step cannot be left out. Null if it can. */
const whyNot = ({ steps }: Pipeline | JobPipeline, name: string): string | null => {
  const step = steps.find((one) => one.name === name);
  if (step === undefined) return 'this release does not have the step';
  // A job moves money or decides about it. Only its mail can be left out.
  if (!('kind' in step)) return step.isNotice === true ? null : 'no job can go on without it';
  return step.kind === 'external' ? null : 'it runs in our own database, and no order can go on without it';
};
