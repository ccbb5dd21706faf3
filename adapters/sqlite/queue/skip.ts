import type { Result } from 'neverthrow';
import type { OperatorQueue } from '../../../core/operatorQueue.ts';
import { judgeSkips, type StepNotSkippable } from '../../../core/skip.ts';
import { createWriteActivity } from '../activity/activity.ts';
import type { Connection } from '../connection.ts';
import { createReadNamedTasks, createWriteChange } from './rescue.ts';
import { createWriteTransitions } from './transitions.ts';

/** See `OperatorQueue.skip`. Runs in the caller's transaction. */
export const createSkip = (connection: Connection) => {
  const readNamedTasks = createReadNamedTasks(connection);
  const writeChange = createWriteChange(connection);
  const writeTransitions = createWriteTransitions(connection);
  const writeActivity = createWriteActivity(connection);
  const dropRequest = connection.client.prepare<[string, string]>(
    'update step_ledger set body = null where task_id = ? and step = ?',
  );

  return (
    ...[request, nowMs, command]: Parameters<OperatorQueue['skip']>
  ): Result<number, StepNotSkippable> =>
    judgeSkips(readNamedTasks(request.taskIds), request, nowMs).map(
      ({ changes, transitions, dropped, targets }) => {
        for (const change of changes) writeChange(change, nowMs);
        writeTransitions(transitions, nowMs);
        for (const { taskId, step } of dropped) dropRequest.run(taskId, step);
        writeActivity(command, 'task.skip', targets, nowMs);
        return changes.length;
      },
    );
};
