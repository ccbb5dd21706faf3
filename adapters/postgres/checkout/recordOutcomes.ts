import { ok } from 'neverthrow';
import type { Audits, OutcomeRecord, RecordResult } from '../../../core/audit.ts';
import { orderStatusAfter } from '../../../core/order.ts';
import { outcomeChanges } from '../../../core/outcome.ts';
import {
  openPaymentStatuses,
  type PaymentStatus,
  paymentStatusAfter,
  paymentTransitions,
} from '../../../core/payment.ts';
import { firstStep } from '../../../core/steps.ts';
import { storedResponseOf } from '../../stored/response.ts';
import { quoted } from '../../stored/statuses.ts';
import type { Sql } from '../connection.ts';
import { orUnavailable } from '../failures.ts';
import { statusList, statusText } from '../statuses.ts';
import { type CurrentCheckout, readResponses } from './storedResponses.ts';

export const recordOutcomes = async (
  sql: Sql,
  settlements: readonly OutcomeRecord[],
  nowMs: number,
): ReturnType<Audits['recordOutcomes']> => {
  if (settlements.length === 0) return ok([]);
  return orUnavailable(async () => {
    const settled = new Map<OutcomeRecord, RecordResult>();
    for (const round of roundsOf(settlements))
      for (const [settlement, outcome] of await settleOnce(sql, round, nowMs))
        settled.set(settlement, outcome);
    return settlements.flatMap((settlement) => settled.get(settlement) ?? []);
  });
};

/** Of two settlements of one payment the second stands on what the first has left, so it comes after it. */
const roundsOf = (settlements: readonly OutcomeRecord[]): readonly (readonly OutcomeRecord[])[] => {
  const times = new Map<string, number>();
  const rounds = Map.groupBy(settlements, ({ checkoutId }) => {
    const round = times.get(checkoutId) ?? 0;
    times.set(checkoutId, round + 1);
    return round;
  });
  return [...rounds.values()];
};

/** Each payment once. */
const settleOnce = async (
  sql: Sql,
  settlements: readonly OutcomeRecord[],
  nowMs: number,
): Promise<readonly (readonly [OutcomeRecord, RecordResult])[]> => {
  const written = new Map((await write(sql, settlements, nowMs)).map((row) => [row.id, row]));
  const others = settlements.filter(({ checkoutId }) => !written.get(checkoutId)?.answered);
  // What another has written is read anew: the snapshot of the statement that lost may be older than that.
  const standing =
    others.length === 0
      ? new Map<string, CurrentCheckout>()
      : await readResponses(
          sql,
          others.map(({ checkoutId }) => checkoutId),
        );
  return settlements.map((settlement) => {
    const { checkoutId, response } = settlement;
    const own = written.get(checkoutId);
    const before = standing.get(checkoutId);
    if (own?.answered) return [settlement, { applied: true, paymentStatus: own.status, response }];
    if (before === undefined) throw new Error(`there is no checkout ${checkoutId} to settle`);
    const paymentStatus = own?.status ?? before.status;
    return [settlement, { applied: own !== undefined, paymentStatus, response: before.response }];
  });
};

type Written = {
  readonly id: string;
  readonly status: PaymentStatus;
  /** The answer that stands is the one that was sent, so nobody has to send it back. */
  readonly answered: boolean;
};

/**
 * One statement, and so one transaction: the payment with its answer, the orders with their histories, and the
 * work that is now owed. Only payments that are open are touched; the rest follows from those. What an outcome
 * changes comes with it (`rowOf`): nothing is decided here. Payments and orders are locked in the order of their
 * ids, so that settlements side by side never deadlock.
 *
 * Each row is reached by its key, whatever the planner thinks of the tables: payments and orders by `lateral`,
 * which cannot be hashed. Asked for those with a status, it read all that have it: 232 µs of the server for each
 * order of ten carts of a hundred, and 58 so. A task travels with its settlement, so that nothing is joined to
 * it; where a paid order lacks its task, the insert fails and nothing is written.
 */
