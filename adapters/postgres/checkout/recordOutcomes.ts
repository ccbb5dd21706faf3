import { ok } from 'neverthrow';
import type { Audits, OutcomeRecord, RecordResult } from '../../../core/audit.ts';
import { countedPaymentStatuses } from '../../../core/limits.ts';
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
import { writeCounted } from './countedCheckouts.ts';
import { releaseParts } from './releasedOrders.ts';
import { type CurrentCheckout, readResponses } from './storedResponses.ts';

/** See `Audits.recordOutcomes`. */
export const recordOutcomes = async (
  sql: Sql,
  records: readonly OutcomeRecord[],
  nowMs: number,
): ReturnType<Audits['recordOutcomes']> => {
  if (records.length === 0) return ok([]);
  return orUnavailable(async () => {
    const results = new Map<OutcomeRecord, RecordResult>();
    for (const round of roundsOf(records))
      for (const [record, result] of await recordRound(sql, round, nowMs)) results.set(record, result);
    return records.flatMap((record) => results.get(record) ?? []);
  });
};

/** If two records are of one payment, the second depends on the result of the first, so it is in a later round. */
const roundsOf = (records: readonly OutcomeRecord[]): readonly (readonly OutcomeRecord[])[] => {
  const times = new Map<string, number>();
  const rounds = Map.groupBy(records, ({ checkoutId }) => {
    const round = times.get(checkoutId) ?? 0;
    times.set(checkoutId, round + 1);
    return round;
  });
  return [...rounds.values()];
};

/** Each payment occurs at most once in a round. */
const recordRound = async (
  sql: Sql,
  records: readonly OutcomeRecord[],
  nowMs: number,
): Promise<readonly (readonly [OutcomeRecord, RecordResult])[]> => {
  const written = new Map((await write(sql, records, nowMs)).map((row) => [row.id, row]));
  const others = records.filter(({ checkoutId }) => !written.get(checkoutId)?.stored_ours);
  // Read again what another process has written: our statement may have an older snapshot.
  const current =
    others.length === 0
      ? new Map<string, CurrentCheckout>()
      : await readResponses(
          sql,
          others.map(({ checkoutId }) => checkoutId),
        );
  return records.map((record) => {
    const { checkoutId, response } = record;
    const own = written.get(checkoutId);
    if (own?.stored_ours) return [record, { applied: true, paymentStatus: own.status, response }];
    const found = current.get(checkoutId);
    if (found === undefined)
      throw new Error(`the checkout ${checkoutId} does not exist: its outcome is not recorded`);
    const paymentStatus = own?.status ?? found.status;
    const stored = found.response === 'dropped' ? null : found.response;
    return [record, { applied: own !== undefined, paymentStatus, response: stored }];
  });
};

type Written = {
  readonly id: string;
  readonly status: PaymentStatus;
  /** The stored response is now the one of this record, so the statement does not have to return it. */
  readonly stored_ours: boolean;
};

/**
 * One statement, and so one transaction, writes the payment with its response, the orders with their histories, and the
 * new tasks. It changes only open payments, and what belongs to them. Core has decided what an outcome changes (see
 * `rowOf`); nothing is decided here. Lock order: payments, orders, then stock, each by its id, so parallel calls never
 * deadlock. A successful charge keeps the units of its orders, so it does not touch the stock.
 *
 * Each row is found by its key, whatever the planner estimates: payments and orders by `lateral`, which cannot become a
 * hash join. A condition on the status made the planner read all rows with that status. With ten checkouts of a hundred
 * orders this took 232 µs of the server for each order; with `lateral` it takes 58 µs. A task comes inside its record,
 * so it needs no join. If a paid order lacks its task, the insert fails and nothing is written.
 */
