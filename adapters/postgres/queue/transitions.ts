import { orderStatusAfter } from '../../../core/order.ts';
import type { Transitions } from '../../../core/steps.ts';
import type { Transaction } from '../connection.ts';
import { statusText } from '../statuses.ts';
import { seqTexts } from './tasks.ts';

/**
 * Writes the transitions: each list with one statement, all of them sent together. This transaction has locked the
 * tasks. An advanced task becomes `ready` at its new step, or `parked` if a pause holds it there.
 */
export const writeTransitions = async (
  tx: Transaction,
  { history, advanced, parked, waiting, completed, finished, failed }: Transitions,
  nowMs: number,
): Promise<void> => {
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
    advanced.length > 0 &&
      tx`
        update task t
        set state = a.state, seqs = a.seqs::integer[],
          lease_until_ms = null, step = a.step,
          run_ms = case when t.step = a.step then t.run_ms else ${nowMs}::bigint end,
          attempts = case when t.step = a.step then t.attempts else 0 end,
          crashes = case when t.step = a.step then t.crashes else 0 end,
          last_error = case when t.step = a.step then t.last_error end
        from unnest(
          ${advanced.map(({ taskId }) => taskId)}::uuid[],
          ${seqTexts(advanced)}::text[],
          ${advanced.map(({ step }) => step)}::text[],
          ${advanced.map((task) => (task.parked ? 'parked' : 'ready'))}::text[]
        ) as a(id, seqs, step, state)
        where t.id = any(array[a.id])`,
    parked.length > 0 &&
      tx`
        update task t set state = 'parked', run_ms = ${nowMs}::bigint, last_error = p.error, lease_until_ms = null
        from unnest(
          ${parked.map(({ taskId }) => taskId)}::uuid[],
          ${parked.map(({ error }) => error)}::text[]
        ) as p(id, error)
        where t.id = any(array[p.id])`,
    waiting.length > 0 &&
      tx`
        update task t
        set state = 'ready', attempts = t.attempts + 1, run_ms = w.run_ms, last_error = w.error, lease_until_ms = null
        from unnest(
          ${waiting.map(({ taskId }) => taskId)}::uuid[],
          ${waiting.map(({ runAtMs }) => runAtMs)}::bigint[],
          ${waiting.map(({ error }) => error)}::text[]
        ) as w(id, run_ms, error)
        where t.id = any(array[w.id])`,
    completed.length > 0 &&
      tx`
        with completed as (
          update orders o
          set status = ${statusText(tx, orderStatusAfter.complete)}, seq = c.seq, updated_ms = ${nowMs}::bigint
          from unnest(
            ${completed.map(({ orderId }) => orderId)}::uuid[],
            ${completed.map(({ seq }) => seq)}::integer[]
          ) as c(order_id, seq)
          where o.id = c.order_id
          returning o.product_id, o.held
        )
        insert into sold_units (product_id, units)
        select product_id, sum(held) from completed where held > 0 group by product_id`,
    finished.length > 0 && writeFinished(tx, finished, nowMs),
    failed.length > 0 && writeFailed(tx, failed, nowMs),
  ]);
};

const writeFinished = (
  tx: Transaction,
  finished: Transitions['finished'],
  nowMs: number,
): PromiseLike<unknown> => {
  const orders = finished.flatMap((task) => task.orders);
  return tx`
    with deleted as (
      delete from task t using unnest(${finished.map(({ taskId }) => taskId)}::uuid[]) as d(task_id)
      where t.id = any(array[d.task_id])
      returning t.pipeline
    ), counted as (
      insert into finished_tasks (at_ms, pipeline, tasks)
      select ${nowMs}::bigint, pipeline, count(*) from deleted group by pipeline
    )
    update orders o set seq = d.seq
    from unnest(
      ${orders.map(({ orderId }) => orderId)}::uuid[],
      ${orders.map(({ seq }) => seq)}::integer[]
    ) as d(order_id, seq)
    where o.id = d.order_id`;
};

const writeFailed = (tx: Transaction, failed: Transitions['failed'], nowMs: number): PromiseLike<unknown> => {
  const orders = failed.flatMap((task) => task.orders);
  return tx`
    with stopped as (
      update task t
      set state = 'failed', step = f.step, seqs = f.seqs::integer[], last_error = f.error,
        attempts = case when t.step = f.step then t.attempts + 1 else 1 end, lease_until_ms = null
      from unnest(
        ${failed.map(({ taskId }) => taskId)}::uuid[],
        ${seqTexts(failed)}::text[],
        ${failed.map(({ step }) => step)}::text[],
        ${failed.map(({ error }) => error)}::text[]
      ) as f(task_id, seqs, step, error)
      where t.id = any(array[f.task_id])
    )
    update orders o set status = ${statusText(tx, orderStatusAfter.fail)}, seq = f.seq, updated_ms = ${nowMs}::bigint
    from unnest(
      ${orders.map(({ orderId }) => orderId)}::uuid[],
      ${orders.map(({ seq }) => seq)}::integer[]
    ) as f(order_id, seq)
    where o.id = f.order_id`;
};
