import { orderStatusAfter } from '../../../core/order.ts';
import type { Transitions } from '../../../core/steps.ts';
import type { Transaction } from '../connection.ts';
import { statusText } from '../statuses.ts';

/**
 * Writes what a run of steps changed: each list with one statement, sent together. The tasks are locked by
 * this transaction. A task that moved is left `ready` at its new step.
 */
export const writeTransitions = async (tx: Transaction, moves: Transitions, nowMs: number): Promise<void> => {
  const { history, moved, waiting, completed, failed } = moves;
  await Promise.all([
    history.length > 0 &&
      tx`
        insert into order_state (order_id, seq, state, at_ms, detail)
        select order_id, seq, state, ${nowMs}::bigint, detail
        from unnest(
          ${history.map(({ orderId }) => orderId)}::uuid[],
          ${history.map(({ seq }) => seq)}::integer[],
          ${history.map(({ state }) => state)}::text[],
          ${history.map(({ detail }) => detail)}::text[]
        ) as h(order_id, seq, state, detail)`,
    moved.length > 0 &&
      tx`
        update task t
        set state = 'ready', seq = m.seq, lease_until_ms = null, step = m.step,
          run_ms = case when t.step = m.step then t.run_ms else ${nowMs}::bigint end,
          attempts = case when t.step = m.step then t.attempts else 0 end,
          crashes = case when t.step = m.step then t.crashes else 0 end,
          last_error = case when t.step = m.step then t.last_error end
        from unnest(
          ${moved.map(({ taskId }) => taskId)}::uuid[],
          ${moved.map(({ seq }) => seq)}::integer[],
          ${moved.map(({ step }) => step)}::text[]
        ) as m(id, seq, step)
        where t.id = m.id`,
    waiting.length > 0 &&
      tx`
        update task t
        set state = 'ready', attempts = t.attempts + 1, run_ms = w.run_ms, last_error = w.error, lease_until_ms = null
        from unnest(
          ${waiting.map(({ taskId }) => taskId)}::uuid[],
          ${waiting.map(({ runAtMs }) => runAtMs)}::bigint[],
          ${waiting.map(({ error }) => error)}::text[]
        ) as w(id, run_ms, error)
        where t.id = w.id`,
    completed.length > 0 &&
      tx`
        with done as (
          select * from unnest(
            ${completed.map(({ taskId }) => taskId)}::uuid[],
            ${completed.map(({ orderId }) => orderId)}::uuid[],
            ${completed.map(({ seq }) => seq)}::integer[]
          ) as d(task_id, order_id, seq)
        ), gone as (
          delete from task t using done where t.id = done.task_id returning t.pipeline
        ), counted as (
          insert into finished (at_ms, pipeline, tasks)
          select ${nowMs}::bigint, pipeline, count(*) from gone group by pipeline
        )
        update orders o set status = ${statusText(tx, orderStatusAfter.complete)}, seq = done.seq, updated_ms = ${nowMs}::bigint
        from done where o.id = done.order_id`,
    failed.length > 0 &&
      tx`
        with failed as (
          select * from unnest(
            ${failed.map(({ taskId }) => taskId)}::uuid[],
            ${failed.map(({ orderId }) => orderId)}::uuid[],
            ${failed.map(({ seq }) => seq)}::integer[],
            ${failed.map(({ step }) => step)}::text[],
            ${failed.map(({ error }) => error)}::text[],
            ${failed.map(({ refused }) => String(refused))}::text[]
          ) as f(task_id, order_id, seq, step, error, refused)
        ), stopped as (
          update task t
          set state = 'failed', step = f.step, seq = f.seq, last_error = f.error,
            attempts = case when t.step = f.step then t.attempts + 1 else 1 end, lease_until_ms = null,
            unfulfillable = f.refused::boolean
          from failed f where t.id = f.task_id
        )
        update orders o set status = ${statusText(tx, orderStatusAfter.fail)}, seq = f.seq, updated_ms = ${nowMs}::bigint
        from failed f where o.id = f.order_id`,
  ]);
};
