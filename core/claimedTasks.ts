import { messageOf } from './errorMessage.ts';
import type { ClaimedTasks, LockedTask } from './queue.ts';
import type { TaskChange, TaskSnapshot } from './rescue.ts';
import type { StepFailure } from './stepFailure.ts';
import type { Transitions } from './steps.ts';

export const noClaimedTasks: ClaimedTasks = { processed: 0, leases: [] };

/** The result of a claim whose tasks were processed one by one. */
export const mergeClaimedTasks = (results: readonly ClaimedTasks[]): ClaimedTasks => ({
  processed: results.reduce((sum, { processed }) => sum + processed, 0),
  leases: results.flatMap(({ leases }) => leases),
  thrown: results.flatMap(({ thrown = [] }) => thrown),
});

/** The result of a claim in which the `tx` step of one task threw. */
export const claimedThrown = (
  pipeline: string,
  { id: taskId, step, orders }: LockedTask,
  { failed }: Pick<Transitions, 'failed'>,
  cause: unknown,
): ClaimedTasks => ({
  processed: 1,
  leases: [],
  thrown: [
    {
      taskId,
      pipeline,
      step,
      orders: orders.length,
      isLast: failed.length > 0,
      failsOrders: failed.some((each) => each.orders.length > 0),
      error: messageOf(cause),
      cause,
    },
  ],
});

/** The tasks that a rescue gave up. `tasks` and `changes` have the same order. */
export const failedInRescue = (
  tasks: readonly TaskSnapshot[],
  changes: readonly TaskChange[],
): readonly StepFailure[] =>
  changes.flatMap(({ id, state, orders, lastError }, index) => {
    const task = tasks[index];
    if (state !== 'failed' || task === undefined) return [];
    return [
      {
        taskId: id,
        pipeline: task.pipeline,
        step: task.step,
        orders: task.orderIds.length,
        isLast: true,
        failsOrders: orders.length > 0,
        error: lastError ?? '',
      },
    ];
  });
