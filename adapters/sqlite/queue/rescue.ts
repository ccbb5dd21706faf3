import type { Result } from 'neverthrow';
import { failedInRescue } from '../../../core/claimedTasks.ts';
import type { OperatorQueue } from '../../../core/operatorQueue.ts';
import type { OrderStatus } from '../../../core/order.ts';
import type { Queue } from '../../../core/queue.ts';
import {
  type NamedTask,
  planRescue,
  planRetry,
  type Retry,
  type TaskChange,
  type TaskSnapshot,
} from '../../../core/rescue.ts';
import type { Unavailable } from '../../../core/result.ts';
import type { StepFailure } from '../../../core/stepFailure.ts';
import { createWriteActivity } from '../activity/activity.ts';
import type { Connection } from '../connection.ts';
import { createAppendHistory } from '../orders/history.ts';

/** The lists are JSON. */
type RowOf<T extends TaskSnapshot> = Omit<T, 'orderIds' | 'seqs'> & {
  readonly orderIds: string;
  readonly seqs: string;
};

const snapshotColumns =
  't.id, t.pipeline, t.step, t.attempts, t.crashes, t.lease, t.order_ids as orderIds, t.seqs';

const listsOf = ({ orderIds, seqs }: { readonly orderIds: string; readonly seqs: string }) => ({
  orderIds: JSON.parse(orderIds),
  seqs: JSON.parse(seqs),
});

/** See `Queue.rescue`. */
export const createRescue = (connection: Connection) => {
  const { runStatement, client, write } = connection;
  const writeChange = createWriteChange(connection);
  const expired = client.prepare<[number, number], RowOf<TaskSnapshot>>(
    `select ${snapshotColumns} from task t where t.state = 'running' and t.lease_until_ms <= ? order by t.lease_until_ms limit ?`,
  );

  return ({
    nowMs,
    crashesMax,
    limit,
    onFailed,
  }: Parameters<Queue['rescue']>[0]): Result<number, Unavailable> => {
    // Checked without the write lock first, because usually there is nothing to do.
    const isAny = runStatement(() => expired.get(nowMs, 1) !== undefined);
    if (isAny.isErr() || !isAny.value) return isAny.map(() => 0);
    let failures: readonly StepFailure[] = [];
    const rescued = write(() => {
      const tasks = expired.all(nowMs, limit).map((row) => ({ ...row, ...listsOf(row) }));
      const changes = tasks.map((task) => planRescue(task, crashesMax, nowMs));
      for (const change of changes) writeChange(change, nowMs);
      failures = failedInRescue(tasks, changes);
      return tasks.length;
    });
    if (rescued.isOk() && failures.length > 0) onFailed?.(failures);
    return rescued;
  };
};

/** See `OperatorQueue.retry`. Runs in the caller's transaction. */
export const createRetry = (connection: Connection) => {
  const writeChange = createWriteChange(connection);
  const writeActivity = createWriteActivity(connection);
  const readNamedTasks = createReadNamedTasks(connection);

  return (...[taskIds, nowMs, command, filter]: Parameters<OperatorQueue['retry']>): number => {
    const retries: Retry[] = [];
    for (const task of readNamedTasks(taskIds)) {
      const retry = planRetry(task, nowMs, filter);
      if (retry === null) continue;
      writeChange(retry.change, nowMs);
      retries.push(retry);
    }
    for (const { action, targets } of retries) writeActivity(command, action, targets, nowMs);
    return retries.length;
  };
};

/** Reads tasks that an operator has named, each once. */
export const createReadNamedTasks = ({ client }: Connection) => {
  const byId = client.prepare<[string], RowOf<NamedTask>>(
    `select ${snapshotColumns}, t.state, t.run_ms as runAtMs, t.last_error as lastError from task t where t.id = ?`,
  );
  return (taskIds: readonly string[]): readonly NamedTask[] =>
    [...new Set(taskIds)].flatMap((taskId) => {
      const row = byId.get(taskId);
      return row === undefined ? [] : [{ ...row, ...listsOf(row) }];
    });
};

export const createWriteChange = ({ client }: Connection) => {
  const appendHistory = createAppendHistory(client);
  const updateTask = client.prepare<[TaskValues]>(
    `update task set state = $state, attempts = $attempts, crashes = $crashes, lease = $lease,
       lease_until_ms = null, run_ms = $runAtMs, seqs = $seqs, last_error = $lastError
     where id = $id`,
  );
  const updateOrder = client.prepare<[OrderStatus, number, number, string]>(
    'update orders set status = ?, seq = ?, updated_ms = ? where id = ?',
  );

  return ({ orders, seqs, ...task }: TaskChange, nowMs: number): void => {
    updateTask.run({ ...task, seqs: JSON.stringify(seqs) });
    for (const { id, seq, status, history } of orders) {
      updateOrder.run(status, seq, nowMs, id);
      appendHistory(id, { seq, ...history }, nowMs);
    }
  };
};

type TaskValues = Omit<TaskChange, 'orders' | 'seqs'> & { readonly seqs: string };
