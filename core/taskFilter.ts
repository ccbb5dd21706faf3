import { type Task, type TaskState, taskStateAt } from './queue.ts';

/** The states of the tasks that an operator can retry. */
export const retriedStates = ['failed', 'waiting'] as const satisfies TaskState[];

/** Which tasks an operator retries. What is null can be anything. */
export type TaskFilter = {
  readonly state: (typeof retriedStates)[number];
  readonly pipeline: string | null;
  readonly step: string | null;
  /** The whole `lastError`. */
  readonly error: string | null;
};

/** True if the filter means this task. Adapters have the same rule in SQL. */
export const matchesFilter = (
  task: Parameters<typeof taskStateAt>[0] & Pick<Task, 'pipeline' | 'step' | 'lastError'>,
  { state, pipeline, step, error }: TaskFilter,
  nowMs: number,
): boolean =>
  taskStateAt(task, nowMs) === state &&
  (pipeline === null || task.pipeline === pipeline) &&
  (step === null || task.step === step) &&
  (error === null || task.lastError === error);