const write = (sql: Sql, records: readonly OutcomeRecord[], nowMs: number): Promise<Written[]> => {
  const rows = records.map(rowOf);
  const released = statusText(sql, orderStatusAfter.release);
  const releases = rows.some((row) => row.order_status === orderStatusAfter.release);
  const parts = releaseParts(sql, releases, nowMs);
  const counts = rows.some(({ payment_status: status = null }) => isCounted(status));
  // Only a batch with a group of several orders pays for gathering them.
  const groups = records.some(({ tasks }) => tasks.some(({ orderIds }) => orderIds.length > 1));
  return sql<Written[]>`
    with outcome as (
      select * from json_to_recordset(${JSON.stringify(rows)}::text::json) as s(
        id uuid, attempt integer, payment_status text, order_status text, reference text, decline_code text,
        action jsonb, keeps_action boolean, detail text, response json, tasks jsonb
      ) order by id
    ), found as (
      select s.*, p.status as old_status, p.attempt as old_attempt, p.response is null as stored_ours
      from outcome s
      cross join lateral (select status, attempt, response from payment where id = s.id for update) p
    ), recorded as (
      update payment p
      set status = coalesce(s.payment_status, ${statusAfterLose(sql)}),
        action = case when s.keeps_action then p.action else s.action end,
        reference = coalesce(s.reference, p.reference), decline_code = s.decline_code,
        response = coalesce(p.response, s.response), updated_ms = ${nowMs}::bigint
      from found s
      where p.id = s.id and s.old_status in (${statusList(sql, openPaymentStatuses)})
        and (s.attempt is null or s.old_attempt = s.attempt)
      returning p.id, p.status, s.order_status, s.detail, s.tasks, s.stored_ours
    ), affected as (
      select u.order_id as id, a.id as checkout_id, s.order_status, s.detail,
        s.tasks is not null as needs_task, s.tasks -> u.order_id::text as task
      from recorded s join audit a using (id) cross join unnest(a.order_ids) as u(order_id)
      where s.order_status is not null
      order by u.order_id
    ), locked as (
      select a.*, o.product_id, o.held ${parts.expires} from affected a
      cross join lateral (select status, checkout_id, product_id, held, expires_ms from orders where id = a.id for update) o
      where o.status = ${statusText(sql, orderStatusAfter.claim)} and o.checkout_id = a.checkout_id
    ), changed as (
      update orders o set status = ${parts.status}, seq = o.seq + ${parts.rows}, updated_ms = ${nowMs}::bigint,
        held = case when l.order_status = ${released} then 0 else l.held end
      from locked l where o.id = l.id
      returning o.id, o.seq, l.checkout_id, l.order_status, l.detail, l.needs_task, l.task, l.product_id, l.held
        ${parts.expired}
    ), history as (
      insert into order_state (order_id, seq, state, at_ms, detail)
      ${parts.history}
    ), queued as (
      insert into task (id, checkout_id, order_ids, seqs, pipeline, step, state, run_ms, traceparent)
      select (task ->> 'id')::uuid, checkout_id, ${groups ? sql`array_agg(id order by id), array_agg(seq order by id)` : sql`array[id], array[seq]`},
        task ->> 'pipeline', task ->> 'step', 'ready', ${nowMs}::bigint, task ->> 'traceparent'
      from changed where needs_task ${groups ? sql`group by checkout_id, task` : sql``}
    ${parts.ctes}
    ${counts ? writeCounted(sql, nowMs) : sql``}
    )
    select id, status, stored_ours from recorded`;
};

const isCounted = (status: PaymentStatus | null): boolean =>
  status !== null && countedPaymentStatuses.includes(status);

/** The event `lose` is the only one whose new status depends on the old one. */
const statusAfterLose = (sql: Sql) => sql.unsafe(`case s.old_status ${loseCases.join(' ')} end`);

const loseCases = [...paymentTransitions('lose')].map(
  ([before, after]) => `when ${quoted(before)} then ${quoted(after)}`,
);

/** A row as `outcome` reads it. A field that is left out is null there, and costs nothing to read. */
const rowOf = ({ checkoutId, attempt, outcome, response, tasks, traceparent }: OutcomeRecord) => {
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
    response: response === null ? undefined : storedResponseOf(response),
    tasks: changes.createsTasks ? tasksOf(tasks, traceparent) : undefined,
  };
};

/** The new tasks, by order id: the orders of a group have the same one. */
const tasksOf = (tasks: OutcomeRecord['tasks'], traceparent: string | undefined) =>
  Object.fromEntries(
    tasks.flatMap(({ id, orderIds, pipeline }) => {
      const task = { id, pipeline, step: firstStep(pipeline), traceparent };
      return orderIds.map((orderId) => [orderId, task] as const);
    }),
  );
