import type { Result } from 'neverthrow';
import type { OperatorCommand } from '../../core/activity.ts';
import { judgeSkips, type SkipRequest, type StepNotSkippable } from '../../core/skip.ts';
import { stepKey } from '../../core/steps.ts';
import { writeActivity } from './activity.ts';
import { namedTaskOf, writeChange } from './rescue.ts';
import type { Tables, TaskRow, Writes } from './tables.ts';
import { writeTransitions } from './transitions.ts';

/** See `OperatorQueue.skip`. */
export const skipSteps = (
  tables: Tables,
  writes: Writes,
  tasks: readonly TaskRow[],
  request: SkipRequest,
  nowMs: number,
  command: OperatorCommand | undefined,
): Result<number, StepNotSkippable> => {
  const named = tasks.map((task) => namedTaskOf(tables, task));
  return judgeSkips(named, request, nowMs).map(({ changes, transitions, dropped, targets }) => {
    for (const change of changes) writeChange(tables, writes, change, nowMs);
    writeTransitions(tables, writes, transitions, nowMs);
    for (const { taskId, step } of dropped) {
      const key = stepKey(taskId, step);
      const intent = tables.stepLedger.get(key);
      if (intent !== undefined) writes.set(tables.stepLedger, key, { ...intent, body: null });
    }
    writeActivity(tables, writes, command, 'task.skip', targets, nowMs);
    return changes.length;
  });
};
