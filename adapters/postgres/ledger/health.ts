import { firstIdAt } from '../../../core/id.ts';
import {
  failedOrderStatuses,
  type Ledger,
  type MoneyCase,
  type MoneyCheck,
  type MoneyCount,
  moneyCheckLimits,
  moneyChecks,
  unfinishedOrderStatuses,
} from '../../../core/ledger.ts';
import { type Page, pageOf } from '../../../core/page.ts';
import { openPaymentStatuses, paymentStatusAfter } from '../../../core/payment.ts';
import { failedRefundStatuses, openRefundStatuses, succeededRefundStatuses } from '../../../core/refund.ts';
import type { Sql, Transaction } from '../connection.ts';
import { statusList, statusText } from '../statuses.ts';
import { type AcknowledgementColumns, acknowledgementOf, withAcknowledgements } from './acknowledgements.ts';

export const countCases = async (
  sql: Sql,
  nowMs: number,
): Promise<Readonly<Record<MoneyCheck, MoneyCount>>> => {
  const count = async (check: MoneyCheck) => {
    const [row] = await sql<{ count: number; oldest: number | null }[]>`
      select count(*) as count, min(since_ms) as oldest from (${casesOf(sql, check, nowMs)}) as list
      where acknowledged_ms is null`;
    return { count: row?.count ?? 0, oldestMs: row?.oldest ?? null };
  };
  // One after another: some read all of a day's payments, and requests need the processors too.
  const counts: [MoneyCheck, MoneyCount][] = [];
  for (const check of moneyChecks) counts.push([check, await count(check)]);
  return Object.fromEntries(counts) as Record<MoneyCheck, MoneyCount>;
};

export const listCases = async (
  sql: Sql,
  { check, nowMs, after, limit }: Parameters<Ledger['cases']>[0],
): Promise<Page<MoneyCase, string>> => {
  const rows = await sql<CaseRow[]>`
    select * from (${casesOf(sql, check, nowMs)}) as list
    where ${after === null ? sql`true` : sql`id > ${after}`}
    order by id limit ${limit + 1}`;
  return pageOf(rows.map(caseOf), limit, ({ id }) => id);
};

/** The case of a check with this id, or null if there is none now. */
export const findCase = async (
  sql: Sql | Transaction,
  { check, caseId }: { readonly check: MoneyCheck; readonly caseId: string },
  nowMs: number,
): Promise<MoneyCase | null> => {
  const [row] = await sql<CaseRow[]>`
    select * from (${casesOf(sql, check, nowMs)}) as list where id = ${caseId}`;
  return row === undefined ? null : caseOf(row);
};

const casesOf = (sql: Sql | Transaction, check: MoneyCheck, nowMs: number): ReturnType<Sql> =>
  withAcknowledgements(sql, check, caseQueries[check](sql, nowMs));

type CaseRow = AcknowledgementColumns & {
  readonly id: string;
  readonly order_id: string | null;
  readonly payment_id: string | null;
  readonly refund_id: string | null;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly since_ms: number;
  readonly detail: string | null;
};

const caseOf = (row: CaseRow): MoneyCase => ({
  id: row.id,
  orderId: row.order_id,
  paymentId: row.payment_id,
  refundId: row.refund_id,
  amount:
    row.amount === null || row.currency === null ? null : { amount: row.amount, currency: row.currency },
  sinceMs: row.since_ms,
  detail: row.detail,
  acknowledgement: acknowledgementOf(row),
});

type CaseQuery = (sql: Sql | Transaction, nowMs: number) => ReturnType<Sql>;

/**
 * Each query reads open rows, rows that have an index of their own, or the last day by ids; never all orders or
 * payments. Ids embed the time at which a task was created, so that the many young tasks are not read.
 */
