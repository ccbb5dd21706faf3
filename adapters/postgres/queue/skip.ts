import { err, ok } from 'neverthrow';
import type { OperatorQueue } from '../../../core/operatorQueue.ts';
import { judgeSkips } from '../../../core/skip.ts';
import { writeActivity } from '../activity/activity.ts';
import type { Sql } from '../connection.ts';
import { withNestedLoops } from '../nestedLoops.ts';
import { lockNamedTasks, writeChanges } from './rescue.ts';
import { writeTransitions } from './transitions.ts';

/**
 * See `OperatorQueue.skip`. A report of a worker waits for the lock of its task, and then finds a newer lease or no
 * task.
 */
export const skip = async (
  sql: Sql,
  ...[request, nowMs, command]: Parameters<OperatorQueue['skip']>
): ReturnType<OperatorQueue['skip']> => {
  const skipped = await withNestedLoops(sql, async (tx) => {
    const judged = judgeSkips(await lockNamedTasks(tx, request.taskIds), request, nowMs);
    if (judged.isErr() || judged.value.changes.length === 0) return judged.map(() => 0);
    const { changes, transitions, dropped, targets } = judged.value;
    await writeChanges(tx, changes, nowMs);
    await Promise.all([
      writeTransitions(tx, transitions, nowMs),
      tx`
        update step_ledger s set body = null
        from unnest(
          ${dropped.map(({ taskId }) => taskId)}::uuid[],
          ${dropped.map(({ step }) => step)}::text[]
        ) as d(task_id, step)
        where s.task_id = d.task_id and s.step = d.step and s.body is not null`,
      writeActivity(tx, command, 'task.skip', targets, nowMs),
    ]);
    return ok(changes.length);
  });
  return skipped.isErr() ? err(skipped.error) : skipped.value;
};
