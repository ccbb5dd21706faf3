import type { Result } from 'neverthrow';
import type { ActivityTarget, OperatorCommand } from '../../../core/activity.ts';
import type { OrderStatus } from '../../../core/order.ts';
import type { Queue } from '../../../core/queue.ts';
import {
  planRescue,
  planRetry,
  retryTargets,
  type TaskChange,
  type TaskSnapshot,
} from '../../../core/rescue.ts';
import type { Unavailable } from '../../../core/result.ts';
import { createWriteActivity } from '../activity/activity.ts';
import type { Connection } from '../connection.ts';
import { createAppendHistory } from '../orders/history.ts';

/** The lists are JSON. */
type Row = Omit<TaskSnapshot, 'orderIds' | 'seqs'> & { readonly orderIds: string; readonly seqs: string };

const selectSnapshots = `
  select t.id, t.pipeline, t.step, t.attempts, t.crashes, t.lease, t.order_ids as orderIds, t.seqs from task t`;

const snapshotOf = ({ orderIds, seqs, ...task }: Row): TaskSnapshot => ({
  ...task,
  orderIds: JSON.parse(orderIds),
  seqs: JSON.parse(seqs),
});

/** See `Queue.rescue`. */
export const createRescue = (connection: Connection) => {
  const { runStatement, client, write } = connection;
  const writeChange = createWriteChange(connection);
  const expired = client.prepare<[number, number], Row>(
    `${selectSnapshots} where t.state = 'running' and t.lease_until_ms <= ? order by t.lease_until_ms limit ?`,
  );

  return ({ nowMs, crashesMax, limit }: Parameters<Queue['rescue']>[0]): Result<number, Unavailable> => {
    // Checked without the write lock first, because usually there is nothing to do.
    const isAny = runStatement(() => expired.get(nowMs, 1) !== undefined);
    if (isAny.isErr() || !isAny.value) return isAny.map(() => 0);
    return write(() => {
      const rows = expired.all(nowMs, limit);
      for (const row of rows) writeChange(planRescue(snapshotOf(row), crashesMax, nowMs), nowMs);
      return rows.length;
    });
  };
};

/** See `Queue.retry`. Runs in the caller's transaction. */
export const createRetry = (connection: Connection) => {
  const writeChange = createWriteChange(connection);
  const writeActivity = createWriteActivity(connection);
  const failed = connection.client.prepare<[string], Row>(
    `${selectSnapshots} where t.id = ? and t.state = 'failed'`,
  );

  return (taskIds: readonly string[], nowMs: number, command?: OperatorCommand): number => {
    const targets: ActivityTarget[] = [];
    let retried = 0;
    for (const taskId of taskIds) {
      const row = failed.get(taskId);
      if (row === undefined) continue;
      const task = snapshotOf(row);
      writeChange(planRetry(task, nowMs), nowMs);
      targets.push(...retryTargets(task));
      retried++;
    }
    writeActivity(command, 'task.retry', targets, nowMs);
    return retried;
  };
};

const createWriteChange = ({ client }: Connection) => {
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