const caseQueries: Readonly<Record<MoneyCheck, CaseQuery>> = {
  // A paid order without a task would be a bug. Only the orders of the last day are checked for it.
  paid_without_progress: (sql, nowMs) => {
    const sinceMs = nowMs - moneyCheckLimits.progressMs;
    return sql`
      select o.id, o.id as order_id, o.checkout_id as payment_id, null::uuid as refund_id, o.amount, o.currency,
        o.updated_ms as since_ms, t.last_error as detail
      from (
        select unnest(order_ids), last_error from task where state = 'failed'
        union all
        select unnest(order_ids), last_error from task where state <> 'failed' and id < ${firstIdAt(sinceMs + 1)}
        union all
        select id, null from orders
        where id >= ${firstIdOfLastDay(nowMs)}
          and status in (${statusList(sql, [...unfinishedOrderStatuses, ...failedOrderStatuses])})
          and not exists (
            select from task t where t.checkout_id = orders.checkout_id and orders.id = any(t.order_ids))
      ) as t(order_id, last_error) join orders o on o.id = t.order_id
      where (o.status in (${statusList(sql, failedOrderStatuses)})
          or o.status in (${statusList(sql, unfinishedOrderStatuses)}) and o.updated_ms <= ${sinceMs})
        and not exists (select from refund r where r.order_id = o.id and r.status in (${statusList(sql, openRefundStatuses)}))`;
  },

  unknown: (sql, nowMs) => sql`
    select id, null::uuid as order_id, id as payment_id, null::uuid as refund_id, amount, currency,
      claimed_ms as since_ms, status as detail
    from payment
    where status in (${statusList(sql, openPaymentStatuses)}) and claimed_ms <= ${nowMs - moneyCheckLimits.outcomeMs}`,

  charged_twice: (sql, nowMs) => sql`
    select o.id, o.id as order_id, o.checkout_id as payment_id, null::uuid as refund_id, o.amount, o.currency,
      since_ms, detail
    from (
      select u.order_id, max(p.updated_ms) as since_ms, string_agg(p.id::text, ', ' order by p.id) as detail
      from payment p join audit a using (id) cross join unnest(a.order_ids) as u(order_id)
      where p.id >= ${firstIdOfLastDay(nowMs)} and a.id >= ${firstIdOfLastDay(nowMs)}
        and p.status = ${statusText(sql, paymentStatusAfter.succeed)}
      group by u.order_id having count(*) > 1
    ) as twice join orders o on o.id = twice.order_id`,

  refunds_stuck: (sql, nowMs) => sql`
    select id, order_id, payment_id, id as refund_id, amount, currency,
      case when status in (${statusList(sql, openRefundStatuses)}) then created_ms else updated_ms end as since_ms,
      coalesce(error, (select last_error from task where job_id = r.id)) as detail
    from refund r
    where status in (${statusList(sql, openRefundStatuses)}) and created_ms <= ${nowMs - moneyCheckLimits.refundMs}
        and not exists (select from dispute d where d.payment_id = r.payment_id and d.status = 'open')
      or status in (${statusList(sql, failedRefundStatuses)}) and origin <> 'dispute'
        and not exists (
          select from orders o where o.id = r.order_id and o.amount <= (
            select coalesce(sum(made.amount), 0) from refund made
            where made.order_id = o.id and made.status in (${statusList(sql, succeededRefundStatuses)})))
        and not exists (
          select from refund later
          where later.order_id = r.order_id and later.id <> r.id and later.created_ms >= r.updated_ms
            and later.origin not in ('provider', 'dispute'))
        and not exists (
          select from refund adopted
          where adopted.payment_id = r.payment_id and adopted.order_id is not distinct from r.order_id
            and adopted.origin in ('provider', 'dispute') and adopted.amount >= r.amount
            and adopted.status in (${statusList(sql, succeededRefundStatuses)})
            and (r.order_id is null or adopted.updated_ms >= r.created_ms))
        and not exists (
          select from refund part
          where part.reference = r.reference and part.status in (${statusList(sql, succeededRefundStatuses)}))`,

  refunds_unassigned: (sql) => sql`
    select r.id, null::uuid as order_id, r.payment_id, r.id as refund_id, r.amount, r.currency, r.created_ms as since_ms,
      r.reason || coalesce(': ' || r.reference, '') as detail
    from refund r join payment p on p.id = r.payment_id
    where r.order_id is null and r.origin in ('provider', 'dispute')
      and r.status in (${statusList(sql, succeededRefundStatuses)})
      and p.status = ${statusText(sql, paymentStatusAfter.succeed)}`,

  disputes_open: (sql) => sql`
    select id, null::uuid as order_id, payment_id, null::uuid as refund_id, amount, currency, at_ms as since_ms,
      reason || ': ' || reference as detail
    from dispute where status = 'open'`,

  ledger_differences: (sql, nowMs) => sql`
    select d.id, null::uuid as order_id, d.payment_id, d.refund_id, coalesce(theirs_amount, ours_amount) as amount,
      coalesce(theirs_currency, ours_currency) as currency, at_ms as since_ms,
      kind || coalesce(': ' || provider_id, '') as detail
    from (
      select distinct on (day_ms) id from reconciliation
      where finished_ms is not null and day_ms >= ${nowMs - moneyCheckLimits.reconciliationsMs}
      order by day_ms, id desc
    ) as newest join reconciliation_difference d on d.reconciliation_id = newest.id`,

  stock_differs: (sql) => sql`
    select id, order_id, null::uuid as payment_id, null::uuid as refund_id, null::bigint as amount,
      null as currency, since_ms, detail
    from stock_difference`,
};

/**
 * The first id of the last 24 hours. A payment and its audit have the same id. A statement names the range for both
 * tables, so that the planner uses it for both.
 */
const firstIdOfLastDay = (nowMs: number): string => firstIdAt(nowMs - moneyCheckLimits.chargedTwiceMs);
