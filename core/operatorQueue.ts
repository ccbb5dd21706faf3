import type { OperatorCommand } from './activity.ts';
import type { Queue } from './queue.ts';
import type { HistorySlot } from './queueHistory.ts';
import type { AsyncResult } from './result.ts';
import type { SkipRequest, StepNotSkippable } from './skip.ts';
import type { TaskFilter } from './taskFilter.ts';

/** Tasks that failed at the same step with the same error. */
export type FailureGroup = {
  readonly pipeline: string;
  readonly step: string;
  readonly error: string;
  readonly tasks: number;
  /** The newest task of the group. A retry up to it retries what was counted. */
  readonly newestTaskId: string;
};

/** `tasks` is the number of failed tasks that were read, at most `failuresMax`. */
export type Failures = { readonly groups: readonly FailureGroup[]; readonly tasks: number };

/** The newest failed tasks are read up to this number, so that a flood of failures cannot make the read slow. */
export const failuresMax = 100_000;

/** The groups with the most tasks are listed up to this number. */
export const failureGroupsMax = 100;

/** The queue with what operators see of it and do in it. */
export interface OperatorQueue extends Queue {
  /** Failed tasks by pipeline, step and error, the largest group first. */
  failures(): AsyncResult<Failures>;

  /** The ids of the tasks that a filter means, in the order of the ids: those after `after`, up to and with `upTo`. */
  matchingIds(query: {
    readonly filter: TaskFilter;
    readonly upTo: string;
    readonly after: string | null;
    readonly limit: number;
    readonly nowMs: number;
  }): AsyncResult<readonly string[]>;

  /**
   * Makes tasks ready, as `planRetry` decides, all in one transaction. A failed task is ready at the step that failed,
   * with 0 attempts and crashes and a raised fencing token. Its failed orders become `paid`, with `retried` in the
   * history. A waiting task is ready now, with the attempts that it has. Ignores all other ids and, with a filter, tasks
   * that it does not mean. Returns how many tasks were retried.
   */
  retry(
    taskIds: readonly string[],
    nowMs: number,
    command?: OperatorCommand,
    filter?: TaskFilter,
  ): AsyncResult<number>;

  /**
   * Leaves out the external step that tasks are at, as `judgeSkip` decides, all in one transaction: the task goes on with
   * its next step or is done, and the history says `skipped`. A failed task's orders become `paid` first. The step of a
   * running task is taken from its worker. Ignores ids that belong to no task, and tasks that a refund holds. Fails, and
   * changes nothing, if a task is at a step that cannot be left out. Returns how many tasks went on.
   */
  skip(request: SkipRequest, nowMs: number, command?: OperatorCommand): AsyncResult<number, StepNotSkippable>;

  /** The last hour of the queue by ten seconds: see `HistorySlot`. */
  history(nowMs: number): AsyncResult<readonly HistorySlot[]>;

  /**
   * Writes the slot that has just ended, if no other worker has, and counts the slots before it again that may have got
   * more (`lateMs`). Workers call it after the end of each slot. Deletes what is older than the history.
   */
  recordHistory(nowMs: number): AsyncResult<void>;
}
