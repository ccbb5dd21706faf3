import { err, ok } from 'neverthrow';
import { failedInRescue } from '../../../core/claimedTasks.ts';
import type { OperatorQueue } from '../../../core/operatorQueue.ts';
import type { Queue } from '../../../core/queue.ts';
import {
  type NamedTask,
  planRescue,
  planRetry,
  type TaskChange,
  type TaskSnapshot,
} from '../../../core/rescue.ts';
import type { StepFailure } from '../../../core/stepFailure.ts';
import { writeActivity } from '../activity/activity.ts';
import type { Sql, Transaction } from '../connection.ts';
import { orUnavailable } from '../failures.ts';
import { withNestedLoops } from '../nestedLoops.ts';
import { seqTexts } from './tasks.ts';

/** See `Queue.rescue`. */
export const rescue = async (
  sql: Sql,
  { nowMs, crashesMax, limit, onFailed }: Parameters<Queue['rescue']>[0],
): ReturnType<Queue['rescue']> => {
  // Usually there is nothing to rescue. This statement checks it without a transaction.
  const expired = await orUnavailable(
    () => sql`select from task where state = 'running' and lease_until_ms <= ${nowMs} limit 1`,
  );
  if (expired.isErr()) return err(expired.error);
  if (expired.value.length === 0) return ok(0);
  let failures: readonly StepFailure[] = [];
  const rescued = await withNestedLoops(sql, async (tx) => {
    const rows = await tx<TaskSnapshot[]>`
      select id, pipeline, step, attempts, crashes, lease, order_ids as "orderIds", seqs from task
      where state = 'running' and lease_until_ms <= ${nowMs}
      order by lease_until_ms limit ${limit}
      for update skip locked`;
    const changes = rows.map((row) => planRescue(row, crashesMax, nowMs));
    await writeChanges(tx, changes, nowMs);
    failures = failedInRescue(rows, changes);
    return rows.length;
  });
  if (rescued.isOk() && failures.length > 0) onFailed?.(failures);
  return rescued;
};

/** See `OperatorQueue.retry`. */
export const retry = async (
  sql: Sql,
  ...[taskIds, nowMs, command, filter]: Parameters<OperatorQueue['retry']>
): ReturnType<OperatorQueue['retry']> => {
  if (taskIds.length === 0) return ok(0);
  return withNestedLoops(sql, async (tx) => {
    const retries = (await lockNamedTasks(tx, taskIds)).flatMap(
      (task) => planRetry(task, nowMs, filter) ?? [],
    );
    await writeChanges(
      tx,
      retries.map(({ change }) => change),
      nowMs,
    );
    for (const [action, ofAction] of Map.groupBy(retries, (each) => each.action))
      await writeActivity(
        tx,
        command,
        action,
        ofAction.flatMap(({ targets }) => targets),
        nowMs,
      );
    return retries.length;
  });
};

/** Finds tasks by their ids only. With a condition on the state, the server may read all tasks in that state. */
export const lockNamedTasks = (tx: Transaction, taskIds: readonly string[]): Promise<NamedTask[]> => tx<
  NamedTask[]
>`
  select id, pipeline, step, state, attempts, crashes, lease, order_ids as "orderIds", seqs,
    run_ms as "runAtMs", last_error as "lastError"
  from task where id = any(${taskIds as string[]}::uuid[]) order by id for update`;

/** Sends two statements together. This transaction has locked the tasks. */
export const writeChanges = async (
  tx: Transaction,
  changes: readonly TaskChange[],
  nowMs: number,
): Promise<void> => {
  const orders = changes.flatMap((change) => change.orders);
  await Promise.all([
    changes.length > 0 &&
      tx`
        update task t
        set state = c.state, attempts = c.attempts, crashes = c.crashes, lease = c.lease, lease_until_ms = null,
          run_ms = c.run_ms, seqs = c.seqs::integer[], last_error = c.last_error
        from unnest(
          ${changes.map(({ id }) => id)}::uuid[],
          ${changes.map(({ state }) => state)}::text[],
          ${changes.map(({ attempts }) => attempts)}::integer[],
          ${changes.map(({ crashes }) => crashes)}::integer[],
          ${changes.map(({ lease }) => lease)}::integer[],
          ${changes.map(({ runAtMs }) => runAtMs)}::bigint[],
          ${seqTexts(changes)}::text[],
          ${changes.map(({ lastError }) => lastError)}::text[]
        ) as c(id, state, attempts, crashes, lease, run_ms, seqs, last_error)
        where t.id = any(array[c.id])`,
    orders.length > 0 &&
      tx`
        with changed as (
          select * from unnest(
            ${orders.map(({ id }) => id)}::uuid[],
            ${orders.map(({ seq }) => seq)}::integer[],
            ${orders.map(({ status }) => status)}::text[],
            ${orders.map(({ history }) => history.state)}::text[],
            ${orders.map(({ history }) => history.detail)}::text[]
          ) as c(id, seq, status, state, detail)
        ), history as (
          insert into order_state (order_id, seq, state, at_ms, detail)
          select id, seq, state, ${nowMs}::bigint, detail from changed
        )
        update orders o set status = c.status, seq = c.seq, updated_ms = ${nowMs}::bigint
        from changed c where o.id = c.id`,
  ]);
};
