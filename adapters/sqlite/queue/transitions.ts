import { type OrderStatus, orderStatusAfter } from '../../../core/order.ts';
import type { Transitions } from '../../../core/steps.ts';
import type { Connection } from '../connection.ts';
import { createAppendHistory } from '../orders/history.ts';

/** Writes what a run of steps changes. Runs in the caller's transaction. */
export const createWriteTransitions = ({
  client,
}: Connection): ((transitions: Transitions, nowMs: number) => void) => {
  const appendHistory = createAppendHistory(client);
  const advanceTask = client.prepare<[AdvancedTask]>(
    `update task set state = $state, step = $step, seqs = $seqs, lease_until_ms = null,
       run_ms = case when step = $step then run_ms else $nowMs end,
       attempts = case when step = $step then attempts else 0 end,
       crashes = case when step = $step then crashes else 0 end,
       last_error = case when step = $step then last_error end
     where id = $taskId`,
  );
  const parkTask = client.prepare<[number, string, string]>(
    `update task set state = 'parked', run_ms = ?, last_error = ?, lease_until_ms = null where id = ?`,
  );
  const deferTask = client.prepare<[number, string, string]>(
    `update task set state = 'ready', attempts = attempts + 1, run_ms = ?, last_error = ?, lease_until_ms = null
     where id = ?`,
  );
  const pipelineOf = client.prepare<[string], string>('select pipeline from task where id = ?').pluck();
  const deleteTask = client.prepare<[string]>('delete from task where id = ?');
  const failTask = client.prepare<[FailedTask]>(
    `update task set state = 'failed', attempts = case when step = $step then attempts else 0 end + 1,
       step = $step, seqs = $seqs, last_error = $error, lease_until_ms = null
     where id = $taskId`,
  );
  const updateOrder = client.prepare<[OrderStatus, number, number, string]>(
    'update orders set status = ?, seq = ?, updated_ms = ? where id = ?',
  );
  const updateSeq = client.prepare<[number, string]>('update orders set seq = ? where id = ?');
  const sell = client.prepare<[string]>(
    `insert into sold_units (product_id, units) select product_id, held from orders where id = ? and held > 0
     on conflict (product_id) do update set units = units + excluded.units`,
  );
  const countFinished = client.prepare<[number, string, number]>(
    'insert into finished_tasks (at_ms, pipeline, tasks) values (?, ?, ?)',
  );

  return ({ history, advanced, parked, waiting, completed, finished, failed }, nowMs) => {
    for (const row of history) appendHistory(row.orderId, row, nowMs);
    for (const { taskId, step, seqs, parked: isParked } of advanced)
      advanceTask.run({
        taskId,
        step,
        seqs: JSON.stringify(seqs),
        state: isParked ? 'parked' : 'ready',
        nowMs,
      });
    for (const { taskId, error } of parked) parkTask.run(nowMs, error, taskId);
    for (const { taskId, runAtMs, error } of waiting) deferTask.run(runAtMs, error, taskId);
    for (const { taskId, orders, step, seqs, error } of failed) {
      failTask.run({ taskId, step, seqs: JSON.stringify(seqs), error });
      for (const { orderId, seq } of orders) updateOrder.run(orderStatusAfter.fail, seq, nowMs, orderId);
    }
    // Before the tasks that are done: an order whose notice is left out has its last row after its completion.
    for (const { orderId, seq } of completed) {
      updateOrder.run(orderStatusAfter.complete, seq, nowMs, orderId);
      sell.run(orderId);
    }
    const counts = new Map<string, number>();
    for (const { taskId, orders } of finished) {
      const pipeline = pipelineOf.get(taskId) ?? '';
      deleteTask.run(taskId);
      counts.set(pipeline, (counts.get(pipeline) ?? 0) + 1);
      for (const { orderId, seq } of orders) updateSeq.run(seq, orderId);
    }
    for (const [pipeline, tasks] of counts) countFinished.run(nowMs, pipeline, tasks);
  };
};

type AdvancedTask = Pick<Transitions['advanced'][number], 'taskId' | 'step'> & {
  /** JSON. */
  readonly seqs: string;
  readonly state: 'ready' | 'parked';
  readonly nowMs: number;
};

type FailedTask = Pick<Transitions['failed'][number], 'taskId' | 'step' | 'error'> & {
  /** JSON. */
  readonly seqs: string;
};