const write = (sql: Sql, settlements: readonly OutcomeRecord[], nowMs: number): Promise<Written[]> => {
  const rows = JSON.stringify(settlements.map(rowOf));
  return sql<Written[]>`
    with outcome as (
      select * from json_to_recordset(${rows}::text::json) as s(
        id uuid, attempt integer, payment_status text, order_status text, reference text, decline_code text,
        action jsonb, keeps_action boolean, detail text, answer jsonb, tasks jsonb
      ) order by id
    ), found as (
      select s.*, p.status as was, p.attempt as had, p.answer is null as unanswered
      from outcome s
      cross join lateral (select status, attempt, answer from payment where id = s.id for update) p
    ), settled as (
      update payment p
      set status = coalesce(s.payment_status, ${lost(sql)}),
        action = case when s.keeps_action then p.action else s.action end,
        reference = coalesce(s.reference, p.reference), decline_code = s.decline_code,
        answer = coalesce(p.answer, s.answer), updated_ms = ${nowMs}::bigint
      from found s
      where p.id = s.id and s.was in (${statusList(sql, openPaymentStatuses)})
        and (s.attempt is null or s.had = s.attempt)
      returning p.id, p.status, s.order_status, s.detail, s.tasks, s.unanswered
    ), owed as (
      select u.order_id as id, a.id as checkout_id, s.order_status, s.detail,
        s.tasks is not null as owes_task, s.tasks -> u.order_id::text as task
      from settled s join audit a using (id) cross join unnest(a.order_ids) as u(order_id)
      where s.order_status is not null
      order by u.order_id
    ), locked as (
      select w.* from owed w
      cross join lateral (select status, checkout_id from orders where id = w.id for update) o
      where o.status = ${statusText(sql, orderStatusAfter.claim)} and o.checkout_id = w.checkout_id
    ), moved as (
      update orders o set status = l.order_status, seq = o.seq + 1, updated_ms = ${nowMs}::bigint
      from locked l where o.id = l.id
      returning o.id, o.seq, l.order_status, l.detail, l.owes_task, l.task
    ), told as (
      insert into order_state (order_id, seq, state, at_ms, detail)
      select id, seq, order_status, ${nowMs}::bigint, detail from moved
    ), queued as (
      insert into task (id, order_id, pipeline, step, state, run_ms, seq)
      select (task ->> 'id')::uuid, id, task ->> 'pipeline', task ->> 'step', 'ready', ${nowMs}::bigint, seq
      from moved where owes_task
    )
    select id, status, unanswered as answered from settled`;
};

/** A payment that is lost is the one whose new status depends on its old one. */
const lost = (sql: Sql) => sql.unsafe(`case s.was ${whenLost.join(' ')} end`);

const whenLost = [...paymentTransitions('lose')].map(([was, is]) => `when ${quoted(was)} then ${quoted(is)}`);

/** As `outcome` reads it. What is left out is null there, and costs nothing to read. */
const rowOf = ({ checkoutId, attempt, outcome, response: answer, tasks }: OutcomeRecord) => {
  const { payment, order, historyDetail, ...changes } = outcomeChanges(outcome);
  return {
    id: checkoutId,
    attempt: changes.newestAttemptOnly ? attempt : undefined,
    payment_status: payment === 'lose' ? undefined : paymentStatusAfter[payment],
    order_status: order === null ? undefined : orderStatusAfter[order],
    reference: changes.reference ?? undefined,
    decline_code: changes.declineCode ?? undefined,
    action: changes.action ?? undefined,
    keeps_action: changes.keepsAction || undefined,
    detail: historyDetail ?? undefined,
    answer: answer === null ? undefined : storedResponseOf(answer),
    tasks: changes.owesTasks ? tasksOf(tasks) : undefined,
  };
};

/** By order id. */
const tasksOf = (tasks: OutcomeRecord['tasks']) =>
  Object.fromEntries(
    tasks.map(({ id, orderId, pipeline }) => [orderId, { id, pipeline, step: firstStep(pipeline) }]),
  );
