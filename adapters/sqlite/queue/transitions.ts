import { type OrderStatus, orderStatusAfter } from '../../../core/order.ts';
import type { Transitions } from '../../../core/steps.ts';
import type { Connection } from '../connection.ts';
import { createAppendHistory } from '../orders/history.ts';

/** Writes what a run of steps changes. Runs in the caller's transaction. */
export const createWriteTransitions = ({
  client,
}: Connection): ((transitions: Transitions, nowMs: number) => void) => {
  const appendHistory = createAppendHistory(client);
  const advanceTask = client.prepare<[string, number, number, string]>(
    `update task set state = 'ready', step = ?, seq = ?, run_ms = ?, lease_until_ms = null,
       attempts = 0, crashes = 0, last_error = null
     where id = ?`,
  );
  const deferTask = client.prepare<[number, string, string]>(
    `update task set state = 'ready', attempts = attempts + 1, run_ms = ?, last_error = ?, lease_until_ms = null
     where id = ?`,
  );
  const pipelineOf = client.prepare<[string], string>('select pipeline from task where id = ?').pluck();
  const deleteTask = client.prepare<[string]>('delete from task where id = ?');
  const failTask = client.prepare<[FailedTask]>(
    `update task set state = 'failed', attempts = case when step = $step then attempts else 0 end + 1,
       step = $step, seq = $seq, last_error = $error, lease_until_ms = null
     where id = $taskId`,
  );
  const updateOrder = client.prepare<[OrderStatus, number, number, string]>(
    'update orders set status = ?, seq = ?, updated_ms = ? where id = ?',
  );
  const sell = client.prepare<[string]>(
    `insert into sold_units (product_id, units) select product_id, held from orders where id = ? and held > 0
     on conflict (product_id) do update set units = units + excluded.units`,
  );
  const countFinished = client.prepare<[number, string, number]>(
    'insert into finished_tasks (at_ms, pipeline, tasks) values (?, ?, ?)',
  );

  return ({ history, advanced, waiting, completed, failed }, nowMs) => {
    for (const row of history) appendHistory(row.orderId, row, nowMs);
    for (const { taskId, step, seq } of advanced) advanceTask.run(step, seq, nowMs, taskId);
    for (const { taskId, runAtMs, error } of waiting) deferTask.run(runAtMs, error, taskId);
    for (const { taskId, orderId, step, seq, error } of failed) {
      failTask.run({ taskId, step, seq, error });
      updateOrder.run(orderStatusAfter.fail, seq, nowMs, orderId);
    }
    const finished = new Map<string, number>();
    for (const { taskId, orderId, seq } of completed) {
      const pipeline = pipelineOf.get(taskId) ?? '';
      deleteTask.run(taskId);
      finished.set(pipeline, (finished.get(pipeline) ?? 0) + 1);
      updateOrder.run(orderStatusAfter.complete, seq, nowMs, orderId);
      sell.run(orderId);
    }
    for (const [pipeline, tasks] of finished) countFinished.run(nowMs, pipeline, tasks);
  };
};

type FailedTask = Pick<Transitions['failed'][number], 'taskId' | 'step' | 'seq' | 'error'>;
